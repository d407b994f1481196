"""The processes between a client and its servers: found, and killed in any combination.

client -> sidecar -> guardian -> keeper, one for each server -> the server's main process; and the
lookout beside them.
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


class Chain(NamedTuple):
    """The links, by their process ids; `keepers` and `mains` have one for each server."""

    sidecar: int
    guardian: int
    keepers: tuple[int, ...]
    mains: tuple[int, ...]
    client: int = 0

    def pids(self, link: str) -> tuple[int, ...]:
        """Those that a word means: "client", "sidecar", "guardian", "keepers" or "mains"."""
        found: int | tuple[int, ...] = getattr(self, link)
        return found if isinstance(found, tuple) else (found,)


def find_chain(sidecar: int, trees: Iterable[Tree], client: int = 0) -> Chain:
    """Finds the links above trees that have grown."""
    guardians: set[int] = set()
    keepers: list[int] = []
    mains: list[int] = []
    for tree in trees:
        *_, main, keeper, guardian = _line_of_descent(tree.members()[0].pid, sidecar)
        guardians.add(guardian)
        keepers.append(keeper)
        mains.append(main)
    assert len(guardians) == 1, f"one guardian for all servers: {guardians}"
    return Chain(sidecar, guardians.pop(), tuple(keepers), tuple(mains), client)


async def find_guardian(sidecar: int) -> int:
    """Waits until the sidecar has a guardian, however young."""
    deadline = time.monotonic() + _FIND_LIMIT
    while time.monotonic() < deadline:
        for pid in filter(_is_guardian, children_of([sidecar])):
            return pid
        await asyncio.sleep(_LOOK_AGAIN)
    raise AssertionError("the sidecar never had a guardian")


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

    All but the first are forked from the guardian, and so have its command line, which is like no
    other guardian's.
    """
    own = {sidecar}
    for guardian in filter(_is_guardian, children_of([sidecar])):
        command = _command_line(guardian)
        own |= {pid for pid in all_pids() if _command_line(pid) == command}
    return own


def find_lookout(chain: Chain) -> int:
    """The one of the sidecar's own processes that does not descend from it."""
    own = own_processes(chain.sidecar)
    outside = own - {chain.sidecar, chain.guardian, *chain.keepers}
    assert len(outside) == 1, f"one lookout beside {chain}: {own}"
    return outside.pop()


async def until_own_processes_are_gone(pids: Iterable[int]) -> list[int]:
    """Those of `pids` that still live after what an orderly end may take."""
    deadline = time.monotonic() + FAREWELL_LIMIT
    while left := [pid for pid in pids if _lives(stat_of(pid))]:
        if time.monotonic() > deadline:
            return left
        await asyncio.sleep(_LOOK_AGAIN)
    return []


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


def _line_of_descent(pid: int, ancestor: int) -> list[int]:
    """`pid`, its parent and so on, to the child of `ancestor`."""
    line = [pid]
    while (stat := stat_of(line[-1])) is not None and stat.parent not in (ancestor, 0):
        line.append(stat.parent)
    assert stat is not None, f"one of {line} has ended"
    assert stat.parent == ancestor, f"{line} does not lead to {ancestor}"
    assert len(line) >= 3, f"no guardian and keeper above {pid}: {line}"
    return line


def _lives(stat: Stat | None) -> bool:
    return stat is not None and stat.state not in "ZX"


def _is_guardian(pid: int) -> bool:
    return b"guardian.py" in _command_line(pid)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
