"""The sockets that the panel is served on: this computer's alone, as long as there are no users."""

import errno
import ipaddress
import os
import socket
from typing import NamedTuple

from sidecar.domain.errors import SidecarError

BACKLOG = 128


class CannotServe(SidecarError):
    """The panel cannot be served there; the message says why, and the cure."""

    def __init__(self, message: str) -> None:
        super().__init__(f"sidecar web: {message}")


class Listening(NamedTuple):
    """Sockets that listen on the same port of every address of `host`."""

    sockets: list[socket.socket]
    host: str
    port: int

    @property
    def url(self) -> str:
        """Where a browser finds it, without a path."""
        return f"http://{_bracketed(self.host)}:{self.port}"


def listen(host: str, port: int) -> Listening:
    """Listens on every address of `host`; with `port` 0 on any free one, the same for all.

    Raises:
        CannotServe: it is not a name of this computer alone, or the port cannot be had.
    """
    addresses = _addresses(host)
    sockets: list[socket.socket] = []
    try:
        for address in addresses:
            sockets.append(_bound(address, port))
            port = sockets[-1].getsockname()[1]
    except OSError as error:
        # A name may lead to an address that this computer has switched off: ::1, mostly.
        if not (sockets and error.errno == errno.EADDRNOTAVAIL):
            for one in sockets:
                one.close()
            raise CannotServe(_why_not(host, port, error)) from None
    return Listening(sockets, host, port)


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CannotServe(
            f"the host {host} is not known to this computer; use --host 127.0.0.1"
        ) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not all(
        ipaddress.ip_address(address.partition("%")[0]).is_loopback for address in addresses
    ):
        raise CannotServe(
            f"the host {host} can be reached from other computers, and without users only a "
            "loopback address is served; use --host 127.0.0.1, and from elsewhere a tunnel: "
            "ssh -L 8765:127.0.0.1:8765 HOST"
        )
    # IPv4 first: it is there on every computer, and what is asked for when the port is 0.
    return sorted(dict.fromkeys(addresses), key=lambda address: ":" in address)


def _bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # a port that was served just now can be had again
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    place = f"{_bracketed(host)}:{port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{place} is in use by another program, perhaps by another `sidecar web`; "
            "choose another port with --port, or --port 0 for any free one"
        )
    if error.errno == errno.EACCES:
        return f"{place} may not be used by this user; choose a port above 1023 with --port"
    return f"{place} cannot be listened on: {error.strerror}; choose another with --host and --port"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
