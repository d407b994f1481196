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
    def is_root(self) -> bool:
        """Whether it is what the branches of a tree belong to."""
        return self.role.startswith(("main", "app"))

    @property
    def lives(self) -> bool:
        """Whether it is still this process, and more than a zombie."""
        stat = stat_of(self.pid)
        return stat is not None and stat.start == self.start and stat.state not in "ZX"


class Tree(NamedTuple):
    """A server and the record of its processes, run after run; `size` is how many a run has."""

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

    def current(self) -> list[Member]:
        """Those of the newest run, its main process first; of several workers, the newest's."""
        members = self.members()
        roots = [place for place, member in enumerate(members) if member.is_root]
        return members[roots[-1] :] if roots else []

    def survivors(self) -> list[Member]:
        """Who lives: of those that wrote themselves down, and of those with our variable."""
        members = self.members()
        if found := [member for member in members if member.lives] or self._carriers():
            return found
        # Whoever has written itself down meanwhile was there while we looked.
        return self.members()[len(members) :]

    @property
    def looks(self) -> int:
        """How often in a row nobody must be seen: a storm is easily missed on a busy machine."""
        return 5 if any(member.role.startswith("storm") for member in self.current()) else 2

    async def grown(self) -> None:
        """Waits until every branch has written itself down."""
        deadline = time.monotonic() + _GROWTH_LIMIT
        while len({member.role for member in self.current()}) < self.size:
            assert time.monotonic() < deadline, f"the tree never grew: {self.members()}"
            await asyncio.sleep(_LOOK_AGAIN)

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
    return [member for tree in trees for member in await _survivors_of(tree, since + limit)]


async def _survivors_of(tree: Tree, deadline: float) -> list[Member]:
    """None if none is seen in several looks: one can miss a process that is just forking."""
    empty_looks = 0
    while empty_looks < tree.looks:
        if not (left := tree.survivors()):
            empty_looks += 1
        elif time.monotonic() > deadline:
            return left
        else:
            empty_looks = 0
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
