"""A server launched by all the parts together, and what its observer is told."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sidecar.domain.events import Stream
from sidecar.domain.lines import Piece
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import ReadyCheck, ServerSpec
from sidecar.processes.local import LocalProcesses

LIMIT = 15.0
PATIENT = 60.0

SLEEP = "import time; time.sleep(600)"
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


class Server:
    """A launched process, and what its observer was told."""

    def __init__(self, processes: LocalProcesses, spec: ServerSpec, **how: Any) -> None:
        self.said: list[str] = []
        self.exits: list[Exit] = []
        self._changed = asyncio.Event()
        self.process = processes.launch(spec, how.pop("endpoint", None), self, **how)

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

    async def ends(self) -> tuple[int | None, str | None]:
        """Waits for the end of the main process; its code and signal."""
        await self.until(lambda: bool(self.exits))
        (ended,) = self.exits
        return ended.code, ended.signal


Launch = Callable[..., Awaitable[Server]]
"""Of a spec, and what else `LocalProcesses.launch` takes."""


def python(code: str, *arguments: str, port: int = 0) -> ServerSpec:
    return command(sys.executable, "-c", code, *arguments)._replace(port=port)


def command(*argv: str) -> ServerSpec:
    return ServerSpec(
        name="api", app=None, command=argv, python="", cwd="/", ready=ReadyCheck("none")
    )


def app(interpreter: str) -> ServerSpec:
    return command()._replace(app="main:app", command=None, python=interpreter)


def interpreter(folder: Path, code: str) -> Path:
    """A stand-in for the server's Python: run as the launcher is, with `report` to talk on."""
    program = folder / "python"
    begin = "import os, signal, sys, time\nreport = int(sys.argv[2].removeprefix('report='))\n"
    program.write_text(f"#!{sys.executable}\n{begin}{code}\n")
    program.chmod(0o755)
    return program


def guardian_of(server: Server) -> int:
    """The parent of its keeper."""
    stat = Path(f"/proc/{server.process.keeper_pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])
