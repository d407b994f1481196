"""Processes that do what a test says: they fulfil `supervision.interfaces` and start nothing."""

import asyncio
import itertools
from collections.abc import Callable
from typing import NamedTuple

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.events import ServerMetrics, Stream
from sidecar.domain.http import HttpRequest, HttpResponse
from sidecar.domain.lines import Piece
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import HealthCheck, ReadyCheck, ServerSpec
from sidecar.supervision.interfaces import (
    CannotLaunch,
    Endpoint,
    ProcessObserver,
    SourceChange,
    SourcesChanged,
)

FIRST_PORT = 9000
FIRST_PID = 100


def spec_of(name: str, **settings: object) -> ServerSpec:
    """A server that is ready when its probe says so."""
    spec = ServerSpec(
        name=name,
        app=None,
        command=("serve", "{port}"),
        python="python3",
        cwd="/",
        ready=ReadyCheck("tcp"),
    )
    return spec._replace(**settings)


class Clearance(NamedTuple):
    forced: bool
    survivors: int


class ScriptedEndpoint:
    """An address that was claimed; with a hand-off nobody else can have it until it is closed."""

    def __init__(self, spec: ServerSpec, port: int) -> None:
        self.port = port
        self.closed = False
        self._settings = (spec.host, spec.port)
        self._listens = spec.handoff != "none"

    @property
    def held(self) -> bool:
        return self._listens and not self.closed

    def fits(self, spec: ServerSpec) -> bool:
        return self.held and spec.handoff != "none" and self._settings == (spec.host, spec.port)

    def close(self) -> None:
        self.closed = True


class ScriptedProcess:
    """One process and its tree; what follows `says` is for the test to call."""

    def __init__(
        self,
        pid: int,
        endpoint: ScriptedEndpoint | None,
        observer: ProcessObserver,
        *,
        beside_another: bool = False,
    ) -> None:
        self.pid = pid
        self.endpoint = endpoint
        self.port = endpoint.port if endpoint is not None else 0
        self.beside_another = beside_another
        self.answers = asyncio.Event()  # the readiness check
        self.bad_health: str | None = None
        self.knows_it_is_ready = False
        self.ended: Exit | None = None
        self.gone = False
        self.grace: float | None = None  # of the clearing under way
        self.has_successor = False
        self.said: list[str] = []
        self.broken = False
        self._observer = observer
        self._clearing: asyncio.Future[Clearance] | None = None

    async def launched(self) -> None:
        return

    async def announced(self) -> None:
        return

    async def probe(self) -> str | None:
        assert not self.knows_it_is_ready
        await self.answers.wait()
        return None

    async def check(self, health: HealthCheck) -> str | None:
        return self.bad_health

    def ready(self) -> None:
        assert not self.knows_it_is_ready
        self.knows_it_is_ready = True

    async def sample(self) -> ServerMetrics:
        assert not self.gone
        return ServerMetrics(name="", time="", processes=1, threads=self.pid)

    async def clear(self, grace: float, *, successor: bool = False) -> Clearance:
        assert self._clearing is None, "a second clearing while one is under way"
        assert not self.gone, "a clearing of what is gone"
        if self.broken:
            raise RuntimeError("it is not known how to end it")
        self.grace = grace
        self.has_successor = successor
        self._clearing = asyncio.get_running_loop().create_future()
        try:
            return await self._clearing
        finally:
            self._clearing = self.grace = None

    def hurry(self, grace: float) -> None:
        if self.grace is not None:
            self.grace = min(self.grace, grace)

    @property
    def being_cleared(self) -> bool:
        return self._clearing is not None

    @property
    def alive(self) -> bool:
        """Whether the main process lives."""
        return self.ended is None and not self.gone

    def says(self, stream: Stream, text: str, *, partial: bool = False) -> None:
        self.said += text.split("\n")
        self._observer.on_output(stream, Piece(text, text.count("\n") + 1, partial))

    def ends(self, ended: Exit) -> None:
        assert self.ended is None
        self.ended = ended
        self._observer.on_exit(ended)

    def is_cleared_away(self, *, forced: bool = False) -> None:
        assert self._clearing is not None
        self.gone = True
        self._clearing.set_result(Clearance(forced, 0))

    def survives(self) -> None:
        assert self._clearing is not None
        self._clearing.set_result(Clearance(forced=True, survivors=1))


