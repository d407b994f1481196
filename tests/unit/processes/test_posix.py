"""Real processes: how they are started, and how their end is noticed."""

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sidecar.domain.outcome import Exit
from sidecar.processes import posix

LIMIT = 10.0
SLEEP = ("sleep", "600")


@contextlib.contextmanager
def spawned(
    argv: Sequence[str], keep_open: Sequence[int] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is gone afterwards, whatever the test did."""
    popen = posix.spawn(argv, "/", dict(os.environ), keep_open)
    with popen:
        yield popen
        posix.kill_group(popen.pid)


async def ended(popen: subprocess.Popen[bytes]) -> int:
    """The return code, as it is told to a watcher."""
    told = asyncio.get_running_loop().create_future()
    unwatch = posix.watch_exit(popen, told.set_result)
    try:
        return await asyncio.wait_for(told, LIMIT)
    finally:
        unwatch()
        unwatch()


@pytest.fixture(params=["pidfd", "thread"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every way in which the end of a process can be noticed."""
    if request.param == "thread":
        monkeypatch.delattr(os, "pidfd_open")
    elif not hasattr(os, "pidfd_open"):
        pytest.skip("needs pidfd_open")
    return request.param


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("exit 0", 0),
        ("exit 3", 3),
        ("exit 255", 255),
        ("kill -KILL $$", -signal.SIGKILL),
        ("kill -TERM $$", -signal.SIGTERM),
        ("ulimit -c 0; kill -SEGV $$", -signal.SIGSEGV),
    ],
)
async def test_the_end_of_a_process_is_told_with_its_code_or_signal(
    command: str, code: int
) -> None:
    with spawned(("sh", "-c", command)) as popen:
        assert await ended(popen) == code
        assert popen.wait(LIMIT) == code


@pytest.mark.usefixtures("way")
async def test_a_process_that_ended_before_it_was_watched_is_told_too() -> None:
    with spawned(("true",)) as popen:
        await asyncio.to_thread(os.waitid, os.P_PID, popen.pid, os.WEXITED | os.WNOWAIT)
        assert await ended(popen) == 0


async def test_an_ended_process_keeps_its_pid_until_it_is_waited_for() -> None:
    if not hasattr(os, "pidfd_open"):
        pytest.skip("needs pidfd_open")
    with spawned(("true",)) as popen:
        await ended(popen)
        os.kill(popen.pid, 0)  # there is still something of that pid
        popen.wait(LIMIT)
        with pytest.raises(ProcessLookupError):
            os.kill(popen.pid, 0)


async def test_who_watches_no_more_is_told_nothing() -> None:
    if not hasattr(os, "pidfd_open"):
        pytest.skip("needs pidfd_open")
    told: list[int] = []
    with spawned(SLEEP) as popen:
        unwatch = posix.watch_exit(popen, told.append)
        unwatch()
        posix.kill_group(popen.pid)
        await asyncio.to_thread(popen.wait, LIMIT)
        await asyncio.sleep(0)
    assert told == []


def test_a_program_has_a_session_of_its_own_and_no_input() -> None:
    with spawned(("cat",)) as popen:
        assert posix.session_of(popen.pid) == popen.pid
        assert popen.wait(LIMIT) == 0, "cat met the end of its input at once"


def test_output_that_is_not_there_yet_keeps_nobody_waiting() -> None:
    with spawned(SLEEP) as popen:
        assert popen.stdout and popen.stderr
        for pipe in (popen.stdout, popen.stderr):
            with pytest.raises(BlockingIOError):
                os.read(pipe.fileno(), 1)


def test_a_program_that_prints_in_bursts_is_not_held_up() -> None:
    if not hasattr(fcntl, "F_GETPIPE_SZ"):
        pytest.skip("needs pipes whose size can be told")
    with spawned(SLEEP) as popen:
        assert popen.stdout
        assert fcntl.fcntl(popen.stdout, fcntl.F_GETPIPE_SZ) >= posix.PIPE_BYTES


def test_a_program_inherits_only_what_it_is_meant_to() -> None:
    meant, other = os.pipe()
    os.set_inheritable(other, True)
    try:
        look = "import os, sys; sys.exit(sum(1 << n for n, d in enumerate(map(int, sys.argv[1:]))"
        look += " if os.path.exists(f'/proc/self/fd/{d}')))"
        with spawned((sys.executable, "-c", look, str(meant), str(other)), [meant]) as popen:
            assert popen.wait(LIMIT) == 0b01
    finally:
        os.close(meant)
        os.close(other)


def test_a_process_that_is_gone_can_be_asked_to_end_without_harm() -> None:
    with spawned(("true",)) as popen:
        popen.wait(LIMIT)
        posix.terminate(popen.pid)
        assert posix.session_of(popen.pid) is None


def test_a_process_is_asked_to_end_by_sigterm() -> None:
    with spawned(SLEEP) as popen:
        posix.terminate(popen.pid)
        assert popen.wait(LIMIT) == -signal.SIGTERM


def test_a_group_is_killed_with_everyone_in_it() -> None:
    with spawned(("sh", "-c", "sleep 600 & echo $!; wait")) as popen:
        assert popen.stdout
        os.set_blocking(popen.stdout.fileno(), True)
        assert int(popen.stdout.readline())
        posix.kill_group(popen.pid)
        assert popen.wait(LIMIT) == -signal.SIGKILL
        assert popen.stdout.read() == b"", "the child holds the pipe no more either"


def vmstat(folder: Path, kills: int, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "vmstat"
    file.write_text(f"nr_free_pages 12\noom_kill {kills}\noom_kill_other 99\n")
    monkeypatch.setattr(posix, "_VMSTAT", file)


def test_a_kill_while_the_kernel_killed_for_memory_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vmstat(tmp_path, 7, monkeypatch)
    assert posix.out_of_memory_kills() == 7
    killed = -signal.SIGKILL
    assert posix.explain_returncode(killed, 6) == Exit(signal="SIGKILL", out_of_memory=True)
    assert posix.explain_returncode(killed, 7) == Exit(signal="SIGKILL")
    assert posix.explain_returncode(-signal.SIGTERM, 6) == Exit(signal="SIGTERM")
    assert posix.explain_returncode(1, 6) == Exit(code=1)


def test_where_the_kernel_does_not_count_nobody_is_blamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posix, "_VMSTAT", tmp_path / "missing")
    assert posix.out_of_memory_kills() == 0
