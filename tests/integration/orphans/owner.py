"""A sidecar whose client is a process too, so that each of them can be killed."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

from tests.integration.orphans.chain import Chain, find_chain
from tests.support.processes import kill_marked, marked_environment, new_mark, until_gone
from tests.support.raw import RawSidecar, call, lines
from tests.support.toml import write_config
from tests.support.trees import Tree

CLIENT = Path(__file__).with_name("client_program.py")


class Owned:
    """A client, its sidecar and the trees of the sidecar's servers, by the servers' names."""

    def __init__(self, raw: RawSidecar, sidecar: int, trees: Mapping[str, Tree]) -> None:
        self.raw = raw
        self.sidecar = sidecar
        self.trees = trees

    @property
    def client(self) -> int:
        """The client's process id."""
        return self.raw.process.pid

    @property
    def mark(self) -> str:
        """What the environment of all of them says."""
        return self.raw.mark

    def chain(self) -> Chain:
        """All links, once the trees have grown."""
        return find_chain(self.sidecar, self.trees.values(), self.client)

    async def ask_all(self, method: str, **params: Any) -> None:
        """Sends one request for each server, without waiting for the answers."""
        batch = [
            call(method, number, name=name, **params) for number, name in enumerate(self.trees)
        ]
        await self.raw.write(orjson.dumps(batch) + b"\n")

    async def start_all(self) -> dict[str, int]:
        """Starts every server; the ports, by name."""
        await self.ask_all("start")
        while not isinstance(answers := await self.raw.read_line(), list):
            pass
        results = [answer["result"] for answer in answers]
        assert all(result["success"] for result in results), results
        for tree in self.trees.values():
            await tree.grown()
        return {result["status"]["name"]: result["status"]["port"] for result in results}

    async def begin_to_start_all(self) -> None:
        """Starts servers that never become ready, and waits until their trees have grown."""
        await self.ask_all("start")
        for tree in self.trees.values():
            await tree.grown()


@asynccontextmanager
async def owned(tmp_path: Path, trees: Mapping[str, Tree]) -> AsyncIterator[Owned]:
    """Runs a client and its sidecar with `trees` as servers, in a session of their own.

    Afterwards whatever is left is ended; to find that too much was left is for the test.
    """
    mark = new_mark()
    config = write_config(
        tmp_path / f"{mark}.toml", {name: tree.spec for name, tree in trees.items()}
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(CLIENT), "--config", str(config)),
        stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True,
        env=marked_environment(mark, {"XDG_STATE_HOME": str(tmp_path / "state")}),
    )  # fmt: skip
    raw = RawSidecar(process, mark)
    try:
        await raw.write(lines(call("initialize", -1, notifications=["python-server-status"])))
        sidecar = (await raw.read_line())["sidecar"]
        await raw.answer_to(-1)
        yield Owned(raw, sidecar, trees)
    finally:
        await raw.close()
        left = await until_gone(mark)
        kill_marked(mark)
        for tree in trees.values():
            tree.kill()
    assert not left, f"these processes lived on: {left}\non stderr:\n{raw.stderr_text}"
