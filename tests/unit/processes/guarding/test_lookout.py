"""The lookout: kills what is marked when all who should have are dead, and nothing else."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from sidecar.processes.guarding import system
from sidecar.processes.guarding.lookout import kill_marked
from sidecar.processes.guarding.marks import VARIABLE, new_mark, of_run
from tests.support.processes import is_alive
from tests.unit.processes.guarded import Guarded, guarded
from tests.unit.processes.kept import LIMIT, PYTHON, eventually, gone, without_trace

FAMILY = """
fork(lambda: deaf("child"))
daemonise(lambda: deaf("daemon"))
deaf("main")
"""


@pytest.fixture
def ours() -> Iterator[Guarded]:
    with guarded() as ours:
        yield ours


@contextlib.contextmanager
def stranger(**env: str) -> Iterator[int]:
    """A process of nobody's with that environment."""
    with subprocess.Popen(["sleep", "600"], env=env) as popen:
        try:
            yield popen.pid
        finally:
            popen.kill()


def kill_at_once(*pids: int) -> None:
    """Nobody of them has the time to do anything about the death of another."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def test_what_guardian_and_keepers_leave_when_they_are_killed_at_once_is_killed(
    ours: Guarded,
) -> None:
    servers = [ours.serve(FAMILY) for _ in range(2)]
    family = [pid for server in servers for pid in server.pids(3).values()]
    kill_at_once(ours.guardian, *(server.keeper for server in servers))
    gone(*family, ours.lookout)


def test_the_lookout_waits_for_the_last_keeper(ours: Guarded) -> None:
    server = ours.serve("""
def leave(*_):
    time.sleep(0.5)
    tell("ended in peace")
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
sleep("main")
""")
    server.pid_of("main")
    os.kill(ours.guardian, signal.SIGKILL)
    assert server.line() == "ended in peace"
    gone(ours.lookout)


def test_the_mark_of_another_guardian_is_left_alone(ours: Guarded) -> None:
    similar = ours.mark[:-1] + ("0" if ours.mark[-1] != "0" else "1")
    server = ours.serve(FAMILY)
    family = server.pids(3)
    with (
        stranger(**{VARIABLE: of_run(similar, "run")}) as neighbour,
        stranger(**{f"NO_{VARIABLE}": of_run(ours.mark, "run")}) as other_variable,
        stranger(ELSEWHERE=f"{VARIABLE}={ours.mark}:run") as other_value,
    ):
        kill_at_once(ours.guardian, server.keeper)
        gone(*family.values(), ours.lookout)
        assert all(map(is_alive, (neighbour, other_variable, other_value)))


def test_a_lookout_is_not_impressed_by_signals_that_ask_it_to_end(ours: Guarded) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(ours.lookout, number)
    server = ours.serve(FAMILY)
    family = server.pids(3)
    kill_at_once(ours.guardian, server.keeper)
    gone(*family.values())


def test_whoever_forks_while_the_marked_are_killed_is_killed_too() -> None:
    mark = new_mark()
    # Each process lives for a moment, and the next one goes on.
    code = "import os, time\nend = time.monotonic() + 60\nwhile time.monotonic() < end:\n"
    code += "    time.sleep(0.05)\n    if os.fork(): os._exit(0)\n"
    env = {VARIABLE: of_run(mark, "run")}
    with subprocess.Popen([*PYTHON, code], env=env) as first:
        first.wait(LIMIT)
        eventually(lambda: bool(system.marked(VARIABLE, mark)), "it goes on")
        kill_marked(mark)
        assert system.marked(VARIABLE, mark) == {}


def test_a_lookout_that_was_relieved_kills_nobody(ours: Guarded) -> None:
    with stranger(**{VARIABLE: of_run(ours.mark, "run")}) as marked:
        ours.dismiss()
        gone(ours.lookout)
        assert is_alive(marked)


def test_a_server_without_its_helpers_is_without_a_trace_in_the_end(ours: Guarded) -> None:
    server = ours.serve("sleep('main')")
    kill_at_once(ours.guardian)
    assert server.report("abandoned") == []
    without_trace(server.main)
