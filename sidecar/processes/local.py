"""Servers on this machine. Fulfils `supervision.interfaces.Processes` with the parts beside it."""

import asyncio
import logging
from collections.abc import Callable

from sidecar.domain.http import HttpRequest, HttpResponse
from sidecar.domain.spec import ServerSpec
from sidecar.processes.guard import Guard
from sidecar.processes.guarding import marks
from sidecar.processes.launch import (
    arguments,
    check_launchable,
    environment,
    launch_of,
    no_guardian,
    takes_sockets,
)
from sidecar.processes.leftovers import clean_up
from sidecar.processes.listening import sockets
from sidecar.processes.listening.sockets import LocalEndpoint
from sidecar.processes.local_process import LocalProcess
from sidecar.processes.output import Pace
from sidecar.processes.questions import Questions
from sidecar.processes.state_file import StateFile
from sidecar.processes.wires import Wires
from sidecar.supervision.interfaces import Endpoint, ProcessObserver, SourcesChanged

logger = logging.getLogger(__name__)


def _unhurried(_size: int) -> float:
    return 0.0


class LocalProcesses:
    """Launches programs on this machine, each in the care of a keeper."""

    def __init__(self, pace: Pace = _unhurried) -> None:
        """`pace` may slow the reading of output down, when whoever it is for needs a moment."""
        self._pace = pace
        self._guard = Guard()
        self._state = StateFile()
        self._cleaned_up: asyncio.Task[int] | None = None

    def prepare(self) -> None:
        """Calls the guardian, which needs a moment, and ends what dead sidecars have left."""
        self._cleaned_up = asyncio.create_task(clean_up(), name="clean up")
        try:
            self._guard.summon()
        except OSError as error:  # the first launch tries again, and tells
            logger.warning("no guardian could be started: %s", error)

    async def close(self) -> None:
        """Returns when nothing that was launched here is left, nor any helper."""
        await self._guard.dismiss()
        self._state.close()

    async def claim(self, spec: ServerSpec, preferred: int, avoid: frozenset[int]) -> LocalEndpoint:
        """An address for the server; what a dead sidecar has left may still be on it."""
        if self._cleaned_up is not None:
            await asyncio.shield(self._cleaned_up)
        return await sockets.claim(spec, preferred, avoid)

    def launch(
        self,
        spec: ServerSpec,
        endpoint: Endpoint | None,
        observer: ProcessObserver,
        *,
        beside_another: bool = False,
    ) -> LocalProcess:
        """Begins to start the server's process. Raises CannotLaunch."""
        place = endpoint if isinstance(endpoint, LocalEndpoint) else None
        port = place.port if place else 0
        listeners = place.sockets if place else ()
        env = environment(spec, port)
        try:
            wires = Wires(spec, listeners, beside_another=beside_another)
        except OSError as error:
            raise no_guardian(spec, error) from error
        try:
            argv = arguments(spec, port, wires.inherited)
            argv[0] = check_launchable(spec, argv[0], env)
            if place is not None and takes_sockets(spec) and not beside_another:
                place.make_blocking()
            self._guard.keep(wires.far_ends())
        except BaseException as error:
            wires.close_far_ends()
            wires.close_our_ends()
            if isinstance(error, OSError):
                raise no_guardian(spec, error) from error
            raise
        door = wires.door_address
        wires.close_far_ends()
        mark = env[marks.VARIABLE] = marks.of_run(self._guard.mark, marks.new_mark())
        questions = Questions(spec, port, door, handed_over=bool(listeners))
        process = LocalProcess(
            spec, mark, observer, questions, self._guard, self._state, self._pace
        )
        process.connect(wires, launch_of(argv, env, spec))
        return process

    async def send(self, spec: ServerSpec, port: int, request: HttpRequest) -> HttpResponse:
        """One request of a client's to a server. Raises NoAnswer."""
        from sidecar.processes.http_exchange import exchange  # the library takes 20 ms to import

        return await exchange(spec, port, request)

    def watch_sources(self, spec: ServerSpec, changed: SourcesChanged) -> Callable[[], None]:
        """Calls `changed` on the loop when a source of the server has changed."""
        from sidecar.processes.sources import watch_sources

        return watch_sources(spec, changed)
