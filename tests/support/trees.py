"""Servers with whole trees of processes, and the finding of those that live on.

A survivor is found by what the processes wrote down themselves and by a variable that those which
keep their environment carry: neither is anything that the product could look for.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.servers import Spec
from tests.support.tree_program import BRANCHES_VARIABLE, RECORD_VARIABLE

PROGRAM = Path(__file__).with_name("tree_program.py")

# What the contract promises: no process of a tree lives on for more than this.
PROMISE = 3.0
_GROWTH_LIMIT = 15.0
_LOOK_AGAIN = 0.03

# One of each kind, and deaf to all but SIGKILL.
EVERY_BRANCH = ("child", "session", "daemon", "bare")
DEAF_BRANCHES = tuple(f"{branch}:deaf" for branch in EVERY_BRANCH)


class Stat(NamedTuple):
    """What the kernel tells of a process."""

    state: str
    parent: int
    start: str


class Member(NamedTuple):
    """A process of a tree, as it wrote itself down or as it was found."""

    pid: int
    start: str
    role: str

    @property
    def lives(self) -> bool:
        """Whether it is still this process, and more than a zombie."""
        stat = stat_of(self.pid)
        return stat is not None and stat.start == self.start and stat.state not in "ZX"


class Tree(NamedTuple):
    """A server and the record of its processes; `size` is how many there are when it is ready."""

    record: Path
    spec: Spec
    size: int

    def members(self) -> list[Member]:
        """All that ever wrote themselves down, the dead ones too."""
        try:
            lines = self.record.read_text().splitlines()
        except FileNotFoundError:
            return []
        return [Member(int(pid), start, role) for pid, start, role in map(str.split, lines)]

    def survivors(self) -> list[Member]:
        """Who lives: of those that wrote themselves down, and of those with our variable."""
        return [member for member in self.members() if member.lives] or self._carriers()

    async def grown(self) -> None:
        """Waits until every branch has written itself down."""
        deadline = time.monotonic() + _GROWTH_LIMIT
        while len({member.role for member in self.members()}) < self.size:
            assert time.monotonic() < deadline, f"the tree never grew: {self.members()}"
            await asyncio.sleep(_LOOK_AGAIN)

    def forget(self) -> None:
        """Empties the record, before another start; nothing of the tree may live."""
        self.record.unlink(missing_ok=True)

    def kill(self) -> None:
        """Ends what a failed test left, those that fork meanwhile included."""
        for _ in range(200):
            if not (left := self.survivors()):
                return
            for member in left:
                try:
                    os.kill(member.pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue

    def _carriers(self) -> list[Member]:
        """Helpers that write nothing down, such as multiprocessing's, carry the variable."""
        needle = f"{RECORD_VARIABLE}={self.record}".encode()
        found: list[Member] = []
        for pid in all_pids():
            try:
                carries = needle in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            except OSError:
                continue  # it has ended, or is not ours to read
            if carries and (stat := stat_of(pid)) is not None:
                found.append(Member(pid, stat.start, "unrecorded"))
        return found


def tree(record: Path, *branches: str, main: str = "main", **settings: Any) -> Tree:
    """A command that listens on its port and has these branches, see `tree_program`.

    It is ready once all of them live.
    """
    command = [sys.executable, "-I", "-S", str(PROGRAM), str(record), "{port}", main, *branches]
    defaults: Spec = {"ready": {"log": "^tree complete"}, "env": {RECORD_VARIABLE: str(record)}}
    return Tree(record, {"command": command, **defaults, **settings}, 1 + len(branches))


def app_tree(record: Path, *branches: str, **settings: Any) -> Tree:
    """An app with these branches, run by uvicorn."""
    env = {RECORD_VARIABLE: str(record), BRANCHES_VARIABLE: " ".join(branches)}
    app = {"app": f"{PROGRAM.stem}:app", "cwd": str(PROGRAM.parent), "env": env}
    return Tree(record, {**app, **settings}, 1 + len(branches))


async def survivors_of_the_promise(
    trees: Iterable[Tree], since: float, limit: float = PROMISE
) -> list[Member]:
    """Waits until nothing of `trees` lives; who still does `limit` seconds after `since`.

    `since` is on the monotonic clock.
    """
    waiting = list(trees)
    while waiting:
        # One look can miss a process that is just forking: none at all must be there twice.
        if not (left := waiting[0].survivors()):
            await asyncio.sleep(_LOOK_AGAIN)
            left = waiting[0].survivors()
        if not left:
            del waiting[0]
        elif time.monotonic() - since > limit:
            return [member for one in waiting for member in one.survivors()]
        await asyncio.sleep(_LOOK_AGAIN)
    return []


def all_pids() -> list[int]:
    """Every process there is."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def stat_of(pid: int) -> Stat | None:
    """None if there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return Stat(fields[0], int(fields[1]), fields[19])
