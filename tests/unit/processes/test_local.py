"""Launching on this machine: with what it takes, and why it may fail."""

import asyncio
import errno
import os
import signal
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from sidecar.domain.errors import FailureCode
from sidecar.domain.events import Stream
from sidecar.domain.lines import Piece
from sidecar.domain.outcome import Exit
from sidecar.processes import posix
from sidecar.processes.local import LocalProcesses
from sidecar.supervision.interfaces import CannotLaunch
from tests.support.processes import is_alive
from tests.unit.processes.kept import without_trace
from tests.unit.processes.launched import (
    LIMIT,
    PATIENT,
    SLEEP,
    WITH_DAEMON,
    Launch,
    Server,
    app,
    command,
    guardian_of,
    python,
)


async def test_nothing_stays_open_behind_a_process_or_a_failed_launch(
    processes: LocalProcesses, launch: Launch, tmp_path: Path
) -> None:
    program = tmp_path / "serve"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    await (await launch(python("pass"))).process.clear(PATIENT)
    before = os.listdir("/proc/self/fd")
    await (await launch(python("pass"))).process.clear(PATIENT)
    for spec in (command("/nowhere/serve"), app("/nowhere/python")):
        with pytest.raises(CannotLaunch) as caught:
            Server(processes, spec)
        assert caught.value.failure.code is FailureCode.SPAWN_FAILED
    for spec in (command(str(program)), app(str(program))):
        server = Server(processes, spec)
        with pytest.raises(CannotLaunch) as caught:
            await server.process.launched()
        assert "not the interpreter that its first line" in caught.value.failure.message
        cleared = await server.process.clear(PATIENT)
        assert (cleared.forced, cleared.survivors, server.exits) == (False, 0, [])
    assert len(os.listdir("/proc/self/fd")) == len(before)


async def test_a_command_finds_its_socket_as_systemd_would_give_it(
    processes: LocalProcesses, launch: Launch
) -> None:
    code = "import os, sys; print(os.environ['LISTEN_FDS'], sys.argv[1], "
    code += "int(os.environ['LISTEN_PID']) == os.getpid(), os.get_blocking(3))"
    given = python(code, "{fd}")._replace(handoff="socket")
    endpoint = await processes.claim(given, 0, frozenset())
    try:
        endpoint.sockets[0].setblocking(False)
        server = await launch(given, endpoint=endpoint)
        assert await server.says("stdout: ") == "stdout: 1 3 True True"
    finally:
        endpoint.close()


async def test_the_next_launch_needs_no_living_guardian(launch: Launch) -> None:
    guardian = guardian_of(await launch(python(SLEEP)))
    os.kill(guardian, signal.SIGKILL)
    without_trace(guardian)
    second = await launch(python("print('here')"))
    assert await second.says("stdout: here")


async def test_a_launch_that_its_guardian_does_not_survive_is_a_failure(
    launch: Launch, processes: LocalProcesses
) -> None:
    first = await launch(python(SLEEP))
    guardian = guardian_of(first)
    os.kill(guardian, signal.SIGSTOP)
    second = Server(processes, python(SLEEP))
    os.kill(guardian, signal.SIGKILL)
    with pytest.raises(CannotLaunch) as caught:
        async with asyncio.timeout(LIMIT):
            await second.process.launched()
    assert caught.value.failure.code is FailureCode.SPAWN_FAILED
    assert (await second.process.clear(0)).survivors == 0


async def test_without_a_guardian_a_launch_fails_and_is_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    processes = LocalProcesses()
    before = os.listdir("/proc/self/fd")
    with patch.object(sys, "executable", "/nowhere/python"), pytest.raises(CannotLaunch) as caught:
        processes.launch(command("/bin/sleep", "1"), None, Silent())
    failure = caught.value.failure
    assert failure.code is FailureCode.SPAWN_FAILED
    assert "/nowhere/python" in failure.message
    assert len(os.listdir("/proc/self/fd")) == len(before)
    monkeypatch.setattr(sys, "executable", sys.executable)
    await processes.close()


async def test_a_sidecar_starts_even_if_no_guardian_can_be_started(
    caplog: pytest.LogCaptureFixture,
) -> None:
    processes = LocalProcesses()
    with patch.object(sys, "executable", "/nowhere/python"):
        processes.prepare()
    assert "no guardian could be started" in caplog.text
    server = Server(processes, python("print('here')"))
    assert await server.says("stdout: here"), "the first launch tries again"
    await server.process.clear(PATIENT)
    await processes.close()


async def test_a_machine_without_room_for_a_pipe_is_told_and_nothing_stays_open(
    processes: LocalProcesses, launch: Launch
) -> None:
    await (await launch(python("pass"))).process.clear(PATIENT)
    before = os.listdir("/proc/self/fd")
    with patch.object(posix, "output_pipe", side_effect=OSError(errno.EMFILE, "Too many files")):
        for spec in (python(SLEEP), app("/bin/sh")):
            with pytest.raises(CannotLaunch) as caught:
                Server(processes, spec)
            assert "Too many files" in caught.value.failure.message
    assert os.listdir("/proc/self/fd") == before


async def test_nobody_is_left_when_all_is_closed() -> None:
    processes = LocalProcesses()
    processes.prepare()
    server = Server(processes, python(WITH_DAEMON + SLEEP))
    await server.process.launched()
    daemon = int((await server.says("stdout: daemon")).split()[-1])
    guardian = guardian_of(server)
    await processes.close()
    assert not is_alive(guardian)
    assert not is_alive(daemon)
    assert server.process.pid is not None
    assert not is_alive(server.process.pid)
    await server.process.clear(0)


class Silent:
    """An observer that expects nothing."""

    def on_output(self, stream: Stream, piece: Piece) -> None:
        raise AssertionError(stream, piece)

    def on_exit(self, ended: Exit) -> None:
        raise AssertionError(ended)
