"""The methods of the protocol for one client: params in, plain JSON out.

Each is a few lines that find the server and hand over to `supervision`; nothing is decided here.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from sidecar import __version__
from sidecar.config.catalogue import Catalogue
from sidecar.config.problems import unknown
from sidecar.domain.errors import InvalidSetting
from sidecar.domain.events import Stream
from sidecar.domain.http import HttpRequest
from sidecar.domain.outcome import Outcome
from sidecar.protocol import codes, params
from sidecar.rpc.answers import control_response, settings_to_wire
from sidecar.rpc.dispatcher import Handler
from sidecar.rpc.notifications import Notifier, status_to_wire
from sidecar.rpc.policy import Policy
from sidecar.rpc.wire import to_wire
from sidecar.supervision.manager import Manager
from sidecar.supervision.metrics_feed import MetricsFeed
from sidecar.supervision.server import ManagedServer

Json = Any

COMMANDS = frozenset({"initialize", "start", "stop", "restart", "update_server", "shutdown"})
"""Methods that change the state of servers: their answers follow the notifications of it."""


class Methods:
    """What one client can ask for."""

    def __init__(
        self,
        manager: Manager,
        catalogue: Catalogue,
        notifier: Notifier,
        metrics: MetricsFeed,
        when_shut_down: Callable[[], None],
    ) -> None:
        self._manager = manager
        self._catalogue = catalogue
        self._notifier = notifier
        self._metrics = metrics
        self._when_shut_down = when_shut_down

    def handlers(self, policy: Policy) -> dict[str, Handler]:
        """Every method by its name on the wire; what `policy` rules out is refused."""
        table: dict[str, tuple[type, Callable[..., Json]]] = {
            "initialize": (params.InitializeParams, self.initialize),
            "start": (params.StartParams, self.start),
            "stop": (params.StopParams, self.stop),
            "restart": (params.RestartParams, self.restart),
            "get_status": (params.NameParams, self.get_status),
            "list_servers": (params.NoParams, self.list_servers),
            "get_logs": (params.GetLogsParams, self.get_logs),
            "clear_logs": (params.NameParams, self.clear_logs),
            "update_server": (params.UpdateServerParams, self.update_server),
            "get_settings": (params.NameParams, self.get_settings),
            "get_metrics": (params.NameParams, self.get_metrics),
            "send_request": (params.SendRequestParams, self.send_request),
            "shutdown": (params.NoParams, self.shutdown),
            "rpc.discover": (params.NoParams, self.discover),
        }
        return {name: _reading(name, cls, method, policy) for name, (cls, method) in table.items()}

    def initialize(
        self,
        *,
        protocolVersion: str = "",  # noqa: N803 - as on the wire
        clientInfo: Json = None,  # noqa: N803 - as on the wire
        servers: dict[str, Json] | None = None,
        notifications: list[str] | None = None,
    ) -> Json:
        """Adds servers, picks notifications, and says who answers."""
        self._manager.refuse_when_closing()
        topics = None if notifications is None else _known_topics(notifications)
        specs = self._catalogue.put_json(servers or {})
        if topics is not None:
            self._notifier.topics = topics
            self._metrics.switch(self._notifier, on=codes.TOPIC_METRICS in topics)
        self._manager.configure(specs)
        self._manager.autostart(list(specs))
        return {
            "protocolVersion": codes.PROTOCOL_VERSION,
            "serverInfo": {
                "name": "sidecar",
                "version": __version__,
                "pid": os.getpid(),
                "python": sys.version.split()[0],
                "platform": sys.platform,
            },
            "capabilities": {"notifications": list(codes.TOPICS)},
            "servers": to_wire(self._manager.statuses()),
        }

    def start(self, *, name: str | None = None, wait: bool = True) -> Json:
        """Starts a server."""
        server = self._manager.commandable(name)
        return _control_response_later(server, server.start(wait=wait))

    def stop(
        self, *, name: str | None = None, force: bool = False, timeout: float | None = None
    ) -> Json:
        """Stops a server."""
        server = self._manager.commandable(name)
        return _control_response_later(server, server.stop(force=force, grace=timeout))

    def restart(
        self,
        *,
        name: str | None = None,
        force: bool = False,
        timeout: float | None = None,
        wait: bool = True,
    ) -> Json:
        """Restarts a server, or starts one that does not run."""
        server = self._manager.commandable(name)
        outcome = server.restart(force=force, grace=timeout, wait=wait)
        return _control_response_later(server, outcome)

    def get_status(self, *, name: str | None = None) -> Json:
        """A server at this moment, with its newest lines."""
        return status_to_wire(self._manager.server(name).status())

    def list_servers(self) -> Json:
        """Every server, without lines."""
        return to_wire(self._manager.statuses())

    def get_logs(
        self,
        *,
        name: str | None = None,
        after: int | None = None,
        limit: int = 1000,
        stream: Stream | None = None,
    ) -> Json:
        """A page of lines."""
        return to_wire(self._manager.server(name).logs.ring.page(after, limit, stream))

    def clear_logs(self, *, name: str | None = None) -> Json:
        """Forgets the lines held; numbers go on."""
        return {"cleared": self._manager.commandable(name).logs.ring.clear()}

    def update_server(
        self, *, name: str | None = None, changes: dict[str, Json] | None = None
    ) -> Json:
        """Changes settings, for the next start where a running process cannot take them on."""
        server = self._manager.commandable(name)
        if changes is None:
            raise InvalidSetting("changes", 'is missing; name the settings, as in {"port": 8122}')
        spec = self._catalogue.change(server.spec.name, changes)
        needed = server.configure(spec)
        effect = "they take effect at its next start" if needed else "they are in effect"
        outcome = Outcome(f"the settings of {spec.name} were changed; {effect}")
        return {**control_response(server, outcome), "restartRequired": needed}

    def get_settings(self, *, name: str | None = None) -> Json:
        """What the next start of a server goes by."""
        return settings_to_wire(self._manager.commandable(name))

    async def get_metrics(self, *, name: str | None = None) -> Json:
        """CPU and memory of a server's process tree."""
        return to_wire(await self._manager.commandable(name).metrics())

    async def send_request(
        self,
        *,
        name: str | None = None,
        method: str = "GET",
        path: str | None = None,
        headers: dict[str, str] | None = None,
        body: str | None = None,
        timeout: float = 30.0,
    ) -> Json:
        """One HTTP request to a running server, and what it answered."""
        server = self._manager.commandable(name)
        if path is None:
            raise InvalidSetting("path", 'is missing; it begins with "/", as in "/health"')
        written = None if body is None else body.encode()
        request = HttpRequest(path, method, headers or {}, written, timeout)
        return to_wire(await server.send(request))

    def shutdown(self) -> Awaitable[None]:
        """Stops every server with its full grace; the sidecar ends after the answer."""
        self._manager.refuse_when_closing()
        return self._shut_down(self._manager.close())

    async def _shut_down(self, closed: Awaitable[object]) -> None:
        await closed
        self._when_shut_down()

    def discover(self) -> Awaitable[Json]:
        """The OpenRPC document of all this."""
        self._manager.refuse_when_closing()
        return asyncio.to_thread(_discover)


def _discover() -> Json:
    """In a thread: pydantic, beneath it, takes a tenth of a second to import alone."""
    from sidecar.protocol.openrpc import document

    return document()


def _reading(name: str, cls: type, method: Callable[..., Json], policy: Policy) -> Handler:
    """A handler that reads its params as `cls` lists them, unless `policy` rules it out before."""

    def handler(written: object) -> Json:
        policy.check_method(name)  # who may not do it is not told how it is asked for
        given = params.read_params(cls, written) if written else {}
        policy.check_params(name, given)
        return method(**given)

    return handler


def _known_topics(topics: list[str]) -> frozenset[str]:
    for index, topic in enumerate(topics):
        if topic not in codes.TOPICS:
            raise InvalidSetting(f"notifications.{index}", unknown("topic", topic, codes.TOPICS))
    return frozenset(topics)


async def _control_response_later(server: ManagedServer, outcome: Awaitable[Outcome]) -> Json:
    return control_response(server, await outcome)
