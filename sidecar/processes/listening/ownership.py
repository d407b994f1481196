"""Whose a socket is: has one of a server's processes accepted a connection, does one listen?

Who belongs to a server is for the caller to know. What the system does not show counts as the
server's own: any other answer would keep it from ever being ready. Blocking: for a tenth of a
millisecond on Linux, for some milliseconds a process where the kernel cannot be asked directly.
"""

import contextlib
import os
from collections.abc import Generator, Iterable, Iterator
from enum import Enum, auto
from typing import NamedTuple

from sidecar.processes.listening import sock_diag
from sidecar.processes.listening.sock_diag import SocketAddress


class Acceptance(Enum):
    """What has become of a connection at the other end."""

    OURS = auto()
    """One of the processes has accepted it, or may have: the system does not show everything."""
    NOBODYS = auto()
    """Nobody has accepted it, as far as can be told, or nobody has it any more."""
    OTHERS = auto()
    """Another process has accepted it."""


class _Hidden(Exception):
    """The system does not show what a process has open."""


class _Socket(NamedTuple):
    local: SocketAddress
    peer: SocketAddress
    listens: bool


def acceptance(pids: Iterable[int], local: SocketAddress, peer: SocketAddress) -> Acceptance:
    """Who has accepted a connection that a socket of this process made.

    `local` and `peer` are what `getsockname` and `getpeername` say of that socket. While it is in
    the queue, `pids` are not even looked for if they come from a generator.
    """
    try:
        try:
            inode = sock_diag.inode_of_connection(peer, local)
        except OSError:  # another system, a kernel without it, a sandbox
            ends = (_plain(peer), _plain(local))
            ours = any(ends == (found.local, found.peer) for found in _sockets(pids))
            return Acceptance.OURS if ours else Acceptance.NOBODYS
        if not inode:
            return Acceptance.NOBODYS
        return Acceptance.OURS if inode in _inodes(pids) else Acceptance.OTHERS
    except _Hidden:
        return Acceptance.OURS


def listens(pids: Iterable[int], port: int) -> bool:
    """Whether one of the processes listens on `port`, or may do so."""
    try:
        try:
            wanted = sock_diag.inodes_that_listen(port)
        except OSError:  # as above
            return any(found.listens and found.local[1] == port for found in _sockets(pids))
        return any(inode in wanted for inode in _inodes(pids))
    except _Hidden:
        return True


def _inodes(pids: Iterable[int]) -> Iterator[int]:
    """The sockets that the processes have open, as /proc shows them."""
    for pid in pids:
        with _as_shown():
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                with _as_shown():
                    kind, _, inode = os.readlink(f"/proc/{pid}/fd/{descriptor}").partition(":")
                    if kind == "socket":
                        yield int(inode.strip("[]"))


@contextlib.contextmanager
def _as_shown() -> Generator[None]:
    try:
        yield
    except PermissionError:
        raise _Hidden from None
    except (FileNotFoundError, ProcessLookupError):
        pass  # the process has just ended, or closed this one


def _sockets(pids: Iterable[int]) -> Iterator[_Socket]:
    """The TCP sockets that the processes have open, as psutil finds them on every system."""
    import psutil  # takes 15 ms

    for pid in pids:
        try:
            for found in psutil.Process(pid).net_connections(kind="tcp"):
                listens = found.status == psutil.CONN_LISTEN
                yield _Socket(_plain(found.laddr), _plain(found.raddr), listens)
        except psutil.AccessDenied:
            raise _Hidden from None
        except psutil.Error:
            pass  # it has just ended


def _plain(address: SocketAddress) -> SocketAddress:
    """Host and port alone, and IPv4 as such: a socket for both families has it as "::ffff:…"."""
    host, port, *_ = address or ("", 0)
    return str(host).removeprefix("::ffff:").partition("%")[0], port
