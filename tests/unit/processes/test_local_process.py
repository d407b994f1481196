"""One real process and its tree: what it says, how it ends, and that nothing of it is left."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from sidecar.domain.errors import FailureCode
from sidecar.domain.events import Stream
from sidecar.domain.lines import Piece
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import ReadyCheck, ServerSpec
from sidecar.processes.local import LocalProcesses
from sidecar.processes.local_process import LocalProcess
from sidecar.processes.ports import any_free
from sidecar.supervision.interfaces import CannotLaunch
from tests.support.processes import is_alive

LIMIT = 15.0
PATIENT = 60.0
IMPATIENT = 0.2

SLEEP = "import time; time.sleep(600)"
DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""
WITH_DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print("daemon", os.getpid(), flush=True)
        time.sleep(600)
    os._exit(0)
os.wait()
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
LISTENER = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
time.sleep(600)
"""


class Server:
    """A launched process, and what its observer was told."""

    def __init__(self, process_of: Callable[["Server"], LocalProcess]) -> None:
        self.said: list[str] = []
        self.exits: list[Exit] = []
        self._changed = asyncio.Event()
        self.process = process_of(self)

    def on_output(self, stream: Stream, piece: Piece) -> None:
        self.said += [f"{stream}: {line}" for line in piece.text.split("\n")]
        self._changed.set()

    def on_exit(self, ended: Exit) -> None:
        self.exits.append(ended)
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def says(self, line: str) -> str:
        """Waits for a line that begins so, and gives it."""
        await self.until(lambda: any(said.startswith(line) for said in self.said))
        return next(said for said in self.said if said.startswith(line))


Launch = Callable[..., Server]


def python(code: str, *arguments: str, port: int = 0) -> ServerSpec:
    return command(sys.executable, "-c", code, *arguments)._replace(port=port)


def command(*argv: str) -> ServerSpec:
    return ServerSpec(
        name="api", app=None, command=argv, python="", cwd="/", ready=ReadyCheck("none")
    )


@pytest.fixture
async def launch() -> AsyncIterator[Launch]:
    processes = LocalProcesses()
    launched: list[Server] = []

    def make(spec: ServerSpec, port: int = 0) -> Server:
        launched.append(Server(lambda server: processes.launch(spec, port, server)))
        return launched[-1]

    yield make
    for server in launched:
        async with asyncio.timeout(LIMIT):
            await server.process.clear(0)


async def test_both_streams_are_heard_and_the_end_is_told(launch: Launch) -> None:
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"
    server = launch(python(code))
    await server.until(lambda: bool(server.exits))
    cleared = await server.process.clear(PATIENT)
    assert sorted(server.said) == ["stderr: err", "stdout: out"]
    assert server.exits == [Exit(code=3)]
    assert (cleared.forced, cleared.survivors) == (False, 0)


async def test_a_process_that_ends_when_asked_is_not_forced(launch: Launch) -> None:
    server = launch(python(SLEEP))
    cleared = await server.process.clear(PATIENT)
    assert not cleared.forced
    assert server.exits == [Exit(signal="SIGTERM")]
    assert not is_alive(server.process.pid)


async def test_a_process_that_does_not_listen_is_killed_after_its_grace(launch: Launch) -> None:
    server = launch(python(DEAF))
    await server.says("stdout: deaf")
    cleared = await server.process.clear(IMPATIENT)
    assert cleared.forced
    assert server.exits == [Exit(signal="SIGKILL")]


async def test_without_grace_nobody_is_asked(launch: Launch) -> None:
    server = launch(python(SLEEP))
    cleared = await server.process.clear(0)
    assert cleared.forced
    assert server.exits == [Exit(signal="SIGKILL")]


async def test_a_patient_stop_can_be_hurried(launch: Launch) -> None:
    server = launch(python(DEAF))
    await server.says("stdout: deaf")
    clearing = asyncio.create_task(server.process.clear(PATIENT))
    await asyncio.sleep(0)
    server.process.hurry(PATIENT * 2)
    server.process.hurry(0)
    async with asyncio.timeout(LIMIT):
        assert (await clearing).forced


