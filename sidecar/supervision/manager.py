"""All servers of a sidecar: found by name, listened to, and stopped at the end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sidecar.domain.errors import InvalidSetting, ShuttingDown, UnknownServer
from sidecar.domain.events import Event, Listener, ServerStatus
from sidecar.domain.spec import ServerSpec
from sidecar.supervision.interfaces import LogFileOpener, Processes
from sidecar.supervision.runs import Surroundings
from sidecar.supervision.server import ManagedServer

DEFAULT_NAME = "default"

LATE_START_SECONDS = 1.0
"""A start in progress when the client goes has this much longer before it is cancelled."""

LAST_ANSWER_SECONDS = 0.01
"""Between a start that made it and the stop that follows, so that its answer tells of the start."""

GONE_CLIENT_GRACE = 1.5
"""Seconds that servers have to end by themselves once nobody is left to ask them to."""


class Manager:
    """The servers by name. Commands on them are methods of what `server` returns."""

    def __init__(self, processes: Processes, open_log_file: LogFileOpener) -> None:
        self._surroundings = Surroundings(
            processes, open_log_file, self.publish, self._ports_besides
        )
        self._servers: dict[str, ManagedServer] = {}
        self._listeners: tuple[Listener, ...] = ()
        self._closing = False

    @property
    def closing(self) -> bool:
        """Whether the sidecar is on its way out."""
        return self._closing

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Adds someone who is told every event, on the loop, in order; returns what ends that."""
        self._listeners = (*self._listeners, listener)
        return lambda: self._forget(listener)

    def _forget(self, listener: Listener) -> None:
        self._listeners = tuple(one for one in self._listeners if one != listener)

    def publish(self, event: Event) -> None:
        """Tells everyone what happened."""
        for listener in self._listeners:
            listener(event)

    def configure(self, specs: Mapping[str, ServerSpec]) -> None:
        """Adds or replaces servers; a running one keeps its process until its next start."""
        for name, spec in specs.items():
            if name in self._servers:
                self._servers[name].configure(spec)
            else:
                self._servers[name] = ManagedServer(spec, self._surroundings)

    def autostart(self, names: Sequence[str] | None = None) -> None:
        """Starts what is configured to start by itself, without waiting for it."""
        for name in self._servers if names is None else names:
            server = self._servers[name]
            if server.spec.autostart:
                server.start_by_itself()

    def server(self, name: str | None) -> ManagedServer:
        """The server of that name; without one the only server, or the one called `default`.

        Raises:
            InvalidSetting: no name was given and it is not clear which is meant.
            UnknownServer: there is no such server.
        """
        if name is None:
            name = self._implied_name()
        server = self._servers.get(name)
        if server is None:
            raise UnknownServer(name, list(self._servers))
        return server

    def commandable(self, name: str | None) -> ManagedServer:
        """Like `server`, for commands that change something.

        Raises:
            ShuttingDown: such commands come too late.
        """
        self.refuse_when_closing()
        return self.server(name)

    def refuse_when_closing(self) -> None:
        """Raises ShuttingDown when the sidecar is on its way out."""
        if self._closing:
            raise ShuttingDown

    def servers(self) -> tuple[ManagedServer, ...]:
        """Every server, in the order of configuration."""
        return tuple(self._servers.values())

    def statuses(self) -> list[ServerStatus]:
        """Every server's status without logs, in the order of configuration."""
        return [server.status(log_lines=0) for server in self._servers.values()]

    def close(self) -> Awaitable[object]:
        """Stops every server with its full grace, and takes no more commands from now on."""
        self._closing = True
        return asyncio.gather(*(server.stop() for server in self._servers.values()))

    async def close_soon(self) -> None:
        """The client is gone: lets starts finish for a moment, then stops everything quickly."""
        self._closing = True
        await asyncio.gather(*(self._close_soon(server) for server in self._servers.values()))

    async def _close_soon(self, server: ManagedServer) -> None:
        if server.starting:
            await server.settle(LATE_START_SECONDS)
            await asyncio.sleep(LAST_ANSWER_SECONDS)
        await server.stop(grace=min(server.spec.stop_timeout, GONE_CLIENT_GRACE))

    def _implied_name(self) -> str:
        if len(self._servers) == 1:
            return next(iter(self._servers))
        if DEFAULT_NAME in self._servers:
            return DEFAULT_NAME
        names = ", ".join(self._servers)
        raise InvalidSetting(
            "name",
            f"which server is meant? Give a name: {names}"
            if names
            else "no server is configured; add one under [servers.NAME] or in initialize.servers",
        )

    def _ports_besides(self, name: str) -> frozenset[int]:
        others = [server for server in self._servers.values() if server.spec.name != name]
        return frozenset(p for server in others for p in (server.port, server.spec.port) if p)
