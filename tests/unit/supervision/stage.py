"""One server with its scripted processes and a witness, for tests to play with.

Time is that of the loop: nothing is waited for in truth.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from unittest.mock import patch

from sidecar.domain.events import ServerStatus
from sidecar.domain.outcome import Exit, Outcome
from sidecar.domain.phases import Status
from sidecar.domain.spec import ServerSpec
from sidecar.supervision.runs import Surroundings
from sidecar.supervision.server import ManagedServer
from tests.unit.supervision.scripted_processes import (
    ScriptedEndpoint,
    ScriptedProcess,
    ScriptedProcesses,
)
from tests.unit.supervision.virtual_time import VirtualTimeLoop
from tests.unit.supervision.witness import Witness

MIDDLE = 0.5
"""A chance that makes a delay neither shorter nor longer."""


class Stage:
    """`do` and what follows it end at rest: everything has happened that was due."""

    def __init__(
        self, loop: VirtualTimeLoop, spec: ServerSpec, processes: ScriptedProcesses
    ) -> None:
        self.loop = loop
        self.witness = Witness()
        self.processes = processes
        self.server = ManagedServer(
            spec,
            Surroundings(
                self.processes, lambda _: None, self.witness.on_event, lambda _: frozenset({5})
            ),
        )

    @property
    def process(self) -> ScriptedProcess:
        """The one that was launched last."""
        return self.processes.launched[-1]

    @property
    def endpoints(self) -> list[ScriptedEndpoint]:
        """Those that nobody else can have now."""
        return [endpoint for endpoint in self.processes.endpoints if endpoint.held]

    @property
    def status(self) -> ServerStatus:
        return self.server.status(log_lines=0)

    @property
    def last_error(self) -> str | None:
        return self.status.last_error

    def command(self, command: Callable[[], asyncio.Future[Outcome]]) -> asyncio.Future[Outcome]:
        return self.loop.do(command)

    def started(self) -> asyncio.Future[Outcome]:
        """Runs, and was asked to."""
        outcome = self.command(self.server.start)
        self.ready()
        return outcome

    def ready(self) -> None:
        """The process launched last passes its readiness check."""
        self.loop.do(self.process.answers.set)
        assert self.status.status is Status.RUNNING

    def ended(
        self, how: Exit, *, forced: bool = False, process: ScriptedProcess | None = None
    ) -> None:
        """The process launched last, or another one, ends and leaves nothing."""
        process = process or self.process
        if process.ended is None:
            self.loop.do(lambda: process.ends(how))
        self.loop.do(lambda: process.is_cleared_away(forced=forced))

    def configure(self, spec: ServerSpec) -> None:
        self.loop.do(lambda: self.server.configure(spec))


@contextmanager
def stage_for(spec: ServerSpec, processes: ScriptedProcesses | None = None) -> Iterator[Stage]:
    """A stage whose clocks all show the time of its loop, and where chance plays no part."""
    loop = VirtualTimeLoop()
    with ExitStack() as patches:
        clock = SimpleNamespace(monotonic=loop.time)
        for module in ("recovery", "reloading", "run", "startup"):
            patches.enter_context(patch(f"sidecar.supervision.{module}.time", clock))
        chance = SimpleNamespace(random=lambda: MIDDLE)
        patches.enter_context(patch("sidecar.supervision.recovery.random", chance))
        patches.callback(loop.close)
        yield Stage(loop, spec, processes or ScriptedProcesses())
