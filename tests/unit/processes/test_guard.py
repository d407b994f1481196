"""The guardian as the sidecar sees it: there when it is needed, and gone without a trace."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from unittest.mock import patch

import pytest

from sidecar.processes.guard import Guard
from tests.support.processes import PROJECT_ROOT, is_alive
from tests.unit.processes.guarded import GUARDIAN, LOOKOUT, helpers
from tests.unit.processes.kept import LIMIT, PYTHON, Kept, eventually, gone, without_trace


@pytest.fixture
async def guard() -> AsyncIterator[Guard]:
    guard = Guard()
    yield guard
    await guard.dismiss()


@pytest.fixture
async def serve(guard: Guard) -> AsyncIterator[Callable[..., Kept]]:
    servers: list[Kept] = []

    def make(code: str = "sleep('main')") -> Kept:
        server = Kept()
        servers.append(server)
        try:
            guard.keep(server.far_ends)
        finally:
            server.hand_over()
        server.run(code)
        return server

    yield make
    for server in servers:
        server.close()


Serve = Callable[..., Kept]


def pid_of(name: str, mark: str) -> int:
    """Of a guardian, or its lookout, once both are what they are called."""
    found: dict[str, set[int]] = {}

    def are_there() -> bool:
        found.update(helpers(mark))
        return len(found[GUARDIAN]) == len(found[LOOKOUT]) == 1

    eventually(are_there, "guardian and lookout are there")
    return found[name].pop()


async def test_a_guardian_is_called_once(guard: Guard, serve: Serve) -> None:
    guard.summon()
    mark, guardian = guard.mark, pid_of(GUARDIAN, guard.mark)
    guard.summon()
    serve()
    serve()
    assert guard.mark == mark
    assert pid_of(GUARDIAN, mark) == guardian


async def test_a_guardian_is_called_when_it_is_needed_at_the_latest(serve: Serve) -> None:
    assert serve().main > 0


async def test_a_killed_guardian_is_replaced_and_no_zombie_stays(
    guard: Guard, serve: Serve
) -> None:
    first = serve()
    mark, guardian = guard.mark, pid_of(GUARDIAN, guard.mark)
    os.kill(guardian, signal.SIGKILL)
    without_trace(guardian)
    second = serve()
    assert guard.mark != mark
    assert pid_of(GUARDIAN, guard.mark) != guardian
    assert first.report("abandoned") == []
    assert first.report("exit")[0] == "-15"
    assert second.is_quiet()


async def test_a_dismissed_guardian_is_gone_with_all_of_its_own(guard: Guard, serve: Serve) -> None:
    server = serve()
    mark = guard.mark
    guardian, lookout = pid_of(GUARDIAN, mark), pid_of(LOOKOUT, mark)
    await guard.dismiss()
    assert str(guardian) not in os.listdir("/proc")
    gone(lookout, server.keeper, server.main)
    await guard.dismiss()


async def test_nothing_stays_open_behind_a_guardian(guard: Guard) -> None:
    guard.summon()
    await guard.dismiss()
    before = os.listdir("/proc/self/fd")
    guard.summon()
    await guard.dismiss()
    guard.summon()
    os.kill(pid_of(GUARDIAN, guard.mark), signal.SIGKILL)
    await guard.dismiss()
    assert os.listdir("/proc/self/fd") == before


async def test_a_guardian_may_be_called_again_after_it_was_dismissed(
    guard: Guard, serve: Serve
) -> None:
    serve()
    await guard.dismiss()
    assert serve().main > 0


async def test_a_guardian_that_cannot_be_started_is_an_error_and_leaves_nothing_open(
    guard: Guard,
) -> None:
    before = os.listdir("/proc/self/fd")
    with patch.object(sys, "executable", "/nowhere/python"):
        for attempt in (guard.summon, lambda: guard.keep([0])):
            with pytest.raises(FileNotFoundError):
                attempt()
    assert os.listdir("/proc/self/fd") == before


async def test_a_request_that_cannot_be_sent_costs_no_other_server_its_guardian(
    guard: Guard, serve: Serve
) -> None:
    server = serve()
    mark = guard.mark
    with pytest.raises(OSError):
        guard.keep([987_654])
    assert guard.mark == mark
    assert server.is_quiet()
    assert serve().main > 0


async def test_keepers_that_lost_their_guardian_have_the_time_that_they_need(
    guard: Guard, serve: Serve
) -> None:
    server = serve("""
def leave(*_):
    time.sleep(0.3)
    tell("ended in peace")
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
sleep("main")
""")
    server.pid_of("main")
    os.kill(pid_of(GUARDIAN, guard.mark), signal.SIGKILL)
    assert server.line() == "ended in peace"
    assert server.report("abandoned") == []
    assert server.report("exit")[0] == "0"
    assert server.report("cleared") == ["0", "0"]
    without_trace(server.keeper)


async def test_what_guardian_and_keepers_leave_together_is_ended_without_any_mark(
    guard: Guard, serve: Serve
) -> None:
    server = serve("daemonise(lambda: deaf('daemon'))\ndeaf('main')")
    pids = server.pids(2)
    for pid in (pid_of(LOOKOUT, guard.mark), server.keeper, pid_of(GUARDIAN, guard.mark)):
        os.kill(pid, signal.SIGKILL)
    without_trace(server.keeper, *pids.values())


async def test_a_new_guardian_is_not_taken_for_what_the_old_one_left(
    guard: Guard, serve: Serve
) -> None:
    for _ in range(5):
        serve()
        mark, old = guard.mark, pid_of(GUARDIAN, guard.mark)
        os.kill(old, signal.SIGKILL)
        while guard.mark == mark:  # as soon as it is possible
            with contextlib.suppress(AssertionError, ConnectionError):
                serve()
        new = pid_of(GUARDIAN, guard.mark)
        without_trace(old)
        assert is_alive(new)
        assert serve().main > 0


def test_the_socket_may_have_the_very_number_that_the_guardian_wants_it_at() -> None:
    code = f"""
import os, socket, sys
sys.path.append({str(PROJECT_ROOT)!r})
from sidecar.processes.guard import Guard
from sidecar.processes.guarding.guard_protocol import launch_message
spare = os.dup(0)  # 3 is taken while the keeper's socket is made
control, theirs = socket.socketpair()
os.close(spare)
os.close(0)  # now the next socket pair is made of 0 and 3
guard = Guard()
guard.keep([theirs.fileno(), 1, 2])
theirs.close()
control.settimeout({LIMIT})
control.sendall(launch_message(([b"/bin/true"], {{}}, b"/", False)))
print(control.recv(3))
"""
    done = subprocess.run([*PYTHON, code], capture_output=True, timeout=LIMIT * 2, check=True)
    assert done.stdout == b"b'pid'\n"
