"""A guardian and its helpers, found among all processes and watched."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from sidecar.processes.guard import SCRIPT, Guard
from sidecar.processes.marks import VARIABLE, of_run
from tests.unit.processes.kept import Kept, eventually, gone

GUARDIAN, KEEPER, LOOKOUT = "sidecar-guard", "sidecar-keeper", "sidecar-lookout"


def helpers(mark: str) -> dict[str, set[int]]:
    """The processes of a guardian by name: it itself, its keepers, its lookout; zombies not."""
    found: dict[str, set[int]] = {GUARDIAN: set(), KEEPER: set(), LOOKOUT: set()}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.joinpath("cmdline").read_bytes().endswith(f"{SCRIPT}\0{mark}\0".encode()):
                name = folder.joinpath("comm").read_text().strip()
                found.setdefault(name, set()).add(int(folder.name))
    return found


class Guarded:
    """A guardian that is at work, and the servers in its care."""

    def __init__(self) -> None:
        self.guard = Guard()
        self.guard.summon()
        self.mark = self.guard.mark
        self.servers: list[Kept] = []
        eventually(lambda: len(self._found()) == 2, "guardian and lookout are there")
        self.guardian, self.lookout = self.only(GUARDIAN), self.only(LOOKOUT)

    def only(self, name: str) -> int:
        """The one process of that name."""
        (pid,) = helpers(self.mark)[name]
        return pid

    def all(self) -> set[int]:
        """Every process of the guardian's."""
        return {pid for pids in helpers(self.mark).values() for pid in pids}

    def serve(self, code: str, *handed: int) -> Kept:
        """A server that runs Python code, see `Kept.run`; it carries the guardian's mark."""
        server = Kept(*handed)
        self.servers.append(server)
        self.guard.keep(server.far_ends)
        server.hand_over()
        server.run(code, env={VARIABLE: of_run(self.mark, "run")})
        return server

    def _found(self) -> list[int]:
        found = helpers(self.mark)
        return [*found[GUARDIAN], *found[LOOKOUT]]


@contextlib.contextmanager
def guarded() -> Iterator[Guarded]:
    """A guardian; of it and its servers nothing is left afterwards."""
    guarded = Guarded()
    try:
        yield guarded
    finally:
        for server in guarded.servers:
            server.close()
        asyncio.run(guarded.guard.dismiss())
        for pid in guarded.all():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        gone(*guarded.all())
