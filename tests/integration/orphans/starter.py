"""A sidecar under a program that leaves it something: signals, a child, a limit."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.processes import kill_marked, marked_environment, new_mark, until_gone
from tests.support.raw import RawSidecar, call, lines, sidecar_command
from tests.support.toml import write_config

_STARTER = """
import os, resource, signal, sys
{legacy}
os.execv(sys.argv[1], sys.argv[1:])
"""

TOLD = ["python-server-status", "python-server-stopped"]


class Started:
    """A sidecar that runs, and has the process id that its starter had."""

    def __init__(self, raw: RawSidecar) -> None:
        self.raw = raw
        self._count = 0

    @property
    def pid(self) -> int:
        """The sidecar's process id."""
        return self.raw.process.pid

    async def request(self, method: str, **params: Any) -> Any:
        """The result of a request; notifications before it are dropped."""
        self._count += 1
        await self.raw.write(lines(call(method, self._count, **params)))
        return (await self.raw.answer_to(self._count))["result"]

    async def start(self, name: str) -> dict[str, Any]:
        """Starts a server; its status."""
        answer = await self.request("start", name=name)
        assert answer["success"], answer
        return answer["status"]


@asynccontextmanager
async def started_after(
    legacy: str, tmp_path: Path, servers: Mapping[str, Any]
) -> AsyncIterator[Started]:
    """Runs `legacy`, Python code, in what then becomes the sidecar of `servers`.

    Afterwards whatever is left is ended; nothing but what `legacy` started may be.
    """
    mark = new_mark()
    config = write_config(tmp_path / f"{mark}.toml", servers)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-c", _STARTER.format(legacy=legacy)),
        *sidecar_command("stdio", "--config", str(config)),
        stdin=PIPE, stdout=PIPE, stderr=PIPE,
        env=marked_environment(mark, {"XDG_STATE_HOME": str(tmp_path / "state")}),
    )  # fmt: skip
    raw = RawSidecar(process, mark)
    try:
        started = Started(raw)
        await started.request("initialize", notifications=TOLD)
        yield started
    finally:
        await raw.close()
        left = await until_gone(mark)
        kill_marked(mark)
    assert not left, f"these processes lived on: {left}\non stderr:\n{raw.stderr_text}"