class Watch(NamedTuple):
    """Of a server's sources; `changed` is to be called with what changed."""

    spec: ServerSpec
    changed: SourcesChanged

    def saw(self, *names: str) -> None:
        """A burst of changes below `/src`; those of Python code are certain."""
        self.changed(
            tuple(SourceChange(f"/src/{name}", name, name.endswith(".py")) for name in names)
        )


class ScriptedProcesses:
    """The system: ports are granted and programs launched when, and if, the test says so."""

    def __init__(self, *, ports_at_once: bool = True) -> None:
        self.launched: list[ScriptedProcess] = []
        self.endpoints: list[ScriptedEndpoint] = []
        self.watches: list[Watch] = []
        self.avoided: list[frozenset[int]] = []
        self.sent: list[tuple[int, HttpRequest]] = []
        self.answers_requests = asyncio.Event()
        self.refusal: Failure | None = None
        self._ports_at_once = ports_at_once
        self._wanted: asyncio.Future[None] | None = None
        self._new_ports = itertools.count(FIRST_PORT)

    @property
    def port_is_wanted(self) -> bool:
        return self._wanted is not None and not self._wanted.done()

    @property
    def living(self) -> list[ScriptedProcess]:
        """Those of which something is left."""
        return [process for process in self.launched if not process.gone]

    def grant_port(self) -> None:
        assert self._wanted is not None
        self._wanted.set_result(None)

    def refuse_port(self) -> None:
        assert self._wanted is not None
        self._wanted.set_exception(_port_in_use())

    async def claim(
        self, spec: ServerSpec, preferred: int, avoid: frozenset[int]
    ) -> ScriptedEndpoint:
        self.avoided.append(avoid)
        if not self._ports_at_once:
            assert not self.port_is_wanted, "two starts at a time"
            self._wanted = asyncio.get_running_loop().create_future()
            await self._wanted
        if preferred and self._is_taken(preferred):
            if spec.port:
                raise _port_in_use()
            preferred = 0
        endpoint = ScriptedEndpoint(spec, preferred or next(self._new_ports))
        self.endpoints.append(endpoint)
        return endpoint

    def launch(
        self,
        spec: ServerSpec,
        endpoint: Endpoint | None,
        observer: ProcessObserver,
        *,
        beside_another: bool = False,
    ) -> ScriptedProcess:
        if self.refusal is not None:
            raise CannotLaunch(self.refusal, permanent=True)
        assert endpoint is None or isinstance(endpoint, ScriptedEndpoint)
        assert endpoint is None or not endpoint.closed, "it would listen on a closed socket"
        pid = FIRST_PID + len(self.launched)
        process = ScriptedProcess(pid, endpoint, observer, beside_another=beside_another)
        self.launched.append(process)
        return process

    async def send(self, spec: ServerSpec, port: int, request: HttpRequest) -> HttpResponse:
        self.sent.append((port, request))
        await self.answers_requests.wait()
        return HttpResponse(200, "OK", {}, spec.name, 0.0)

    def watch_sources(self, spec: ServerSpec, changed: SourcesChanged) -> Callable[[], None]:
        watch = Watch(spec, changed)
        self.watches.append(watch)
        return lambda: self.watches.remove(watch)

    def _is_taken(self, port: int) -> bool:
        held = any(endpoint.held for endpoint in self.endpoints if endpoint.port == port)
        return held or any(process.port == port for process in self.living)


def _port_in_use() -> CannotLaunch:
    return CannotLaunch(Failure(FailureCode.PORT_IN_USE, "the port is in use", "Use another."))
