"""One launched process and its tree. Fulfils `supervision.interfaces.Process`.

The tree is started, watched and ended by its keeper, which is at the other end of a `KeeperLink`;
here is what the sidecar makes of the keeper's reports, and the server's output and readiness.
"""

import asyncio
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.events import ServerMetrics, Stream
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import HealthCheck, ServerSpec
from sidecar.processes import announcement, posix
from sidecar.processes.guard import Guard
from sidecar.processes.guarding.guard_protocol import KILL_SECONDS, Launch
from sidecar.processes.keeper_link import KeeperLink
from sidecar.processes.launch import explain_error_number
from sidecar.processes.output import OutputReader, Pace
from sidecar.processes.questions import Questions
from sidecar.processes.state_file import StateFile
from sidecar.processes.threads import in_thread
from sidecar.processes.wires import Wires
from sidecar.supervision.interfaces import CannotLaunch, ProcessObserver

if TYPE_CHECKING:  # psutil, beneath it, takes 15 ms to import: imported when it is needed
    from sidecar.processes.metrics import Sampler

LAUNCH_SECONDS = 10.0
"""A guardian that was just started is at work within a tenth of a second; a machine may lag."""

OVERDUE_SECONDS = 5.0
"""The keeper ends a tree in the grace given and the time that killing takes. One that is still not
done so much later is ill: its server is ended without it."""

SWEEP_SECONDS = 15.0
"""To look at every process again and again until none of the server's is left."""

logger = logging.getLogger(__name__)


class Clearance(NamedTuple):
    """Fulfils `supervision.interfaces.Cleared`."""

    forced: bool
    survivors: int


