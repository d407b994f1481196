"""What is written for macOS, run where `ps` has the same options. It is no proof for macOS itself:
there is no other way to try it here than on Linux, with its `ps` and its signals.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from sidecar.processes import macos, system
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
from sidecar.processes import macos
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
    with patch.object(macos, "_seen", {}):
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
    with kept(prelude=AS_ON_MACOS) as (server, keeper, _):
        server.run("fork(lambda: sleep('child'))\nsleep('main')")
        pids = server.pids(2)
        server.end(PATIENT)
        assert server.report("exit")[0] == "-15"
        assert server.report("cleared")[1] == "0"
        assert keeper.wait(LIMIT) == 0
        gone(*pids.values())


def test_a_keeper_kills_a_tree_with_what_macos_has() -> None:
    with kept(prelude=AS_ON_MACOS) as (server, keeper, _):
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
        assert keeper.wait(LIMIT) == 0
        gone(*pids.values())
        without_trace(pids["main"])


def test_a_keeper_that_looks_after_a_daemon_sleeps_in_between() -> None:
    """Each look starts `ps`, and the end of that wakes the keeper: it must not look again then."""
    with kept(prelude=AS_ON_MACOS) as (server, keeper, _):
        server.run(SLOW_DAEMON)
        pids = server.pids(2)
        assert server.report("exit")[0] == "0"
        before = voluntary_switches(keeper.pid)
        time.sleep(2)
        assert voluntary_switches(keeper.pid) - before < 60
        assert server.is_quiet()
        assert is_alive(pids["daemon"])


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
