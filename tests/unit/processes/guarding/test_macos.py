"""What is written for macOS, run where `ps` has the same options. It is no proof for macOS itself:
there is no other way to try it here than on Linux, with its `ps` and its signals.
"""

import contextlib
import errno
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from sidecar.processes.guarding import keeper, macos, system
from tests.support.processes import is_alive
from tests.unit.processes.kept import (
    HEADER,
    LIMIT,
    PATIENT,
    PYTHON,
    gone,
    kept,
    without_trace,
)

pytestmark = pytest.mark.skipif(not Path("/bin/ps").exists(), reason="needs /bin/ps")

# Everything that a keeper asks of the system is answered by the functions for macOS.
AS_ON_MACOS = """
from sidecar.processes.guarding import macos
for name in system.__all__:
    setattr(system, name, getattr(macos, name))
"""

SLOW_DAEMON = """
def middle():
    os.setsid()
    fork(lambda: sleep("daemon"))
    time.sleep(3)  # longer than it takes until a keeper looks again
fork(middle)
signal.signal(signal.SIGCHLD, lambda *_: os._exit(0))
sleep("main")
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Nobody whom another test has seen is remembered."""
    empty = macos.LastLook()
    with patch.object(macos, "_seen", {}), patch.object(macos, "_last_look", empty):
        yield


@contextlib.contextmanager
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "600"]) as popen:
        try:
            yield popen
        finally:
            popen.kill()


def test_both_systems_know_the_same_names() -> None:
    for name in system.__all__:
        assert hasattr(macos, name)
        assert hasattr(system, name)


def test_the_children_of_a_process_are_found_and_ps_is_not_one_of_them() -> None:
    with sleeper() as popen:
        found = macos.descendants(os.getpid())
        assert popen.pid in found
        assert found[popen.pid] == macos.started_at(popen.pid)
        assert all(Path(f"/proc/{pid}").exists() for pid in found), "ps would be gone by now"
    assert macos.started_at(popen.pid) is None


def test_who_left_his_family_is_remembered_when_he_was_seen_before() -> None:
    code = """
def middle():
    os.setsid()
    fork(lambda: sleep("daemon"))
    signal.pause()
fork(middle)
signal.pause()
"""
    with subprocess.Popen([*PYTHON, HEADER + code], stdout=subprocess.PIPE) as popen:
        assert popen.stdout
        daemon = int(popen.stdout.readline().split()[1])
        try:
            seen = macos.descendants(popen.pid)
            assert daemon in seen
            (middle,) = seen.keys() - {daemon}
            os.kill(middle, signal.SIGKILL)
            gone(middle)
            popen.kill()
            popen.wait(LIMIT)
            assert {pid for pid in macos.descendants(popen.pid) if is_alive(pid)} == {daemon}
            macos.send(daemon, seen[daemon], signal.SIGKILL)
            gone(daemon)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(daemon, signal.SIGKILL)


def test_those_who_are_excepted_are_left_out() -> None:
    with sleeper() as one, sleeper() as other:
        found = macos.descendants(os.getpid(), besides=frozenset({other.pid}))
        assert one.pid in found
        assert other.pid not in found


def test_who_was_seen_beneath_one_is_not_beneath_another() -> None:
    with sleeper() as one, sleeper() as other:
        assert macos.descendants(os.getpid()).keys() >= {one.pid, other.pid}
        assert macos.descendants(one.pid) == {}
        found = macos.descendants(os.getpid(), besides=frozenset({other.pid}))
        assert one.pid in found
        assert other.pid not in found


def test_who_was_seen_is_left_out_with_the_one_he_is_beneath() -> None:
    code = "fork(lambda: sleep('child'))\nsignal.pause()"
    with subprocess.Popen([*PYTHON, HEADER + code], stdout=subprocess.PIPE) as popen:
        assert popen.stdout
        child = int(popen.stdout.readline().split()[1])
        try:
            assert macos.descendants(os.getpid()).keys() >= {popen.pid, child}
            rest = macos.descendants(os.getpid(), besides=frozenset({popen.pid, 1}))
            assert not rest.keys() & {popen.pid, child}
        finally:
            os.kill(child, signal.SIGKILL)
            popen.kill()


def test_who_asks_again_at_once_is_told_the_same_without_another_ps() -> None:
    with patch.object(macos, "ask_ps", wraps=macos.ask_ps) as asked:
        with patch.object(macos, "TABLE_SECONDS", LIMIT):
            first = macos.descendants(os.getpid())
            assert macos.descendants(os.getpid()) == first
        assert asked.call_count == 1
        time.sleep(macos.TABLE_SECONDS)
        macos.descendants(os.getpid())
        assert asked.call_count == 2


def test_who_has_just_come_or_gone_is_known_at_once() -> None:
    macos.descendants(os.getpid())
    with sleeper() as popen:
        assert macos.started_at(popen.pid) is not None
        popen.kill()
        popen.wait(LIMIT)
        assert macos.started_at(popen.pid) is None
        assert popen.pid not in macos.descendants(os.getpid())


def no_process_more(*_: object, **__: object) -> None:
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def test_what_was_known_holds_while_no_ps_can_be_started() -> None:
    with sleeper() as stays, sleeper() as goes:
        before = macos.descendants(os.getpid())
        assert before.keys() >= {stays.pid, goes.pid}
        with patch.object(macos, "TABLE_SECONDS", 0), patch("subprocess.Popen", no_process_more):
            goes.kill()
            goes.wait(LIMIT)
            after = macos.descendants(os.getpid())
            assert stays.pid in after
            assert goes.pid not in after
            assert macos.started_at(stays.pid) == before[stays.pid]
            assert macos.started_at(os.getppid()) is not None


