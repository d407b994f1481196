"""Processes that do what a test says: they fulfil `supervision.interfaces` and start nothing."""

import asyncio
import itertools
from typing import NamedTuple

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.events import ServerMetrics, Stream
from sidecar.domain.lines import Piece
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import ReadyCheck, ServerSpec
from sidecar.supervision.interfaces import CannotLaunch, ProcessObserver

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


class ScriptedProcess:
    """One process and its tree; what follows `says` is for the test to call."""

    def __init__(self, pid: int, port: int, observer: ProcessObserver) -> None:
        self.pid = pid
        self.port = port
        self.ready = asyncio.Event()
        self.ended: Exit | None = None
        self.gone = False
        self.grace: float | None = None  # of the clearing under way
        self.said: list[str] = []
        self._observer = observer
        self._clearing: asyncio.Future[Clearance] | None = None

    async def announced(self) -> None:
        return

    async def port_answerer(self, port: int) -> str | None:
        return None

    async def sample(self) -> ServerMetrics:
        return ServerMetrics(name="", time="", processes=1)

    async def clear(self, grace: float) -> Clearance:
        assert self._clearing is None, "a second clearing while one is under way"
        self.grace = grace
        self._clearing = asyncio.get_running_loop().create_future()
        try:
            return await self._clearing
        finally:
            self._clearing = self.grace = None

    def hurry(self, grace: float) -> None:
        assert self.grace is not None
        self.grace = min(self.grace, grace)

    @property
    def being_cleared(self) -> bool:
        return self._clearing is not None

    def says(self, stream: Stream, text: str, *, partial: bool = False) -> None:
        self.said += text.split("\n")
        self._observer.on_output(stream, Piece(text, text.count("\n") + 1, partial))

    def ends(self, ended: Exit) -> None:
        self.ended = ended
        self._observer.on_exit(ended)

    def is_cleared_away(self, *, forced: bool = False) -> None:
        assert self._clearing is not None
        self.gone = True
        self._clearing.set_result(Clearance(forced, 0))

    def survives(self) -> None:
        assert self._clearing is not None
        self._clearing.set_result(Clearance(forced=True, survivors=1))


class ScriptedProcesses:
    """The system: ports are granted and programs launched when, and if, the test says so."""

    def __init__(self, *, ports_at_once: bool = True) -> None:
        self.launched: list[ScriptedProcess] = []
        self.avoided: list[frozenset[int]] = []
        self.refusal: Failure | None = None
        self._ports_at_once = ports_at_once
        self._wanted: asyncio.Future[None] | None = None
        self._new_ports = itertools.count(FIRST_PORT)

    @property
    def port_is_wanted(self) -> bool:
        return self._wanted is not None and not self._wanted.done()

    @property
    def living(self) -> ScriptedProcess | None:
        """The process that is not gone, if there is one."""
        return next((process for process in self.launched if not process.gone), None)

    def grant_port(self) -> None:
        assert self._wanted is not None
        self._wanted.set_result(None)

    def refuse_port(self) -> None:
        assert self._wanted is not None
        failure = Failure(FailureCode.PORT_IN_USE, "the port is in use", "Use another.")
        self._wanted.set_exception(CannotLaunch(failure))

    async def settle_port(self, spec: ServerSpec, preferred: int, avoid: frozenset[int]) -> int:
        self.avoided.append(avoid)
        if not self._ports_at_once:
            assert not self.port_is_wanted, "two starts at a time"
            self._wanted = asyncio.get_running_loop().create_future()
            await self._wanted
        return preferred or next(self._new_ports)

    def launch(self, spec: ServerSpec, port: int, observer: ProcessObserver) -> ScriptedProcess:
        if self.refusal is not None:
            raise CannotLaunch(self.refusal)
        process = ScriptedProcess(FIRST_PID + len(self.launched), port, observer)
        self.launched.append(process)
        return process

    async def probe(self, spec: ServerSpec, port: int) -> str | None:
        process = next(p for p in reversed(self.launched) if p.port == port)
        await process.ready.wait()
        return None
