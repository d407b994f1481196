"""One server's life: carries out what the lifecycle table decides, and tells what happened.

The rules by which commands meet are in `domain.lifecycle`; a single start and its end are a `Run`.
Neither the wire nor the system is known here.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import assert_never

from sidecar.domain.events import (
    Event,
    ServerMetrics,
    ServerReady,
    ServerStatus,
    ServerStopped,
    StatusChanged,
)
from sidecar.domain.lifecycle import Effect, Input, Phase, Status, transition
from sidecar.domain.outcome import Outcome
from sidecar.domain.spec import ServerSpec, url_of
from sidecar.supervision import wording
from sidecar.supervision.callers import Callers, at_once
from sidecar.supervision.interfaces import LogFileOpener, Processes
from sidecar.supervision.log_stream import LogStream, utc_now
from sidecar.supervision.run import Run

STATUS_LOG_LINES = 100
"""A status carries at most so many of the newest lines."""

_ENDING_BY_COMMAND = frozenset({Phase.STOPPING, Phase.RESTARTING})


class ManagedServer:
    """A configured server, running or not. All methods belong to the event loop's thread.

    Commands act at once; what they return can be awaited for the outcome, and need not be.
    """

    def __init__(
        self,
        spec: ServerSpec,
        processes: Processes,
        open_log_file: LogFileOpener,
        publish: Callable[[Event], None],
        ports_of_others: Callable[[str], frozenset[int]],
    ) -> None:
        """`ports_of_others` tells the ports that this server had better leave alone."""
        self.spec = spec
        self.logs = LogStream(spec.name, spec.logs.lines, publish)
        self._processes = processes
        self._open_log_file = open_log_file
        self._publish = publish
        self._ports_of_others = ports_of_others
        self._phase = Phase.STOPPED
        self._run: Run | None = None
        self._starters = Callers()
        self._stoppers = Callers()
        self._grace = spec.stop_timeout
        self._last_error: str | None = None
        self._exit_expected = False
        self._stuck_by_command = False
        self._old_was_killed = False

    @property
    def live(self) -> bool:
        """Whether there is a process, or soon will be."""
        return self._phase not in (Phase.STOPPED, Phase.ERROR, Phase.STUCK)

    @property
    def running(self) -> bool:
        """Whether the server is ready and has not been asked to stop."""
        return self._phase is Phase.RUNNING

    @property
    def starting(self) -> bool:
        """Whether a start is under way, or follows the stop that is."""
        return self._phase.status is Status.STARTING or self._phase is Phase.RESTARTING

    @property
    def port(self) -> int:
        """The port in use, or the one that the next start will try; 0 if that is still open."""
        run = self._run
        if run is not None and (self.live or run.spec.port == self.spec.port == 0):
            return run.port
        return self.spec.port

    def status(self, *, log_lines: int = STATUS_LOG_LINES) -> ServerStatus:
        """The server at this moment."""
        run = self._run
        spec = run.spec if run is not None and self.live else self.spec
        port = self.port
        ended = run.exit if run else None
        uptime = time.monotonic() - run.ready_at if run and run.ready_at and self.running else None
        return ServerStatus(
            name=spec.name,
            status=self._phase.status,
            port=port,
            host=spec.host,
            pid=run.process.pid if run and run.process and not ended else None,
            url=url_of(spec, port) if port else None,
            uptime=None if uptime is None else round(uptime, 3),
            last_error=self._last_error,
            logs=self.logs.ring.newest(log_lines) if log_lines else (),
            exit_code=ended.code if ended else None,
            signal=ended.signal if ended else None,
        )

    def start(self, *, wait: bool = True) -> asyncio.Future[Outcome]:
        """Starts the server, or joins the start under way; with `wait` until running or failed."""
        if self.running:
            return at_once(Outcome(wording.already_running(self.status(log_lines=0))))
        return self._take_start(Input.START, wait)

    def restart(
        self, *, force: bool = False, grace: float | None = None, wait: bool = True
    ) -> asyncio.Future[Outcome]:
        """Stops and starts the server, or joins the restart under way."""
        self._set_grace(grace)
        if self._phase is Phase.STARTING and self._settings_have_changed():
            self._feed(Input.STOP)  # what starts now is not what is wanted
        return self._take_start(Input.RESTART_KILL if force else Input.RESTART, wait)

    def stop(self, *, force: bool = False, grace: float | None = None) -> asyncio.Future[Outcome]:
        """Stops the server; returns when nothing of it is left. `grace` is in seconds."""
        before = self._phase
        self._set_grace(grace)
        self._feed(Input.KILL if force else Input.STOP)
        if self._phase is Phase.STOPPED:
            done = "is already stopped" if before is Phase.STOPPED else "is stopped"
            return at_once(Outcome(f"{self.spec.name} {done}"))
        if before in _ENDING_BY_COMMAND and grace is not None and self._run is not None:
            self._run.clear(grace)
        return self._stoppers.join()

    def configure(self, spec: ServerSpec) -> bool:
        """Changes the settings; returns whether a running process needs a restart to have them."""
        address = (self.spec.host, self.spec.port)
        self.spec = spec
        self.logs.ring.resize(spec.logs.lines)
        if not self.live and address != (spec.host, spec.port):
            self._tell_status()
        return self.live and self._settings_have_changed()

    async def metrics(self) -> ServerMetrics:
        """CPU and memory of the process tree; all zero when there is none."""
        process = self._run.process if self._run is not None and self.live else None
        if process is None:
            return ServerMetrics(name=self.spec.name, time=utc_now())
        sample = await process.sample()
        return sample._replace(name=self.spec.name, uptime=self.status(log_lines=0).uptime)

    async def settle(self, limit: float) -> None:
        """Waits until no start is under way, at most `limit` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit):
                while self.starting:
                    await self._starters.join()

    def _take_start(self, given: Input, wait: bool) -> asyncio.Future[Outcome]:
        self._feed(given)
        if not wait:
            return at_once(Outcome(f"{self.spec.name} is starting"))
        return self._starters.join()

    def _settings_have_changed(self) -> bool:
        return self._run is not None and self._run.spec.needs_restart_for(self.spec)

    def _set_grace(self, grace: float | None) -> None:
        self._grace = self.spec.stop_timeout if grace is None else grace

    def _happened(self, given: Input) -> None:
        """Takes in what the run tells."""
        if given in (Input.EXIT, Input.CRASH):
            self._exit_expected = self._phase in _ENDING_BY_COMMAND or self._stuck_by_command
        elif given in (Input.CLEARED, Input.SURVIVED):
            self._account_for_end(given)
        self._feed(given)

    def _account_for_end(self, given: Input) -> None:
        run, name = self._run, self.spec.name
        if run is None:
            return
        self.logs.flush()
        if (ended := run.exit) is not None and given is Input.CLEARED:
            self._publish(ServerStopped(name, ended.code, self._exit_expected, ended.signal))
        if given is Input.SURVIVED or self._phase in (Phase.FAILING, Phase.CRASHING):
            self._last_error = run.failure().sentence

    def _feed(self, given: Input) -> None:
        """Takes the transition, tells the new state, then does what follows."""
        before, ended = self._phase, self._run
        step = transition(before, given)
        self._phase = step.phase
        if step.phase is Phase.STUCK:
            self._stuck_by_command = before in _ENDING_BY_COMMAND
        if Effect.LAUNCH in step.effects:
            self._run = self._new_run(restarting=before is Phase.RESTARTING)
            self._last_error = None
        elif step.phase is Phase.STOPPED:
            self._last_error = None
        if step.phase.status is not before.status:
            self._tell_status()
        if self._run is not None:
            for effect in step.effects:
                self._perform(effect, self._run, ended or self._run)

    def _new_run(self, *, restarting: bool) -> Run:
        """A run that tries the port of the last one first, where clients may count on that."""
        port = self.spec.port
        last = self._run
        self._exit_expected = self._stuck_by_command = False
        self._old_was_killed = restarting and last is not None and last.forced and last.grace > 0
        if last is not None and last.spec.port == port and (restarting or port == 0):
            port = last.port
        return Run(self.spec, port, self._processes, self._open_log_file, self.logs, self._happened)

    def _tell_status(self) -> None:
        self.logs.flush()
        self._publish(StatusChanged(self.status(log_lines=0)))

    def _perform(self, effect: Effect, run: Run, ended: Run) -> None:
        """`ended` is the run before a launch; otherwise both are the same."""
        match effect:
            case Effect.LAUNCH:
                run.begin(self._ports_of_others(self.spec.name))
            case Effect.TERMINATE:
                run.clear(self._grace)
            case Effect.KILL:
                run.clear(0.0)
            case Effect.STARTED:
                self._tell_ready(run)
            case Effect.START_FAILED:
                self._starters.settle(Outcome.failed(run.failure()))
            case Effect.START_CANCELLED:
                self._starters.settle(Outcome.failed(wording.cancelled(self.spec.name)))
            case Effect.STOPPED:
                self._stoppers.settle(Outcome(wording.stopped(ended)))
            case Effect.STOP_FAILED:
                self._stoppers.settle(Outcome.failed(ended.failure()))
            case _:
                assert_never(effect)

    def _tell_ready(self, run: Run) -> None:
        status = self.status(log_lines=0)
        self._publish(ServerReady(status.name, status.pid or 0, run.port, status.url))
        message = wording.running(status, run, old_was_killed=self._old_was_killed)
        self._starters.settle(Outcome(message))