@pytest.mark.parametrize("instead", ["sleep 600", "echo 1 2; exit 1", "kill -9 $$"])
def test_what_was_known_holds_while_ps_does_not_answer(
    instead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen: type[subprocess.Popen[bytes]] = subprocess.Popen

    def another(_: list[str], **how: Any) -> "subprocess.Popen[bytes]":
        started.append(popen(["/bin/sh", "-c", f"exec 2>&1; {instead}"], **how))
        return started[-1]

    with sleeper() as stays:
        before = macos.descendants(os.getpid())
        monkeypatch.setattr(macos, "TABLE_SECONDS", 0)
        monkeypatch.setattr(macos, "PS_SECONDS", 0.2)
        with patch("subprocess.Popen", another):
            assert macos.descendants(os.getpid())[stays.pid] == before[stays.pid]
        assert started
        assert all(ps.returncode is not None for ps in started), "it is buried"


def test_a_line_that_is_none_spoils_nothing() -> None:
    popen: type[subprocess.Popen[bytes]] = subprocess.Popen

    def odd(command: list[str], **how: Any) -> "subprocess.Popen[bytes]":
        script = 'echo warning: odd; echo; echo 5 x Mon; echo 5 4 never; exec "$@"'
        return popen(["/bin/sh", "-c", script, *command[:1], *command], **how)

    with sleeper() as stays, patch("subprocess.Popen", odd):
        assert stays.pid in macos.descendants(os.getpid())


def test_a_signal_never_reaches_another_process_with_the_same_pid() -> None:
    with sleeper() as popen:
        started = macos.started_at(popen.pid)
        assert started is not None
        macos.send(popen.pid, started - 5, signal.SIGKILL)
        assert is_alive(popen.pid)
        macos.send(popen.pid, started, signal.SIGKILL)
        assert popen.wait(LIMIT) == -signal.SIGKILL


def test_the_moment_of_a_start_does_not_depend_on_the_time_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The keeper, which has no environment, and the sidecar must agree on it."""
    before = macos.started_at(os.getpid())
    monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    try:
        assert macos.started_at(os.getpid()) == before
        assert before is not None
        assert abs(before - Path(f"/proc/{os.getpid()}").stat().st_ctime) < LIMIT
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_keeper_ends_a_tree_with_what_macos_has() -> None:
    with kept(prelude=AS_ON_MACOS) as (server, process, _):
        server.run("fork(lambda: sleep('child'))\nsleep('main')")
        pids = server.pids(2)
        server.end(PATIENT)
        assert server.report("exit")[0] == "-15"
        assert server.report("cleared")[1] == "0"
        assert process.wait(LIMIT) == 0
        gone(*pids.values())


def test_a_keeper_kills_a_tree_with_what_macos_has() -> None:
    with kept(prelude=AS_ON_MACOS) as (server, process, _):
        server.run("""
def middle():
    os.setsid()
    fork(lambda: deaf("grandchild"))
    deaf("child")
fork(middle)
deaf("main")
""")
        pids = server.pids(3)
        server.end(0.1)
        assert server.report("exit")[0] == "-9"
        assert server.report("cleared") == ["1", "0"]
        assert process.wait(LIMIT) == 0
        gone(*pids.values())
        without_trace(pids["main"])


def test_a_keeper_that_looks_after_a_daemon_sleeps_in_between() -> None:
    """Each look starts `ps`, and the end of that wakes the keeper: it must not look again then."""
    with kept(prelude=AS_ON_MACOS) as (server, process, _):
        server.run(SLOW_DAEMON)
        pids = server.pids(2)
        assert server.report("exit")[0] == "0"
        before = voluntary_switches(process.pid)
        time.sleep(2)
        assert voluntary_switches(process.pid) - before < 60
        assert server.is_quiet()
        assert is_alive(pids["daemon"])


def test_a_keeper_that_waits_for_a_tree_to_end_sleeps_in_between(tmp_path: Path) -> None:
    """Likewise: it looks again and again then, but not all the time."""
    looks = tmp_path / "looks"
    count = f"""
ask = macos.ask_ps
def count():
    with open({str(looks)!r}, "a") as looks:
        looks.write("x")
    return ask()
macos.ask_ps = count
"""
    with kept(prelude=AS_ON_MACOS + count) as (server, _, _):
        server.run(SLOW_DAEMON.replace('sleep("daemon")', 'deaf("daemon")'))
        server.pids(2)
        assert server.report("exit")[0] == "0"
        server.end(PATIENT)
        before = looks.stat().st_size
        time.sleep(2)
        assert looks.stat().st_size - before < 2 / keeper.LOOK_AGAIN_SECONDS + 5


def voluntary_switches(pid: int) -> int:
    """How often a process has gone to sleep."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])


def test_a_daemon_that_a_keeper_has_seen_once_is_ended_with_the_rest() -> None:
    with kept(prelude=AS_ON_MACOS) as (server, _, _):
        server.run(SLOW_DAEMON)
        pids = server.pids(2)
        assert server.report("exit")[0] == "0"
        assert is_alive(pids["daemon"])
        server.end(PATIENT)
        assert server.report("cleared")[1] == "0"
        gone(*pids.values())
