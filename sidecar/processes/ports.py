"""Which port a server gets, and who holds one that it cannot have.

A port is tried by binding it for a moment; in between and the server's own bind, somebody else may
take it: the server then ends early and says so.
"""

import errno
import socket
from collections.abc import Iterable
from typing import NamedTuple

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.spec import WILDCARD_HOSTS, ServerSpec, connect_host
from sidecar.processes.threads import in_thread
from sidecar.supervision.interfaces import CannotLaunch

LAST_PORT = 65_535

LOOK_UP_SECONDS = 5.0
"""A name server that does not answer is not waited for any longer."""

LISTEN_ERRORS = frozenset({errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)})


class Holder(NamedTuple):
    """The process that listens on a port, as far as the system tells."""

    pid: int | None = None
    process: str | None = None

    def __str__(self) -> str:
        if self.pid is None:
            return "another program"
        return f"{self.process} (pid {self.pid})" if self.process else f"process {self.pid}"


async def settle(spec: ServerSpec, preferred: int, avoid: frozenset[int]) -> int:
    """A port that can be bound now; see `supervision.interfaces.Processes.settle_port`.

    In a thread: a host name may have to be looked up, and processes to be searched.
    """
    try:
        return await in_thread(lambda: _choose(spec, preferred, avoid), LOOK_UP_SECONDS)
    except TimeoutError:
        raise CannotLaunch(
            Failure(
                FailureCode.SPAWN_FAILED,
                f"{spec.name} was not started: its host name {spec.host!r} could not be looked up "
                f"within {LOOK_UP_SECONDS:g} s",
                'See to the network, or set `host` to an address such as "127.0.0.1".',
            )
        ) from None


def _choose(spec: ServerSpec, preferred: int, avoid: frozenset[int]) -> int:
    if preferred and is_free(spec.host, preferred):
        return preferred
    if spec.port == 0:
        return any_free(spec.host, avoid)
    suggested = next_free(spec.host, preferred, avoid)
    if spec.port_conflict == "next" and suggested is not None:
        return suggested
    raise CannotLaunch(_in_use(spec, preferred, find_holder(spec.host, preferred), suggested))


def is_free(host: str, port: int) -> bool:
    """Whether a server could bind the address as far as other programs go.

    Any other obstacle (no permission, not an address of ours) is left for the server to report.
    """
    try:
        return not any(_is_held(*address) for address in _addresses(host, port))
    except OSError:
        return True


def _addresses(host: str, port: int) -> Iterable[tuple[int, tuple[object, ...]]]:
    """The families and addresses that a server binds for `host`: all of them, as asyncio does."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return dict.fromkeys((family, address) for family, _, _, _, address in found)


def _is_held(family: int, address: tuple[object, ...]) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As asyncio and uvicorn do: a port whose last connections linger is free all the same.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return error.errno in LISTEN_ERRORS
    return False


def any_free(host: str, avoid: frozenset[int]) -> int:
    """A port that the system chooses; for a host that is not ours, the server will say so."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    port = 0
    for _ in range(len(avoid) + 1):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, 0))
            except OSError:
                probe.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in avoid:
            break
    return port


def next_free(host: str, port: int, avoid: frozenset[int]) -> int | None:
    """The first free port above `port`."""
    candidates = (p for p in range(port + 1, LAST_PORT + 1) if p not in avoid)
    return next((p for p in candidates if is_free(host, p)), None)


def find_holder(host: str, port: int) -> Holder:
    """Who listens on an address. Looks at every process, so it takes its time."""
    import psutil  # takes 15 ms, which a start without trouble need not wait for

    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.Error:
        return Holder()
    holders = {
        str(address): connection.pid
        for connection in connections
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
        for address in connection.laddr[:1]
    }
    ours = {connect_host(host), *WILDCARD_HOSTS}
    in_the_way = [pid for held, pid in holders.items() if host in WILDCARD_HOSTS or held in ours]
    return _describe(next(iter(in_the_way or holders.values()), None))


def _describe(pid: int | None) -> Holder:
    import psutil  # as above

    if pid is None:
        return Holder()
    try:
        return Holder(pid, psutil.Process(pid).name())
    except psutil.Error:
        return Holder(pid)


def _in_use(spec: ServerSpec, port: int, holder: Holder, suggested: int | None) -> Failure:
    data: dict[str, object] = {"port": port}
    if holder.pid is not None:
        data["pid"] = holder.pid
    if holder.process is not None:
        data["process"] = holder.process
    hint = f"Stop {holder}"
    if suggested is not None:
        data["suggestedPort"] = suggested
        hint += f", or use another port: {suggested} is free"
    return Failure(
        FailureCode.PORT_IN_USE,
        f"{spec.name} was not started: port {port} is in use by {holder}",
        f"{hint}.",
        data,
    )