async def test_what_a_process_left_behind_is_cleared_away(launch: Launch) -> None:
    server = launch(python(WITH_DAEMON))
    daemon = int((await server.says("stdout: daemon")).split()[-1])
    await server.until(lambda: server.exits == [Exit(code=0)])
    assert is_alive(daemon)
    cleared = await server.process.clear(0)
    assert cleared.forced
    assert not is_alive(daemon)


async def test_children_are_asked_too_before_they_are_killed(launch: Launch) -> None:
    server = launch(python(POLITE_CHILD))
    await server.says("stdout: child is up")
    cleared = await server.process.clear(PATIENT)
    assert not cleared.forced
    assert server.said[-1] == "stdout: child leaves"


async def test_the_last_words_are_heard_before_the_clearing_is_over(launch: Launch) -> None:
    code = "import sys, time; sys.stdout.write('last words without an end'); sys.stdout.flush(); "
    server = launch(python(code + SLEEP))
    await server.says("stdout: last words")
    server.said.clear()
    await server.process.clear(0)
    assert server.said == ["stdout: "], "the line that was told unfinished is ended"


async def test_a_clock_that_was_set_meanwhile_hides_nobody(launch: Launch) -> None:
    with patch("sidecar.processes.local_process.time.time", lambda: 4e9):
        server = launch(python(SLEEP))
    async with asyncio.timeout(LIMIT):
        await server.process.clear(0)
    assert server.exits == [Exit(signal="SIGKILL")]


async def test_a_stranger_on_the_port_is_named_and_a_member_is_not(launch: Launch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        server = launch(python(SLEEP))
        told = await server.process.port_answerer(stranger.getsockname()[1])
        assert told is not None
        assert f"(pid {os.getpid()})" in told
    port = any_free("127.0.0.1", frozenset())
    listener = launch(python(LISTENER, str(port)))
    await listener.says("stdout: listening")
    assert await listener.process.port_answerer(port) is None


async def test_a_process_is_measured(launch: Launch) -> None:
    server = launch(python(SLEEP))
    sample = await server.process.sample()
    assert sample.processes == 1
    assert sample.rss_bytes > 0


async def test_nothing_stays_open_behind_a_process_or_a_failed_launch(launch: Launch) -> None:
    await launch(python("pass")).process.clear(PATIENT)
    before = os.listdir("/proc/self/fd")
    await launch(python("pass")).process.clear(PATIENT)
    for spec in (command("/nowhere/serve"), app("/nowhere/python"), app(__file__)):
        with pytest.raises(CannotLaunch) as caught:
            launch(spec)
        assert caught.value.failure.code is FailureCode.SPAWN_FAILED
    assert os.listdir("/proc/self/fd") == before


def app(interpreter: str) -> ServerSpec:
    return command()._replace(app="main:app", command=None, python=interpreter)


@pytest.mark.parametrize("told", [b"1", b"?"])
async def test_an_app_announces_itself_or_that_it_cannot(
    launch: Launch, tmp_path: Path, told: bytes
) -> None:
    server = launch(app(str(interpreter(tmp_path, f"os.write(report, {told!r})\n{SLEEP}"))))
    async with asyncio.timeout(LIMIT):
        await server.process.announced()


async def test_nobody_waits_for_the_word_of_an_app_that_has_ended_without_one(
    launch: Launch, tmp_path: Path
) -> None:
    server = launch(app(str(interpreter(tmp_path, ""))))
    async with asyncio.timeout(LIMIT):
        await server.process.announced()


def interpreter(folder: Path, code: str) -> Path:
    """A stand-in for the server's Python: given the launcher, and a descriptor to report on."""
    program = folder / "python"
    program.write_text(f"#!{sys.executable}\nimport os, sys\nreport = int(sys.argv[2])\n{code}\n")
    program.chmod(0o755)
    return program
