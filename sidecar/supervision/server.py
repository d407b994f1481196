"""One server as clients know it: its commands, and its status.

What the commands lead to is in `life`. Neither the wire nor the system is known here.
"""

import asyncio
import contextlib
import logging

from sidecar.domain.events import ServerMetrics, ServerStatus, StatusChanged
from sidecar.domain.http import HttpRequest, HttpResponse
from sidecar.domain.outcome import Outcome
from sidecar.domain.phases import Input, Phase, Status
from sidecar.domain.spec import ServerSpec, url_of
from sidecar.supervision import wording
from sidecar.supervision.callers import at_once
from sidecar.supervision.exchanges import Exchanges
from sidecar.supervision.interfaces import SourceChange
from sidecar.supervision.life import ENDING_BY_COMMAND, Life
from sidecar.supervision.log_stream import LogStream, utc_now
from sidecar.supervision.reloading import Reloading, listed
from sidecar.supervision.runs import Surroundings

STATUS_LOG_LINES = 100
"""A status carries at most so many of the newest lines."""

_BEING_ENDED = ENDING_BY_COMMAND | {Phase.RECOVERING}

logger = logging.getLogger(__name__)


class ManagedServer:
    """A configured server, running or not. All methods belong to the event loop's thread.

    Commands act at once; what they return can be awaited for the outcome, and need not be.
    """

    def __init__(self, spec: ServerSpec, surroundings: Surroundings) -> None:
        self.spec = spec
        self.logs = LogStream(spec.name, spec.logs.lines, surroundings.publish)
        self._publish = surroundings.publish
        self._life = Life(spec, self.logs, surroundings, self._brief, self._tell_status)
        self._exchanges = Exchanges(surroundings.processes)
        self._reloading = Reloading(surroundings.processes.watch_sources, self._sources_changed)

    @property
    def live(self) -> bool:
        """Whether there is a process, or soon will be."""
        return self._life.phase not in (Phase.STOPPED, Phase.ERROR, Phase.STUCK)

    @property
    def running(self) -> bool:
        """Whether the server is ready and has not been asked to stop."""
        return self._life.phase is Phase.RUNNING

    @property
    def starting(self) -> bool:
        """Whether a start is under way, or follows the stop that is; not one that waits."""
        phase = self._life.phase
        waiting = phase is Phase.WAITING
        return phase is Phase.RESTARTING or (phase.status is Status.STARTING and not waiting)

    @property
    def port(self) -> int:
        """The port in use, or the one that the next start will try; 0 if that is still open."""
        run = self._life.runs.current
        return run.port if run is not None and self.live else self.next_port

    @property
    def next_port(self) -> int:
        """The port that the next start will try; a port of 0 is chosen once and kept."""
        run = self._life.runs.current
        if run is not None and run.spec.port == self.spec.port == 0:
            return run.port
        return self.spec.port

    def status(self, *, log_lines: int = STATUS_LOG_LINES) -> ServerStatus:
        """The server at this moment."""
        life, run = self._life, self._life.runs.current
        spec = run.spec if run is not None and self.live else self.spec
        port = self.port
        ended = run.exit if run else None
        uptime = run.ran_for if run is not None and self.running else None
        return ServerStatus(
            name=spec.name,
            status=life.phase.status,
            port=port,
            host=spec.host,
            pid=run.pid if run else None,
            url=url_of(spec, port) if port else None,
            uptime=None if uptime is None else round(uptime, 3),
            last_error=life.last_error,
            logs=self.logs.ring.newest(log_lines) if log_lines else (),
            restarts=life.recovery.restarts,
            retry_at=life.recovery.retry_at,
            health=life.health,
            exit_code=ended.code if ended else None,
            signal=ended.signal if ended else None,
        )

    def start(self, *, wait: bool = True) -> asyncio.Future[Outcome]:
        """Starts the server, or joins the start under way; with `wait` until running or failed."""
        if self.running:
            return at_once(Outcome(wording.already_running(self._brief())))
        return self._take_start(Input.START, wait)

    def start_by_itself(self) -> None:
        """Starts the server without a client who would see it fail: its policy sees to that."""
        if not self.live:
            self._life.recovery.starts_by_itself()
            self._feed(Input.START)

    def restart(
        self, *, force: bool = False, grace: float | None = None, wait: bool = True
    ) -> asyncio.Future[Outcome]:
        """Stops and starts the server, or joins the restart under way."""
        self._set_grace(grace)
        if force:
            return self._take_start(Input.RESTART_KILL, wait)
        kind = self._kind_of_restart()
        if self._settings_have_changed():
            phase, old = self._life.phase, self._life.runs.old
            if phase is Phase.STARTING or (old is not None and kind is not Input.REPLACE):
                self._feed(Input.STOP)  # what starts now is not what is wanted
            elif phase is Phase.FAILING or old is not None:
                kind = Input.RELAUNCH
        return self._take_start(kind, wait)

    def stop(self, *, force: bool = False, grace: float | None = None) -> asyncio.Future[Outcome]:
        """Stops the server; returns when nothing of it is left. `grace` is in seconds."""
        before = self._life.phase
        self._set_grace(grace)
        self._feed(Input.KILL if force else Input.STOP)
        if self._life.phase is Phase.STOPPED:
            done = "is already stopped" if before is Phase.STOPPED else "is stopped"
            return at_once(Outcome(f"{self.spec.name} {done}"))
        if before in _BEING_ENDED and grace is not None:
            self._life.runs.clear(grace)
        return self._life.stoppers.join()

    def configure(self, spec: ServerSpec) -> bool:
        """Changes the settings; returns whether a running process needs a restart to have them."""
        before, self.spec = self.spec, spec
        self.logs.ring.resize(spec.logs.lines)
        self._reloading.keep(spec, wanted=self._wants_reload())
        was_live, health = self.live, self._life.health
        self._life.configure(spec)
        moved = (before.host, before.port) != (spec.host, spec.port)
        if health != self._life.health or (moved and not was_live):
            self._tell_status()
        return self.live and self._settings_have_changed()

    async def metrics(self) -> ServerMetrics:
        """CPU and memory of the process tree; all zero when there is none."""
        run = self._life.runs.old or self._life.runs.current
        gone = not self.live or self._life.phase is Phase.WAITING
        if run is None or run.process is None or run.process.pid is None or gone:
            return ServerMetrics(name=self.spec.name, time=utc_now())
        sample = await run.process.sample()
        return sample._replace(name=self.spec.name, uptime=self._brief().uptime)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Sends a client's request to the running process. Raises NoAnswer."""
        run = self._life.runs.current
        spec = run.spec if run is not None else self.spec
        return await self._exchanges.send(self._life.phase.status, spec, self.port, request)

    async def settle(self, limit: float) -> None:
        """Waits until no start is under way, at most `limit` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit):
                while self.starting:
                    await self._life.starters.join()

    def _take_start(self, given: Input, wait: bool) -> asyncio.Future[Outcome]:
        if not self.starting or given is Input.RELAUNCH:
            self._life.recovery.asked_to_start()
        self._feed(given)
        if not wait:
            return at_once(Outcome(f"{self.spec.name} is starting"))
        return self._life.starters.join()

    def _kind_of_restart(self) -> Input:
        """Without a gap where that is wanted, and two processes can listen at a time."""
        serving = self._life.runs.old or self._life.runs.current
        place = serving.endpoint if serving is not None else None
        if serving is None or place is None or self.spec.handoff != "overlap":
            return Input.RESTART
        elsewhere = self.spec.port not in (0, place.port)
        shares = serving.spec.handoff != "none" and (elsewhere or place.fits(self.spec))
        return Input.REPLACE if shares else Input.RESTART

    def _sources_changed(self, changes: tuple[SourceChange, ...]) -> None:
        if not self._wants_reload():
            return
        if self._life.phase is not Phase.RESTARTING:  # else the next process has it anyway
            changes = self._reloading.sift(changes, starting=self.starting, alive=self.live)
        if changes:
            logger.info("restarting %s for a change of %s", self.spec.name, listed(changes))
            self._set_grace(None)
            kind = Input.RELAUNCH if self.starting else self._kind_of_restart()
            self._take_start(kind, wait=False)

    def _wants_reload(self) -> bool:
        return self.spec.reload and self._life.phase not in (Phase.STOPPED, Phase.STOPPING)

    def _feed(self, given: Input) -> None:
        self._life.feed(given)

    def _settings_have_changed(self) -> bool:
        run = self._life.runs.current
        return run is not None and run.spec.needs_restart_for(self.spec)

    def _set_grace(self, grace: float | None) -> None:
        self._life.grace = self.spec.stop_timeout if grace is None else grace

    def _brief(self) -> ServerStatus:
        return self.status(log_lines=0)

    def _tell_status(self) -> None:
        self._reloading.keep(self.spec, wanted=self._wants_reload())
        self.logs.flush()
        self._publish(StatusChanged(self._brief()))
