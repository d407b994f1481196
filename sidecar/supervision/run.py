"""One run of a server: from the choice of its port until nothing of its process tree is left.

Tells its owner what happened as lifecycle inputs and decides nothing itself. A run is used once;
the next start gets a new one, so nothing of an old process can be mistaken for the new.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from sidecar.domain.errors import Failure
from sidecar.domain.events import Stream
from sidecar.domain.lines import Piece
from sidecar.domain.outcome import Exit
from sidecar.domain.phases import Input
from sidecar.domain.spec import ServerSpec
from sidecar.supervision import post_mortem
from sidecar.supervision.interfaces import (
    CannotLaunch,
    Endpoint,
    LogFile,
    LogFileOpener,
    Process,
    Processes,
)
from sidecar.supervision.log_stream import LogStream
from sidecar.supervision.startup import Attempt, LogWatch, NotReady, wait_until_ready

TAIL_LINES = 20
"""A failure carries so many of the last lines."""

logger = logging.getLogger(__name__)


class Place(NamedTuple):
    """Where a run is to listen: on what was `kept` for it, or from `preferred_port` on.

    `beside_another`: the process that it is to succeed listens there still.
    """

    preferred_port: int
    kept: Endpoint | None = None
    beside_another: bool = False


class Run:
    """A process observer; what it learns can be read from its attributes."""

    def __init__(
        self,
        spec: ServerSpec,
        place: Place,
        processes: Processes,
        open_log_file: LogFileOpener,
        logs: LogStream,
        tell: Callable[["Run", Input], None],
    ) -> None:
        """`tell` is called on the event loop, never from within `begin` and `clear`."""
        self.spec = spec
        self.endpoint: Endpoint | None = place.kept
        self.process: Process | None = None
        self.exit: Exit | None = None
        self.exit_expected = False
        self.ready_at: float | None = None
        self.grace = 0.0
        self.forced = False
        self.survivors = 0
        self.permanent = False
        """Whether another start would fail the same way; known at the end, once `failure` is."""
        self._place = place
        self._ended_by_command = False
        self._failure: Failure | None = None
        self._stop_failure: Failure | None = None
        self._processes = processes
        self._open_log_file = open_log_file
        self._logs = logs
        self._tell = tell
        self._log_file: LogFile | None = None
        self._log_watch: LogWatch | None = None
        self._first_seq = logs.ring.last + 1
        self._startup: asyncio.Task[None] | None = None
        self._clearing: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The main process while it lives."""
        return self.process.pid if self.process is not None and self.exit is None else None

    @property
    def port(self) -> int:
        """The port that was chosen, or the one that will be tried first."""
        return self.endpoint.port if self.endpoint is not None else self._place.preferred_port

    @property
    def ran_for(self) -> float:
        """Seconds since it became ready, 0 if it never did."""
        return time.monotonic() - self.ready_at if self.ready_at is not None else 0.0

    def begin(self, avoid: frozenset[int]) -> None:
        """Starts the attempt; it ends with READY, FAIL, or the exit of the process."""
        self._startup = asyncio.create_task(self._start_up(avoid), name=f"start {self.spec.name}")

    def is_to_end(self) -> None:
        """From now on an exit is what somebody asked for."""
        self._ended_by_command = True

    def clear(self, grace: float, *, successor: bool = False) -> None:
        """Ends the process tree, killing it after `grace` seconds; then tells CLEARED or SURVIVED.

        While that is under way, another call only shortens the grace. With a `successor` on the
        same sockets the clients are left the time to go over to it.
        """
        if self._clearing is not None and not self._clearing.done():
            self.grace = min(self.grace, grace)
            if self.process is not None:
                self.process.hurry(grace)
            return
        self.grace = grace
        self.survivors, self._stop_failure = 0, None
        if self._startup is not None:
            self._startup.cancel()
        ending = self._clear(successor=successor)
        self._clearing = asyncio.create_task(ending, name=f"stop {self.spec.name}")

    def release(self, unless_kept_by: "Run | None" = None) -> None:
        """Lets go of the address, which another run may share."""
        shared = unless_kept_by is not None and unless_kept_by.endpoint is self.endpoint
        if self.endpoint is not None and not shared:
            self.endpoint.close()

    def failure(self) -> Failure:
        """Why this run went wrong: the failure met on the way, or one explained by its exit."""
        if self._stop_failure is not None:
            return self._stop_failure
        if self.survivors:
            return post_mortem.survived(self.spec, self.survivors)
        if self._failure is not None:
            tail = {"tail": self._tail()} if self.process is not None else {}
            return self._failure._replace(data={**self._failure.data, **tail})
        found = post_mortem.examine(
            self.spec, self.port, self.exit, self._tail(), was_ready=self.ready_at is not None
        )
        self.permanent = found.permanent
        return found.failure

    def on_output(self, stream: Stream, piece: Piece) -> None:
        """Takes in what the process wrote."""
        self._logs.append(stream, piece)
        if self._log_file is not None:
            self._log_file.write(stream, piece)
        if self._log_watch is not None:
            self._log_watch.look(piece.text)

    def on_exit(self, ended: Exit) -> None:
        """Takes in that the main process ended."""
        self.exit = ended
        self.exit_expected = self._ended_by_command
        if self._startup is not None:
            self._startup.cancel()
        self._tell(self, Input.EXIT if ended.clean else Input.CRASH)

    async def _start_up(self, avoid: frozenset[int]) -> None:
        try:
            await self._take_place(avoid)
            self._log_file = self._open_log_file(self.spec)
            pattern = self.spec.ready.pattern
            self._log_watch = LogWatch(pattern) if pattern else None
            self.process = self._processes.launch(
                self.spec, self.endpoint, self, beside_another=self._place.beside_another
            )
            await self.process.launched()
            attempt = Attempt(self.spec, self.port, self.process, self._log_watch)
            await wait_until_ready(attempt)
            self.process.ready()
        except (CannotLaunch, NotReady) as problem:
            self._failure = problem.failure
            self.permanent = isinstance(problem, CannotLaunch) and problem.permanent
            self._tell(self, Input.FAIL)
            return
        except Exception:
            logger.exception("starting %s failed unexpectedly", self.spec.name)
            self._failure = post_mortem.defect_in_start(self.spec)
            self._tell(self, Input.FAIL)
            return
        finally:
            self._log_watch = None
        self.ready_at = time.monotonic()
        self._tell(self, Input.READY)

    async def _take_place(self, avoid: frozenset[int]) -> None:
        """The address of the run before, if that is what the settings still want."""
        kept = self.endpoint
        if kept is not None and kept.fits(self.spec):
            return
        self.endpoint = None
        if kept is not None and not self._place.beside_another:
            kept.close()
        if self.spec.has_port:
            preferred = self._place.preferred_port
            self.endpoint = await self._processes.claim(self.spec, preferred, avoid)

    async def _clear(self, *, successor: bool) -> None:
        if self._startup is not None:
            await asyncio.wait([self._startup])
        try:
            await self._clear_process(successor=successor)
        except Exception:
            logger.exception("stopping %s failed unexpectedly", self.spec.name)
            self.survivors = max(self.survivors, 1)
            self._stop_failure = post_mortem.defect_in_stop(self.spec)
        self._logs.flush()
        try:
            self._tell(self, Input.SURVIVED if self.survivors else Input.CLEARED)
        except Exception:
            logger.exception("telling the end of %s failed unexpectedly", self.spec.name)

    async def _clear_process(self, *, successor: bool) -> None:
        if self.process is not None:  # by now there may be less grace than there was at first
            cleared = await self.process.clear(self.grace, successor=successor)
            self.forced = cleared.forced
            self.survivors = cleared.survivors
        if self._log_file is not None:
            await self._log_file.close()
            self._log_file = None

    def _tail(self) -> list[str]:
        return list(self._logs.ring.newest(TAIL_LINES, after=self._first_seq - 1))
