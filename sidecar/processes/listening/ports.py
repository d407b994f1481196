"""Which ports are free, and who holds one that is not.

A port is tried by listening on it, with the very same options as for good: nothing less tells.
Knows nothing of servers and their settings: `sockets` chooses.
"""

import contextlib
import errno
import os
import socket
from collections.abc import Iterable
from typing import NamedTuple

from sidecar.domain.spec import WILDCARD_HOSTS

LAST_PORT = 65_535

BACKLOG = 2048
"""As many connections wait to be accepted as uvicorn would let wait."""

IN_USE = frozenset({errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)})
NO_PERMISSION = frozenset({errno.EACCES, errno.EPERM})
NOT_OURS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
"""Another machine's address, or one of a family that this machine has switched off."""

LOOPBACK = "127.0.0.1"


class Address(NamedTuple):
    """An IP address; `rest` is what the `socket` module puts after the port, for IPv6 alone."""

    family: socket.AddressFamily
    ip: str
    rest: tuple[object, ...] = ()


class Holder(NamedTuple):
    """The process that listens on a port, as far as the system tells."""

    pid: int | None = None
    process: str | None = None

    def __str__(self) -> str:
        if self.pid is None:
            return "another program"
        if self.pid == os.getpid():
            return "this sidecar itself"
        return f"{self.process} (pid {self.pid})" if self.process else f"process {self.pid}"


def look_up(host: str) -> list[Address]:
    """What a server binds for `host`: every address that it has, those of IPv4 first.

    Blocking: a name server may be asked. Raises OSError or UnicodeError for an unknown name.
    """
    found = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    addresses = dict.fromkeys(
        Address(family, str(ip), tuple(rest)) for family, _, _, _, (ip, _, *rest) in found
    )
    return sorted(addresses, key=lambda address: address.family != socket.AF_INET)


def ours(host: str) -> list[Address]:
    """Those addresses of `host` that are this machine's; none, mostly, for another machine's name.

    Blocking, and raises, as `look_up` does.
    """
    return [address for address in look_up(host) if _can_be_bound(address)]


def _can_be_bound(address: Address) -> bool:
    try:
        with socket.socket(address.family, socket.SOCK_STREAM) as one:
            one.bind((address.ip, 0, *address.rest))
    except OSError as error:
        if error.errno in NOT_OURS:
            return False
        raise
    return True


def listen(addresses: Iterable[Address], port: int) -> list[socket.socket]:
    """Listens on the same port of all the addresses; 0 is a port that the system chooses.

    As in asyncio, addresses that are not this machine's are passed over if others are: "localhost"
    may name ::1 where IPv6 is switched off. Raises OSError; nothing is left open then.
    """
    not_ours: OSError | None = None
    with contextlib.ExitStack() as opened:
        sockets: list[socket.socket] = []
        for address in addresses:
            try:
                sockets.append(opened.enter_context(_listen(address, port)))
            except OSError as error:
                if error.errno not in NOT_OURS:
                    raise
                not_ours = error
            else:
                port = port_of(sockets[0])
        if not_ours is not None and not sockets:
            raise not_ours
        opened.pop_all()
    return sockets


def _listen(address: Address, port: int) -> socket.socket:
    with contextlib.ExitStack() as opened:
        listener = opened.enter_context(socket.socket(address.family, socket.SOCK_STREAM))
        # As asyncio and uvicorn do: a port whose last connections linger is free all the same.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit it, whatever program accepts them.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address.ip, port, *address.rest))
        listener.listen(BACKLOG)  # two may bind the same port, but only one may listen
        opened.pop_all()
    return listener


def port_of(listener: socket.socket) -> int:
    """The port that a socket is bound to."""
    return int(listener.getsockname()[1])


def any_free(host: str, avoid: frozenset[int]) -> int:
    """A port that the system chooses; for a host that is not ours, one of the loopback address."""
    port = 0
    for _ in range(len(avoid) + 1):
        try:
            sockets = listen(look_up(host), 0)
        except OSError:
            sockets = listen(look_up(LOOPBACK), 0)
        port = port_of(sockets[0])
        for listener in sockets:
            listener.close()
        if port not in avoid:
            break
    return port


def next_free(host: str, port: int, avoid: frozenset[int]) -> int | None:
    """The first port above `port` that this process may listen on."""
    try:
        addresses = look_up(host)
    except OSError:
        addresses = []
    candidates = (p for p in range(port + 1, LAST_PORT + 1) if p not in avoid)
    taken = IN_USE | NO_PERMISSION
    return next((p for p in candidates if _obstacle(addresses, p) not in taken), None)


def _obstacle(addresses: Iterable[Address], port: int) -> int | None:
    """The number of the error that comes of listening."""
    try:
        for listener in listen(addresses, port):
            listener.close()
    except OSError as error:
        return error.errno
    return None


def find_holder(host: str, port: int) -> Holder:
    """Who listens on an address. Looks at every process, so it takes its time."""
    import psutil  # takes 15 ms, which a start without trouble need not wait for

    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.Error:
        return Holder()
    holders = [
        (str(ip), connection.pid)
        for connection in connections
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
        for ip in connection.laddr[:1]
    ]
    try:
        wanted = {address.ip for address in look_up(host)}
    except OSError:
        wanted = {host}

    def how_far_off(holder: tuple[str, int | None]) -> tuple[bool, bool, bool]:
        """Another address is in the way if either of them stands for all; of two, not our own."""
        ip, pid = holder
        return ip not in wanted, not {ip, *wanted} & WILDCARD_HOSTS, pid == os.getpid()

    return _describe(min(holders, key=how_far_off)[1]) if holders else Holder()


def _describe(pid: int | None) -> Holder:
    import psutil  # as above

    if pid is None:
        return Holder()
    try:
        return Holder(pid, psutil.Process(pid).name())
    except psutil.Error:
        return Holder(pid)