class LocalProcess:
    """Belongs to the event loop's thread; `clear` must be awaited in the end."""

    def __init__(
        self,
        spec: ServerSpec,
        mark: str,
        observer: ProcessObserver,
        questions: Questions,
        guard: Guard,
        state: StateFile,
        pace: Pace,
    ) -> None:
        """`connect` must follow at once."""
        self.pid: int | None = None
        self.keeper_pid: int | None = None
        self._spec = spec
        self._mark = mark
        self._observer = observer
        self._questions = questions
        self._guard = guard
        self._state = state
        self._pace = pace
        self._since = time.monotonic()
        self._out_of_memory_kills = posix.out_of_memory_kills()
        loop = asyncio.get_running_loop()
        self._launched: asyncio.Future[None] = loop.create_future()
        self._cleared: asyncio.Future[Clearance] = loop.create_future()
        self._ended = self._guardian_lost = self._keeper_lost = False
        self._sampler: Sampler | None = None

    def connect(self, wires: Wires, launch: Launch) -> None:
        """Takes over our ends, and has the keeper launch the server."""
        self._channel = wires.channel
        self._readers = [self._reader("stdout", wires.stdout), self._reader("stderr", wires.stderr)]
        self._link = KeeperLink(wires.control, self._on_report, self._on_lost)
        self._link.launch(launch)

    async def launched(self) -> None:
        """Returns when the program runs; see `supervision.interfaces.Process`."""
        try:
            async with asyncio.timeout(LAUNCH_SECONDS):
                await asyncio.shield(self._launched)
        except TimeoutError:
            raise self._cannot_launch(f"no guardian answered within {LAUNCH_SECONDS:g} s") from None

    async def announced(self) -> None:
        """Returns when the process has said that it serves, or that it cannot say."""
        if self._channel is not None:
            self._questions.announced = await self._channel.wait()

    async def probe(self) -> str | None:
        """One question of the readiness check."""
        return await self._questions.is_ready(self.keeper_pid)

    async def check(self, health: HealthCheck) -> str | None:
        """One question of the health check."""
        return await self._questions.is_healthy(health)

    def ready(self) -> None:
        """The door, if there is one, has done its service: the process closes it."""
        if self._channel is not None:
            self._channel.tell(announcement.SEEN_READY)

    async def sample(self) -> ServerMetrics:
        """CPU and memory of the tree."""
        return await in_thread(self._sample, SWEEP_SECONDS)

    def hurry(self, grace: float) -> None:
        """Brings the moment of SIGKILL forward."""
        self._link.end(grace)

    async def clear(self, grace: float, *, successor: bool = False) -> Clearance:
        """SIGTERM to the main process, then to what it left; SIGKILL after `grace` seconds."""
        if self._cleared.done() and self._cleared.result().survivors:
            self._cleared = asyncio.get_running_loop().create_future()
        if successor and self._channel is not None:
            self._channel.tell(announcement.SUCCESSOR)
        if not self._cleared.done():
            self._link.end(grace)
        try:
            async with asyncio.timeout(grace + KILL_SECONDS + OVERDUE_SECONDS):
                clearance = await asyncio.shield(self._cleared)
        except TimeoutError:
            logger.error("the keeper of %s does not answer; going on without it", self._spec.name)
            self._link.close()
            self._on_lost()
            clearance = await asyncio.shield(self._cleared)
        if clearance.survivors == 0:
            self._tidy_up()
        return clearance

    def _on_report(self, word: str, values: list[str]) -> None:
        match word, values:
            case "pid", [pid, started, keeper]:
                self.pid, self.keeper_pid = int(pid), int(keeper)
                self._state.remember(self._spec.name, self.pid, int(started) or None, self._mark)
                self._settle_launch(None)
            case "errno", [number]:
                self._ended = True
                self._settle_launch(explain_error_number(self._spec, int(number)))
                self._settle_clearance(Clearance(forced=False, survivors=0))
            case "abandoned", []:
                self._guardian_lost = True
            case "exit", [returncode, seconds, size]:
                self._tell_exit(self._explained(int(returncode), float(seconds), int(size)))
            case "cleared", [forced, survivors]:
                self._settle_clearance(Clearance(forced == "1", int(survivors)))
            case _:
                logger.error("the keeper of %s: %s %s", self._spec.name, word, " ".join(values))

    def _on_lost(self) -> None:
        """The keeper is gone: in order, or killed. Then its guardian ends the server; we help."""
        self._settle_launch(self._cannot_launch("its guardian was killed meanwhile"))
        if self._cleared.done() and not self._cleared.result().survivors:
            return
        if self.pid is not None:  # else there was no process that could have ended
            self._tell_exit(Exit(signal="SIGKILL", guardian_lost=True))
        self._sweeping = asyncio.create_task(self._sweep(), name=f"sweep {self._spec.name}")

    async def _sweep(self) -> None:
        from sidecar.processes.guarding import system
        from sidecar.processes.guarding.lookout import kill_marked
        from sidecar.processes.guarding.marks import VARIABLE

        def sweep() -> int:
            kill_marked(self._mark)
            self._guard.finish_work_of(self._mark)
            return len(system.marked(VARIABLE, self._mark))

        try:
            survivors = await in_thread(sweep, SWEEP_SECONDS)
        except Exception:
            logger.exception("looking for what is left of %s failed", self._spec.name)
            survivors = 1
        self._settle_clearance(Clearance(forced=True, survivors=survivors))

    def _tell_exit(self, ended: Exit) -> None:
        if not self._ended:
            self._ended = True
            self._observer.on_exit(ended)

    def _settle_launch(self, problem: CannotLaunch | None) -> None:
        if self._launched.done():
            return
        if problem is None:
            self._launched.set_result(None)
        else:
            self._launched.set_exception(problem)
            self._launched.exception()  # nobody may be waiting any more

    def _settle_clearance(self, clearance: Clearance) -> None:
        if self._cleared.done() and self._cleared.result().survivors:
            self._cleared = asyncio.get_running_loop().create_future()  # they have ended after all
        if not self._cleared.done():
            self._cleared.set_result(clearance)

    def _tidy_up(self) -> None:
        for reader in self._readers:
            reader.drain()
        if self._channel is not None:
            self._channel.close()
        self._link.close()
        if self.pid is not None:
            # Nobody has to wait for the file.
            asyncio.get_running_loop().call_soon(self._state.forget, self.pid)

    def _explained(self, returncode: int, seconds: float, max_rss: int) -> Exit:
        starved = returncode == -9 and posix.out_of_memory_kills() > self._out_of_memory_kills
        ended = Exit.from_returncode(returncode, out_of_memory=starved)
        logger.info(
            "%s (pid %s) ended: %s; it had used %.2f s of CPU and %.1f MB at most",
            self._spec.name, self.pid, ended, seconds, max_rss / 2**20,
        )  # fmt: skip
        return ended._replace(
            guardian_lost=self._guardian_lost,
            cpu_seconds=seconds,
            max_rss_bytes=max_rss,
        )

    def _cannot_launch(self, why: str) -> CannotLaunch:
        message = f"{self._spec.name} could not be launched: {why}"
        return CannotLaunch(Failure(FailureCode.SPAWN_FAILED, message, "Start it again."))

    def _reader(self, stream: Stream, descriptor: int) -> OutputReader:
        hand_on = partial(self._observer.on_output, stream)
        return OutputReader(descriptor, self._spec.encoding, hand_on, self._pace)

    def _sample(self) -> ServerMetrics:
        from sidecar.processes.metrics import Sampler

        if self._sampler is None:
            assert self.keeper_pid is not None, "nothing can be measured before it is launched"
            self._sampler = Sampler(self.keeper_pid, self._since)
        return self._sampler.sample()
