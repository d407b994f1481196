"""Where a server listens: the choice of its port, and the sockets that it is handed.

With a hand-off the sidecar binds and listens itself and keeps the sockets over restarts: nobody
else can take the port in between, and connections wait in the queue instead of being refused.
Without one a port is only tried; in between and the server's own bind, somebody else may take it:
the server then ends early and says so. Claims are made on the event loop's thread.
"""

import itertools
import os
import socket
import weakref
from collections.abc import Iterator, Sequence

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.spec import WILDCARD_HOSTS, ServerSpec, bracketed
from sidecar.processes.listening import ports
from sidecar.processes.threads import in_thread
from sidecar.supervision.interfaces import CannotLaunch

LOOK_UP_SECONDS = 5.0
"""A name server that does not answer is not waited for any longer."""

SEARCH_SECONDS = 5.0
"""Who holds a port is found within tenths of a second, or told as unknown."""

ANY_PORT_ATTEMPTS = 100
"""A port that the system chose may be promised to another server, or held on another address."""

FIRST_UNPRIVILEGED_PORT = 1024


class LocalEndpoint:
    """Fulfils `supervision.interfaces.Endpoint`.

    `sockets` are what a process is handed, none without a hand-off. They are blocking, not
    inheritable, and shared: a process must be given duplicates, and must never `shutdown` them.
    """

    def __init__(self, spec: ServerSpec, port: int, sockets: Sequence[socket.socket]) -> None:
        """Takes over the sockets; a command keeps the first alone, which is all it could take."""
        self.server = spec.name
        self._port = port
        self._settings = (spec.host, spec.port)
        self._is_app = spec.app is not None
        self._addresses = len(sockets)
        keep = len(sockets) if self._is_app else 1
        self.sockets = tuple(sockets[:keep])
        for surplus in sockets[keep:]:
            surplus.close()
        if self.sockets:
            _held.add(self)

    @property
    def port(self) -> int:
        """The port that was chosen."""
        return self._port

    def fits(self, spec: ServerSpec) -> bool:
        """Whether a server with these settings would be given the very same sockets."""
        same_number = self._addresses == 1 or self._is_app == (spec.app is not None)
        held = spec.handoff != "none" and self in _held
        return held and same_number and self._settings == (spec.host, spec.port)

    def make_blocking(self) -> None:
        """Undoes what the last process did to its duplicates: O_NONBLOCK belongs to all of them.

        For a program that expects what it is handed to block, as most that follow systemd do. Not
        while another process serves on them: its loop could hang in `accept`.
        """
        for listener in self.sockets:
            listener.setblocking(True)

    def close(self) -> None:
        """Lets go of the address; what was handed to a process stays with it. Repeatable."""
        _held.discard(self)
        for listener in self.sockets:
            listener.close()

    def is_in_the_way_of(self, addresses: Sequence[ports.Address], port: int) -> bool:
        """Whether this is why nobody else can listen there."""
        mine = [(one.family, str(one.getsockname()[0])) for one in self.sockets]
        return self._port == port and any(
            family == address.family and (ip == address.ip or {ip, address.ip} & WILDCARD_HOSTS)
            for family, ip in mine
            for address in addresses
        )


_held = weakref.WeakSet[LocalEndpoint]()
"""What this process listens on for its servers: the system would name the sidecar as the holder."""


async def claim(spec: ServerSpec, preferred: int, avoid: frozenset[int]) -> LocalEndpoint:
    """An address for a server; see `supervision.interfaces.Processes.claim`."""
    addresses = await _look_up(spec)
    if not addresses:
        return _left_to_server(spec, preferred, avoid)
    for port in _candidates(spec, preferred, avoid):
        # From here to the return nothing is awaited: a cancelled claim leaves nothing open.
        try:
            sockets = ports.listen(addresses, port)
        except OSError as error:
            searching = port != preferred and error.errno in ports.NO_PERMISSION
            if error.errno in ports.IN_USE or searching:
                continue
            if spec.handoff == "none":
                return _left_to_server(spec, preferred, avoid)
            raise CannotLaunch(_cannot_listen(spec, port, error)) from None
        chosen = ports.port_of(sockets[0])
        if spec.handoff == "none" or (port == 0 and chosen in avoid):
            for listener in sockets:
                listener.close()
            sockets = []
        if port or chosen not in avoid:
            return LocalEndpoint(spec, chosen, sockets)
    if spec.port == 0:
        why = f"there is no free port on {spec.host}"
        raise CannotLaunch(_not_started(spec, why, "Stop what holds so many, or set `port`."))
    raise CannotLaunch(await _in_use(spec, preferred, avoid, addresses))


