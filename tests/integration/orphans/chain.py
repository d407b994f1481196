"""The processes between a client and its servers: found, and killed in any combination.

client -> sidecar -> guardian -> keeper, one for each server -> the server's main process; and
somewhere, above or beside them, the lookout.
"""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.support.trees import Stat, Tree, all_pids, stat_of

_FIND_LIMIT = 10.0
_LOOK_AGAIN = 0.01

# An orderly end leaves no process of the sidecar's own: within a second or so.
FAREWELL_LIMIT = 2.0


# What `ps` and `top` call them.
GUARDIAN, LOOKOUT = "sidecar-guard", "sidecar-lookout"


class Chain(NamedTuple):
    """The links, by their process ids; `keepers` and `mains` have one for each server."""

    sidecar: int
    guardian: int
    lookout: int
    keepers: tuple[int, ...]
    mains: tuple[int, ...]
    client: int = 0

    def pids(self, links: str) -> tuple[int, ...]:
        """Those that the words mean, such as "guardian+keepers": the names of the fields."""
        found: list[int] = []
        for link in links.split("+"):
            one: int | tuple[int, ...] = getattr(self, link)
            found += one if isinstance(one, tuple) else (one,)
        return tuple(found)


def find_chain(sidecar: int, trees: Iterable[Tree], client: int = 0) -> Chain:
    """Finds the links above the newest runs of trees, which have grown."""
    own = own_processes(sidecar)
    pairs = [_main_and_keeper(tree.current()[0].pid, own) for tree in trees]
    mains, keepers = zip(*pairs, strict=True)
    guardian = _only(map(_parent, keepers), GUARDIAN)
    # That of a guardian which was killed a moment ago may still be there.
    lookout = _only((pid for pid in own if _are_of_one_program(pid, guardian)), LOOKOUT)
    return Chain(sidecar, guardian, lookout, keepers, mains, client)


async def first_helper(sidecar: int) -> int:
    """Waits until the sidecar has a child, however young: what becomes its guardian."""
    deadline = time.monotonic() + _FIND_LIMIT
    while time.monotonic() < deadline:
        for pid in filter(_runs_the_guardian, children_of([sidecar])):
            return pid
        await asyncio.sleep(_LOOK_AGAIN)
    raise AssertionError("the sidecar never had a guardian")


def find_guardian(sidecar: int) -> int:
    """The guardian of a sidecar that has started a server."""
    return _only(own_processes(sidecar), GUARDIAN)


def kill_at_once(*pids: int) -> None:
    """SIGKILL to all, none of which has time to act on the end of another."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in pids:
            send(pid, number)


def send(pid: int, number: signal.Signals) -> None:
    """A signal to a process that may have ended meanwhile."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def own_processes(sidecar: int) -> set[int]:
    """The sidecar, its guardian, the keepers and the lookout.

    All but the first have the guardian's mark in their command lines.
    """
    own = {sidecar}
    for helper in filter(_runs_the_guardian, children_of([sidecar])):
        mark = _mark_of(helper)
        own |= {pid for pid in all_pids() if mark in _command_line(pid).split(b"\0")}
    return own


def _mark_of(guardian: int) -> bytes:
    return _command_line(guardian).rstrip(b"\0").rpartition(b"\0")[2]


async def until_own_processes_are_gone(pids: Iterable[int]) -> list[int]:
    """Those of `pids` that still live after what an orderly end may take."""
    deadline = time.monotonic() + FAREWELL_LIMIT
    while left := [pid for pid in pids if _lives(stat_of(pid))]:
        if time.monotonic() > deadline:
            return left
        await asyncio.sleep(_LOOK_AGAIN)
    return []


async def until_own_processes_are(number: int, sidecar: int) -> set[int]:
    """The sidecar's own processes, once there are so many; after a while, those that there are."""
    deadline = time.monotonic() + FAREWELL_LIMIT
    while len(own := own_processes(sidecar)) != number and time.monotonic() < deadline:
        await asyncio.sleep(_LOOK_AGAIN)
    return own


async def until_zombies_are_gone(parents: Iterable[int]) -> list[int]:
    """The zombies among the children of `parents` that nobody buries within a second."""
    watched = list(parents)
    deadline = time.monotonic() + 1
    while left := [pid for pid in children_of(watched) if not _lives(stat_of(pid))]:
        if time.monotonic() > deadline:
            return left
        await asyncio.sleep(_LOOK_AGAIN)
    return []


def children_of(parents: Iterable[int]) -> list[int]:
    """The children of any of `parents`, zombies too."""
    wanted = set(parents)
    stats = ((pid, stat_of(pid)) for pid in all_pids())
    return [pid for pid, stat in stats if stat is not None and stat.parent in wanted]


def descriptors_of(pid: int) -> int:
    """How many descriptors a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def can_listen(port: int, host: str = "127.0.0.1") -> bool:
    """Whether another program could listen there now. Connections that linger do not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError:
            return False
    return True


async def until_can_listen(port: int, since: float, limit: float) -> bool:
    """Whether the port is free by `limit` seconds after `since`."""
    while not can_listen(port):
        if time.monotonic() - since > limit:
            return False
        await asyncio.sleep(_LOOK_AGAIN)
    return True


def _main_and_keeper(pid: int, own: set[int]) -> tuple[int, int]:
    """Goes up from a process of a tree to the first that is the sidecar's own."""
    line = [pid]
    while line[-1] not in own:
        line.append(_parent(line[-1]))
        assert line[-1], f"{line} is not below any of {own}"
    return line[-2], line[-1]


def _parent(pid: int) -> int:
    stat = stat_of(pid)
    assert stat is not None, f"{pid} has ended"
    return stat.parent


def _are_of_one_program(pid: int, guardian: int) -> bool:
    return _mark_of(guardian) in _command_line(pid).split(b"\0")


def _only(pids: Iterable[int], name: str) -> int:
    found = {pid: _name(pid) for pid in pids}
    named = [pid for pid, its_name in found.items() if its_name == name]
    assert len(named) == 1, f"one {name} among {found}"
    return named[0]


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _lives(stat: Stat | None) -> bool:
    return stat is not None and stat.state not in "ZX"


def _runs_the_guardian(pid: int) -> bool:
    return b"guardian.py" in _command_line(pid)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
