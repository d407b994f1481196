"""One real process and its tree: what it says, how it ends, and that nothing of it is left."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from sidecar.domain.events import Stream
from sidecar.domain.lines import Piece
from sidecar.domain.outcome import Exit
from sidecar.processes import local_process, posix
from sidecar.processes.guard import Guard
from sidecar.processes.guarding.guard_protocol import report
from sidecar.processes.local import LocalProcesses
from sidecar.processes.local_process import LocalProcess
from sidecar.processes.questions import Questions
from sidecar.processes.state_file import StateFile
from sidecar.processes.wires import Wires
from tests.support.processes import is_alive
from tests.unit.processes.launched import (
    LIMIT,
    PATIENT,
    SLEEP,
    WITH_DAEMON,
    Launch,
    Server,
    app,
    guardian_of,
    interpreter,
    python,
)

IMPATIENT = 0.2

DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""
POLITE_CHILD = """
import subprocess, sys, time
code = '''
import signal, sys, time
def leave(*_):
    print("child leaves", flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, leave)
print("child is up", flush=True)
time.sleep(600)
'''
subprocess.Popen([sys.executable, "-u", "-c", code])
time.sleep(600)
"""


async def test_both_streams_are_heard_and_the_end_is_told(launch: Launch) -> None:
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"
    server = await launch(python(code))
    assert await server.ends() == (3, None)
    cleared = await server.process.clear(PATIENT)
    assert sorted(server.said) == ["stderr: err", "stdout: out"]
    assert (cleared.forced, cleared.survivors) == (False, 0)


async def test_a_process_that_ends_when_asked_is_not_forced(launch: Launch) -> None:
    server = await launch(python(SLEEP))
    cleared = await server.process.clear(PATIENT)
    assert not cleared.forced
    assert await server.ends() == (None, "SIGTERM")
    assert server.process.pid is not None
    assert not is_alive(server.process.pid)


async def test_a_process_that_does_not_listen_is_killed_after_its_grace(launch: Launch) -> None:
    server = await launch(python(DEAF))
    await server.says("stdout: deaf")
    cleared = await server.process.clear(IMPATIENT)
    assert cleared.forced
    assert await server.ends() == (None, "SIGKILL")


async def test_a_patient_stop_can_be_hurried(launch: Launch) -> None:
    server = await launch(python(DEAF))
    await server.says("stdout: deaf")
    clearing = asyncio.create_task(server.process.clear(PATIENT))
    await asyncio.sleep(0)
    server.process.hurry(PATIENT * 2)
    server.process.hurry(0)
    async with asyncio.timeout(LIMIT):
        assert (await clearing).forced


async def test_what_a_process_left_behind_is_cleared_away(launch: Launch) -> None:
    server = await launch(python(WITH_DAEMON))
    daemon = int((await server.says("stdout: daemon")).split()[-1])
    assert await server.ends() == (0, None)
    assert is_alive(daemon)
    cleared = await server.process.clear(0)
    assert cleared.forced
    assert not is_alive(daemon)


async def test_children_are_asked_too_before_they_are_killed(launch: Launch) -> None:
    server = await launch(python(POLITE_CHILD))
    await server.says("stdout: child is up")
    cleared = await server.process.clear(PATIENT)
    assert not cleared.forced
    assert server.said[-1] == "stdout: child leaves"


async def test_the_last_words_are_heard_before_the_clearing_is_over(launch: Launch) -> None:
    code = "import sys, time; sys.stdout.write('last words without an end'); sys.stdout.flush(); "
    server = await launch(python(code + SLEEP))
    await server.says("stdout: last words")
    server.said.clear()
    await server.process.clear(0)
    assert server.said == ["stdout: "], "the line that was told unfinished is ended"


async def test_what_a_process_has_used_is_told_with_its_end(launch: Launch) -> None:
    code = "import time\nballast = b'x' * 50_000_000\nwhile time.process_time() < 0.2: pass"
    server = await launch(python(code))
    await server.ends()
    (ended,) = server.exits
    assert ended.cpu_seconds is not None
    assert ended.max_rss_bytes is not None
    assert 0.2 <= ended.cpu_seconds < LIMIT
    assert 50_000_000 < ended.max_rss_bytes < 1_000_000_000


async def test_a_kill_while_the_kernel_killed_for_memory_is_told_as_that(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills = 7
    monkeypatch.setattr(posix, "out_of_memory_kills", lambda: kills)
    one, two, three = [await launch(python(SLEEP)) for _ in range(3)]
    await one.process.clear(0)
    kills = 8
    await two.process.clear(0)
    await three.process.clear(PATIENT)
    told = [server.exits[0] for server in (one, two, three)]
    assert [(ended.signal, ended.out_of_memory) for ended in told] == [
        ("SIGKILL", False),
        ("SIGKILL", True),
        ("SIGTERM", False),
    ]


async def test_a_process_is_measured(launch: Launch) -> None:
    server = await launch(python(SLEEP))
    sample = await server.process.sample()
    assert sample.processes == 1
    assert sample.rss_bytes > 0


async def test_a_process_can_be_ended_before_it_is_known_to_run(processes: LocalProcesses) -> None:
    server = Server(processes, python(SLEEP))
    async with asyncio.timeout(LIMIT):
        cleared = await server.process.clear(PATIENT)
    assert cleared.survivors == 0
    assert (await server.ends())[1] == "SIGTERM"


async def test_what_the_keeper_leaves_when_it_is_killed_is_gone_when_the_clearing_is_over(
    launch: Launch,
) -> None:
    server = await launch(python(WITH_DAEMON + SLEEP))
    daemon = int((await server.says("stdout: daemon")).split()[-1])
    assert server.process.keeper_pid is not None
    assert server.process.pid is not None
    os.kill(server.process.keeper_pid, signal.SIGKILL)
    assert await server.ends() == (None, "SIGKILL")
    assert server.exits[0].guardian_lost
    cleared = await server.process.clear(PATIENT)
    assert (cleared.forced, cleared.survivors) == (True, 0)
    assert not is_alive(daemon)
    assert not is_alive(server.process.pid)


async def test_a_server_that_ends_because_its_guardian_is_gone_says_so(launch: Launch) -> None:
    server = await launch(python(SLEEP))
    os.kill(guardian_of(server), signal.SIGKILL)
    assert await server.ends() == (None, "SIGTERM")
    assert server.exits[0].guardian_lost
    assert not server.exits[0].clean
    cleared = await server.process.clear(PATIENT)
    assert (cleared.forced, cleared.survivors) == (False, 0)


async def test_a_keeper_that_does_not_answer_is_gone_around(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_process, "OVERDUE_SECONDS", -local_process.KILL_SECONDS)
    server = await launch(python(WITH_DAEMON + SLEEP))
    daemon = int((await server.says("stdout: daemon")).split()[-1])
    assert server.process.keeper_pid is not None
    os.kill(server.process.keeper_pid, signal.SIGSTOP)
    try:
        cleared = await server.process.clear(0.1)
        assert (cleared.forced, cleared.survivors) == (True, 0)
        assert server.process.pid is not None
        assert not is_alive(server.process.pid)
        assert not is_alive(daemon)
    finally:
        os.kill(server.process.keeper_pid, signal.SIGCONT)


@pytest.mark.parametrize("told", [b"1", b"?"])
async def test_an_app_announces_itself_or_that_it_cannot(
    launch: Launch, tmp_path: Path, told: bytes
) -> None:
    given = app(str(interpreter(tmp_path, f"os.write(report, {told!r})\n{SLEEP}")))
    server = await launch(given)
    async with asyncio.timeout(LIMIT):
        await server.process.announced()


async def test_nobody_waits_for_the_word_of_an_app_that_has_ended_without_one(
    launch: Launch, tmp_path: Path
) -> None:
    server = await launch(app(str(interpreter(tmp_path, ""))))
    async with asyncio.timeout(LIMIT):
        await server.process.announced()


async def test_an_app_is_told_that_it_was_seen_ready_and_that_a_successor_comes(
    launch: Launch, tmp_path: Path
) -> None:
    code = "def heard(*_): print('asked', os.read(report, 9), flush=True); os._exit(0)\n"
    code += "signal.signal(signal.SIGTERM, heard)\n"
    code += "print('heard', os.read(report, 1), flush=True)\ntime.sleep(600)"
    server = await launch(app(str(interpreter(tmp_path, code))))
    server.process.ready()
    await server.says("stdout: heard b'r'")
    await server.process.clear(PATIENT, successor=True)
    assert server.said[-1] == "stdout: asked b'd'"


async def test_survivors_that_end_after_all_are_no_obstacle_to_the_next_attempt() -> None:
    """The keeper is played by the test: what survives SIGKILL cannot be had for the asking."""
    given, told, state = python("serve"), Told(), StateFile()
    wires = Wires(given, [], beside_another=False)
    keeper = socket.socket(fileno=os.dup(wires.far_ends()[0]))
    questions = Questions(given, 0, None, handed_over=False)
    process = LocalProcess(given, "mark:run", told, questions, Guard(), state, lambda _: 0.0)
    process.connect(wires, ([b"serve"], {}, b"/", False))
    wires.close_far_ends()
    with keeper:
        keeper.send(report("pid", os.getpid(), 0, 1))
        async with asyncio.timeout(LIMIT):
            await process.launched()
            clearing = asyncio.create_task(process.clear(0))
            await asyncio.sleep(0)
            keeper.send(report("cleared", 1, 1))
            assert (await clearing).survivors == 1
        keeper.send(report("exit", -9, 0, 0) + report("cleared", 1, 0))
    async with asyncio.timeout(LIMIT):
        await told.exited.wait()
        assert (await process.clear(PATIENT)).survivors == 0
    state.close()


class Told:
    """An observer that waits for the exit."""

    def __init__(self) -> None:
        self.exited = asyncio.Event()

    def on_output(self, stream: Stream, piece: Piece) -> None:
        raise AssertionError(stream, piece)

    def on_exit(self, ended: Exit) -> None:
        assert ended.signal == "SIGKILL"
        self.exited.set()
