"""The life of one server: carries out what the lifecycle table decides, and tells what happened.

The rules by which commands and events meet are in `domain.lifecycle`, what is to follow on the end
of a run in `aftermath`; the processes are those of `runs`.
"""

from collections.abc import Callable

from sidecar.domain.events import Alert, Health, ServerReady, ServerStatus
from sidecar.domain.lifecycle import transition
from sidecar.domain.outcome import Outcome
from sidecar.domain.phases import Effect, Input, Phase, Step
from sidecar.domain.spec import ServerSpec
from sidecar.supervision import wording
from sidecar.supervision.aftermath import judge
from sidecar.supervision.callers import Callers
from sidecar.supervision.health import HealthWatch
from sidecar.supervision.log_stream import LogStream, utc_now
from sidecar.supervision.recovery import Recovery
from sidecar.supervision.run import Run
from sidecar.supervision.runs import Runs, Surroundings

ENDING_BY_COMMAND = frozenset({Phase.STOPPING, Phase.RESTARTING})

_AT_REST = frozenset({Phase.STOPPED, Phase.ERROR, Phase.STUCK})


class Life:
    """Phase, runs and those who wait; `feed` is the only way to change any of it."""

    def __init__(
        self,
        spec: ServerSpec,
        logs: LogStream,
        surroundings: Surroundings,
        describe: Callable[[], ServerStatus],
        changed: Callable[[], None],
    ) -> None:
        """`describe` makes the status that is told, `changed` is called at each change of it."""
        self.spec = spec
        """What the next start will use."""
        self.phase = Phase.STOPPED
        self.runs = Runs(spec.name, logs, surroundings, self._happened)
        self.recovery = Recovery(lambda: self.feed(Input.DUE))
        self.starters = Callers()
        self.stoppers = Callers()
        self.last_error: str | None = None
        self.health: Health | None = None
        self.grace = spec.stop_timeout
        self._publish = surroundings.publish
        self._describe = describe
        self._changed = changed
        self._health_watch: HealthWatch | None = None
        self._unhealthy: str | None = None

    def feed(self, given: Input) -> None:
        """Takes the transition, tells the new state, then does what follows."""
        before, ended = self.phase, self.runs.current
        step = transition(before, given)
        self.phase = step.phase
        self._prepare(step, before)
        self.watch_health()
        if step.phase.status is not before.status or Phase.WAITING in (before, step.phase):
            self._changed()
        if self.runs.current is not None:
            for effect in step.effects:
                self._perform(effect, self.runs.current, ended or self.runs.current)

    def configure(self, spec: ServerSpec) -> None:
        """Takes over settings; those that concern what is going on take effect at once."""
        before, self.spec = self.spec, spec
        if before.health != spec.health:
            self.watch_health(anew=True)
        if self.phase is Phase.WAITING and before.restart.policy != spec.restart.policy == "never":
            self.feed(Input.GIVE_UP)
        run = self.runs.current
        if run is not None and self.phase in _AT_REST and not self._keeps_address:
            run.release()

    @property
    def _keeps_address(self) -> bool:
        """Whether clients may wait until it is mended: a change of its sources starts it."""
        return self.phase is Phase.ERROR and self.spec.reload

    def watch_health(self, *, anew: bool = False) -> None:
        """Sees to it that a running server's health is watched; `anew` with other settings."""
        watch, run = self._health_watch, self.runs.current
        if watch is not None and (anew or self.phase is not Phase.RUNNING):
            watch.end()
            self._health_watch = self.health = watch = None
        settings = self.spec.health
        if self.phase is Phase.RUNNING and watch is None and settings and run and run.process:
            self._health_watch = HealthWatch(
                self.spec.name, run.process, settings, self._health_changed
            )
            self._health_watch.begin()

    def _prepare(self, step: Step, before: Phase) -> None:
        """Brings everything into the state that will be told."""
        if Effect.LAUNCH in step.effects:
            self.recovery.forget_timer()
            if before is not Phase.WAITING or not self.recovery.automatic:
                self.last_error = None
            kept = before is Phase.ERROR and self.spec.reload
            again = kept or before in (Phase.RESTARTING, Phase.WAITING)
            self.runs.make_next(self.spec, again=again)
        elif Effect.LAUNCH_BESIDE in step.effects:
            self.last_error = None
            self.runs.make_successor(self.spec)
        elif before is Phase.REVERTING and step.phase is Phase.RUNNING:
            self.runs.go_back_to_old()
        elif Effect.WAIT in step.effects:
            self.recovery.wait()
        run = self.runs.current
        if run is not None and step.phase in ENDING_BY_COMMAND:
            run.is_to_end()
        if step.phase in _AT_REST:
            self.recovery.forget_timer()
            if step.phase is Phase.STOPPED:
                self.last_error = None
            if run is not None and not self._keeps_address:
                run.release()

    def _happened(self, given: Input) -> None:
        """Takes in what the runs tell."""
        run = self.runs.current
        if run is None or given not in (Input.CLEARED, Input.SURVIVED):
            self.feed(given)
        elif self.phase is Phase.REVERTING:
            self.last_error = wording.old_goes_on(run.failure()).sentence
            self.feed(given)
        else:
            after = judge(self.phase, given, run, self.spec, self.recovery, self._unhealthy)
            self.last_error = after.error
            if after.alert is not None:
                self._publish(Alert(self.spec.name, "restart-limit", after.alert, utc_now()))
            self.feed(after.given)

    def _health_changed(self, health: Health, why: str | None) -> None:
        self.health = health
        self._changed()
        if why is None:
            return
        self._unhealthy = f"{self.spec.name} is unhealthy: {why}"
        self._publish(Alert(self.spec.name, "unhealthy", self._unhealthy, utc_now()))
        if self.spec.health is not None and self.spec.health.action == "restart":
            self.grace = self.spec.stop_timeout
            self.feed(Input.UNHEALTHY)

    def _perform(self, effect: Effect, run: Run, ended: Run) -> None:
        """`ended` is the run before the transition, where that made another one count."""
        match effect:
            case Effect.LAUNCH | Effect.LAUNCH_BESIDE:
                self.runs.begin()
            case Effect.RETIRE:
                self.runs.retire_old(self.grace, succeeded=True)
            case Effect.BURY_OLD:
                self._bury_old()
            case Effect.RECOVER:
                self.runs.clear(self.grace, successor=True)
            case Effect.TERMINATE:
                self.runs.end_all(self.grace, successor=self._has_successor(run))
            case Effect.KILL:
                self.runs.end_all(0.0)
            case Effect.CLEAR:
                self.runs.clear(0.0)
            case Effect.WAIT:
                pass  # prepared before anybody was told, who might ask until when
            case _:
                self._answer(effect, run, ended)

    def _answer(self, effect: Effect, run: Run, ended: Run) -> None:
        """Answers those who wait."""
        match effect:
            case Effect.STARTED:
                self._tell_ready(run)
            case Effect.START_FAILED:
                failure = ended.failure()
                serves = self.phase is Phase.RUNNING
                failed = wording.old_goes_on(failure) if serves else failure
                self.starters.settle(Outcome.failed(failed))
            case Effect.START_CANCELLED:
                self.starters.settle(Outcome.failed(wording.cancelled(self.spec.name)))
            case Effect.STOPPED:
                self.stoppers.settle(Outcome(wording.stopped(ended)))
            case Effect.STOP_FAILED:
                self.stoppers.settle(Outcome.failed(ended.failure()))
            case _:
                raise AssertionError(f"{effect.name} is not carried out")

    def _bury_old(self) -> None:
        """It ended by itself while a successor was starting, which now is to bring it back."""
        old = self.runs.old
        if old is not None and old.exit is not None:
            policy = self.spec.restart.policy
            if policy == "always" or (policy == "on-failure" and not old.exit.clean):
                self.recovery.takes_over()
        self.runs.retire_old(0.0, succeeded=False)

    def _has_successor(self, run: Run) -> bool:
        """Whether the next process will have the very sockets that this one has now."""
        endpoint = run.endpoint
        restarting = self.phase is Phase.RESTARTING
        return restarting and endpoint is not None and endpoint.fits(self.spec)

    def _tell_ready(self, run: Run) -> None:
        status = self._describe()
        self._publish(ServerReady(status.name, status.pid or 0, run.port, status.url))
        killed = self.runs.old_was_killed
        self.starters.settle(Outcome(wording.running(status, run, old_was_killed=killed)))