def _candidates(spec: ServerSpec, preferred: int, avoid: frozenset[int]) -> Iterator[int]:
    if preferred:
        yield preferred
    if spec.port == 0:
        yield from itertools.repeat(0, ANY_PORT_ATTEMPTS)
    elif spec.port_conflict == "next":
        yield from (p for p in range(preferred + 1, ports.LAST_PORT + 1) if p not in avoid)


def _left_to_server(spec: ServerSpec, preferred: int, avoid: frozenset[int]) -> LocalEndpoint:
    """Without a hand-off the server itself will meet any other obstacle, and report it."""
    return LocalEndpoint(spec, preferred or ports.any_free(ports.LOOPBACK, avoid), ())


async def _look_up(spec: ServerSpec) -> list[ports.Address]:
    """The addresses of the host; none if they are not known and the server will say so itself."""
    try:
        return await in_thread(lambda: ports.look_up(spec.host), LOOK_UP_SECONDS)
    except TimeoutError:
        why = f"its host name {spec.host!r} could not be looked up within {LOOK_UP_SECONDS:g} s"
        hint = 'See to the network, or set `host` to an address such as "127.0.0.1".'
    except (OSError, UnicodeError) as error:
        if spec.handoff == "none":
            return []
        said = error.strerror if isinstance(error, OSError) else error
        why = f"the host name {spec.host!r} is not known ({said})"
        hint = 'Correct `host`; "127.0.0.1" is this machine, for itself alone.'
    raise CannotLaunch(_not_started(spec, why, hint))


def _cannot_listen(spec: ServerSpec, port: int, error: OSError) -> Failure:
    where = f"{bracketed(spec.host)}:{port}" if port else spec.host
    if error.errno in ports.NOT_OURS:
        why = f"{spec.host} is not an address of this machine"
        hint = 'Set `host` to an address of this machine, "127.0.0.1" for instance.'
    elif error.errno in ports.NO_PERMISSION and 0 < port < FIRST_UNPRIVILEGED_PORT:
        why = f"no permission to listen on {where}: ports below 1024 are privileged"
        hint = "Choose a `port` from 1024 up, or give the sidecar that right."
    else:
        why = f"it is not possible to listen on {where} ({os.strerror(error.errno or 0)})"
        hint = "Choose another `host` or `port`."
    return _not_started(spec, why, hint)


def _not_started(spec: ServerSpec, why: str, hint: str) -> Failure:
    return Failure(FailureCode.SPAWN_FAILED, f"{spec.name} was not started: {why}", hint)


async def _in_use(
    spec: ServerSpec, port: int, avoid: frozenset[int], addresses: Sequence[ports.Address]
) -> Failure:
    """Who holds the port, and which one is free instead."""
    ours = next((one for one in _held if one.is_in_the_way_of(addresses, port)), None)

    def search() -> tuple[ports.Holder, int | None]:
        holder = ports.Holder() if ours else ports.find_holder(spec.host, port)
        return holder, ports.next_free(spec.host, port, avoid)

    try:
        holder, suggested = await in_thread(search, SEARCH_SECONDS)
    except TimeoutError:
        holder, suggested = ports.Holder(), None
    data: dict[str, object] = {"port": port}
    who = stop = str(holder)
    if ours is not None:
        stop, who = ours.server, f"{ours.server}, another server of this sidecar"
    elif holder.pid != os.getpid():
        named = {"pid": holder.pid, "process": holder.process}
        data |= {key: value for key, value in named.items() if value is not None}
    hint = f"Stop {stop}"
    if suggested is not None:
        data["suggestedPort"] = suggested
        hint += f", or use another port: {suggested} is free"
    message = f"{spec.name} was not started: port {port} is in use by {who}"
    return Failure(FailureCode.PORT_IN_USE, message, f"{hint}.", data)
