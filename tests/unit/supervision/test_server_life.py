"""Whatever clients command and processes do, a server's life is told truly and answered fully."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from types import SimpleNamespace
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.events import Stream
from sidecar.domain.outcome import Exit, Outcome
from sidecar.domain.phases import Status
from sidecar.domain.spec import (
    Handoff,
    HealthAction,
    HealthCheck,
    RestartSettings,
    RestartWhen,
    ServerSpec,
)
from sidecar.supervision.runs import Surroundings
from sidecar.supervision.server import ManagedServer
from tests.unit.supervision.scripted_processes import ScriptedProcess, ScriptedProcesses, spec_of
from tests.unit.supervision.virtual_time import VirtualTimeLoop
from tests.unit.supervision.witness import Witness

READY_TIMEOUT = 30.0
HEALTH_INTERVAL = 5.0
STREAMS = st.sampled_from(["stdout", "stderr"])
ENDS = st.sampled_from([Exit(code=0), Exit(code=3), Exit(signal="SIGSEGV")])
LINES = st.lists(st.sampled_from(["", "a line", "한 줄"]), min_size=1, max_size=3)
GRACES = st.sampled_from([None, 0.5, 5.0])
WHICH = st.integers(min_value=0, max_value=3)
HANDOFFS = st.sampled_from(["none", "socket", "overlap", "overlap"])
POLICIES = st.sampled_from(["never", "on-failure", "always"])
ENOUGH_STEPS = 40

Command = Callable[[], asyncio.Future[Outcome]]


@dataclass
class Waiting:
    """A command whose outcome has not been looked at."""

    command: str
    outcome: asyncio.Future[Outcome]
    readies_before: int


class ManagedServerLife(RuleBasedStateMachine):
    """Clients, scripted processes, and a witness of what is told."""

    @initialize(
        handoff=HANDOFFS,
        policy=POLICIES,
        action=st.sampled_from(["alert", "restart", None]),
        port=st.sampled_from([0, 8000]),
        restarts=st.integers(min_value=0, max_value=2),
    )
    def begin(
        self,
        handoff: Handoff,
        policy: RestartWhen,
        action: HealthAction | None,
        port: int,
        restarts: int,
    ) -> None:
        self.loop = VirtualTimeLoop()
        self.witness = Witness()
        self.processes = ScriptedProcesses(ports_at_once=False)
        check = HealthCheck("/", HEALTH_INTERVAL, failures=1, action=action) if action else None
        self.spec = spec_of(
            "api",
            port=port,
            handoff=handoff,
            restart=RestartSettings(policy, max=2),
            health=check,
            reload=True,
        )
        self.server = ManagedServer(
            self.spec,
            Surroundings(self.processes, lambda _: None, self.witness.on_event, _no_ports),
        )
        self.waiting: list[Waiting] = []
        self.step = ""
        self.said: list[str] = []
        self.ended_in: dict[int, str] = {}  # the step that brought it about, by pid
        self.survivors: set[int] = set()
        self.changes = 0
        self.patches = ExitStack()
        clock = SimpleNamespace(monotonic=self.loop.time)
        for module in ("recovery", "run", "startup"):
            self.patches.enter_context(patch(f"sidecar.supervision.{module}.time", clock))
        self._begin_running(restarts)

    def _begin_running(self, restarts: int) -> None:
        """Somewhere in its life, perhaps with an old process that still finishes its work."""
        self.client_starts(wait=False)
        self._all_goes_well()
        self._all_goes_well()
        for _ in range(restarts):
            self.client_restarts(force=False, wait=False, grace=None)
            self._all_goes_well()

    def _all_goes_well(self) -> None:
        """What is waited for happens, of several things the one that came last."""
        waiting = [p for p in self.alive if not (p.knows_it_is_ready or p.being_cleared)]
        if self.processes.port_is_wanted:
            self.attempt_goes_on("launched")
        elif waiting:
            self._do("ready", waiting[-1].answers.set)
        elif self.being_cleared:
            self.process_is_cleared_away(-1, forced=False)
        else:
            self.time_passes(1.0)

    @rule()
    def all_goes_well(self) -> None:
        self._all_goes_well()

    @rule()
    def all_goes_on_well(self) -> None:
        """So that it is chosen as often as what goes wrong."""
        self._all_goes_well()

    @rule(wait=st.booleans())
    def client_starts(self, wait: bool) -> None:
        self._command("start", lambda: self.server.start(wait=wait), wait=wait)

    @rule(force=st.booleans(), wait=st.booleans(), grace=GRACES)
    def client_restarts(self, force: bool, wait: bool, grace: float | None) -> None:
        self._command(
            "restart",
            lambda: self.server.restart(force=force, grace=grace, wait=wait),
            wait=wait,
        )

    @rule(force=st.booleans(), grace=GRACES)
    def client_stops(self, force: bool, grace: float | None) -> None:
        self._command("stop", lambda: self.server.stop(force=force, grace=grace))
        for living in self.processes.living:
            if living.grace is None:
                assert living.pid in self.survivors, "it is not being stopped"
                continue
            assert living.grace == 0 or not force, "force waits for nobody"
            assert grace is None or living.grace <= grace, "whoever waits longest decides nothing"

    @rule(handoff=HANDOFFS, policy=POLICIES, port=st.sampled_from([0, 8000, 8001]))
    def client_changes_settings(self, handoff: Handoff, policy: RestartWhen, port: int) -> None:
        self.changes += 1
        self._configure(
            self.spec._replace(
                handoff=handoff,
                restart=RestartSettings(policy, max=2),
                port=port,
                args=(str(self.changes),),
            )
        )

    @precondition(lambda self: self.processes.watches)
    @rule()
    def source_changes(self) -> None:
        self._do("source", lambda: self.processes.watches[0].changed("main.py"))

    @rule()
    def starts_by_itself(self) -> None:
        self._do("autostart", self.server.start_by_itself)

    @precondition(lambda self: self.processes.port_is_wanted)
    @rule(how=st.sampled_from(["launched", "launched", "port taken", "no such program"]))
    def attempt_goes_on(self, how: str) -> None:
        if how == "no such program":
            self.processes.refusal = Failure(FailureCode.SPAWN_FAILED, "there is no such program")
        taken = how == "port taken"
        self._do(how, self.processes.refuse_port if taken else self.processes.grant_port)
        self.processes.refusal = None

    @precondition(lambda self: self.processes.living)
    @rule(which=WHICH, stream=STREAMS, lines=LINES, partial=st.booleans())
    def process_says(self, which: int, stream: Stream, lines: list[str], partial: bool) -> None:
        process = _one_of(self.processes.living, which)
        self.said += lines
        self._do("output", lambda: process.says(stream, "\n".join(lines), partial=partial))

    @precondition(lambda self: self.alive)
    @rule(which=WHICH)
    def process_becomes_ready(self, which: int) -> None:
        self._do("ready", _one_of(self.alive, which).answers.set)

    @precondition(lambda self: self.alive)
    @rule(which=WHICH, ended=ENDS)
    def process_ends(self, which: int, ended: Exit) -> None:
        process = _one_of(self.alive, which)
        self._do("end", lambda: process.ends(ended))

    @precondition(lambda self: self.alive)
    @rule(which=WHICH, bad=st.sampled_from([None, "it is not well"]))
    def health_changes(self, which: int, bad: str | None) -> None:
        _one_of(self.alive, which).bad_health = bad
        self.time_passes(HEALTH_INTERVAL)

    @precondition(lambda self: self.being_cleared)
    @rule(which=WHICH, forced=st.booleans())
    def process_is_cleared_away(self, which: int, forced: bool) -> None:
        process = _one_of(self.being_cleared, which)
        if process.alive:
            self._do("end", lambda: process.ends(Exit(signal="SIGKILL" if forced else "SIGTERM")))
        stops = len(self.witness.stops)
        self._do("cleared", lambda: process.is_cleared_away(forced=forced))
        stop = self.witness.stops[stops]
        assert Exit(stop.code, stop.signal) == process.ended
        if (reason := self.ended_in[process.pid]) in ("stop", "itself"):
            assert stop.expected is (reason == "stop")

    @precondition(lambda self: self.being_cleared)
    @rule(which=WHICH)
    def process_survives(self, which: int) -> None:
        process = _one_of(self.being_cleared, which)
        self.survivors.add(process.pid)
        self._do("survived", process.survives)

    @rule(seconds=st.sampled_from([0.001, 0.1, 1.0, HEALTH_INTERVAL, READY_TIMEOUT + 1]))
    def time_passes(self, seconds: float) -> None:
        self._begin_step("time")
        self.loop.pass_time(seconds)
        self._look()

    @property
    def alive(self) -> list[ScriptedProcess]:
        return [process for process in self.processes.living if process.alive]

    @property
    def being_cleared(self) -> list[ScriptedProcess]:
        return [process for process in self.processes.living if process.being_cleared]

    @invariant()
    def only_who_serves_or_is_to_serve_is_left_alone(self) -> None:
        left_alone = [
            process
            for process in self.processes.living
            if not process.being_cleared and process.pid not in self.survivors
        ]
        most = {Status.RUNNING: 1, Status.STARTING: 2}
        assert len(left_alone) <= most.get(self.witness.status, 0)

    @invariant()
    def the_last_status_told_is_the_status(self) -> None:
        status = self.server.status(log_lines=0)
        assert status.status is self.witness.status
        if self.witness.told:
            told = self.witness.told[-1]
            assert (status.retry_at, status.last_error) == (told.retry_at, told.last_error)
            assert status.health == told.health or not self.server.running

    @invariant()
    def a_server_at_rest_holds_nothing(self) -> None:
        if self.witness.status in (Status.STOPPED, Status.ERROR):
            assert not self.processes.port_is_wanted
            assert not any(endpoint.held for endpoint in self.processes.endpoints)
        if self.witness.status is Status.STOPPED:
            assert not self.processes.living
            assert not self.processes.watches

    @invariant()
    def who_runs_can_be_reached(self) -> None:
        status = self.server.status(log_lines=0)
        if status.uptime is not None:
            serving = [p for p in self.alive if p.pid == status.pid]
            assert [p.port for p in serving] == [status.port]
            endpoint = serving[0].endpoint
            assert endpoint is not None and not endpoint.closed, "released while it is in use"

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        try:
            self._come_to_an_end()
        finally:
            self.patches.close()
            self.loop.close()

    def _come_to_an_end(self) -> None:
        for process in self.alive:
            process.bad_health = None
        for _ in range(ENOUGH_STEPS):
            if self.processes.port_is_wanted:
                self.attempt_goes_on("launched")
            elif self.being_cleared:
                self.process_is_cleared_away(0, forced=True)
            elif self.witness.status is Status.STARTING:
                for process in self.alive:
                    self._do("ready", process.answers.set)
                self.time_passes(1.0)
        self.time_passes(1.0)
        assert not self.waiting, "somebody was never answered"
        assert self.witness.status in (Status.STOPPED, Status.RUNNING, Status.ERROR)
        self.client_stops(force=False, grace=None)
        while self.being_cleared:
            self.process_is_cleared_away(0, forced=False)
        self.time_passes(1.0)
        assert self.witness.status is Status.STOPPED
        assert len(self.witness.stops) == len(self.processes.launched), "each end is told once"
        assert self.witness.lines == self.said
        if not self.changes:
            ports = {process.port for process in self.processes.launched}
            assert len(ports) <= 1, "a port is kept"

    def _configure(self, spec: ServerSpec) -> None:
        self.spec = spec
        self._do("configure", lambda: self.server.configure(spec))

    def _command(self, name: str, command: Command, *, wait: bool = True) -> None:
        already = name == "start" and self.server.running
        readies = len(self.witness.readies) - already
        self._begin_step(name)
        outcome = self.loop.do(command)
        if wait:
            self.waiting.append(Waiting(name, outcome, readies))
        else:
            assert outcome.result().success, "accepted is all that is promised"
        self._look()

    def _do(self, step: str, action: Callable[[], object]) -> None:
        self._begin_step(step)
        self.loop.do(action)
        self._look()

    def _begin_step(self, step: str) -> None:
        self.step = step
        self.living_before = set(self.processes.living)

    def _look(self) -> None:
        for process in self.processes.living:
            if process.ended is not None:
                self.ended_in.setdefault(process.pid, "itself")
            elif process.being_cleared:
                self.ended_in.setdefault(process.pid, self.step)
        self._look_at_outcomes()

    def _look_at_outcomes(self) -> None:
        for waiting in [w for w in self.waiting if w.outcome.done()]:
            self.waiting.remove(waiting)
            outcome = waiting.outcome.result()
            assert outcome.message
            if waiting.command == "stop":
                self._check_stop(outcome)
            else:
                self._check_start(outcome, waiting)

    def _check_stop(self, outcome: Outcome) -> None:
        if outcome.failure is None:
            left = set(self.processes.living) & self.living_before
            assert not left, "stopped means that nothing is left"
        else:
            assert outcome.failure.code is FailureCode.STOP_TIMEOUT
            assert self.processes.living

    def _check_start(self, outcome: Outcome, waiting: Waiting) -> None:
        if outcome.failure is None:
            assert len(self.witness.readies) > waiting.readies_before
            unhealthy = any(process.bad_health for process in self.processes.launched)
            assert self.witness.status is Status.RUNNING or unhealthy
            return
        assert outcome.failure.hint or outcome.failure.code is FailureCode.SPAWN_FAILED
        if self.step in ("stop", "restart"):
            assert outcome.failure.code is FailureCode.CANCELLED
            return
        assert outcome.failure.code is not FailureCode.CANCELLED
        status = self.server.status()
        assert status.status in (Status.ERROR, Status.RUNNING) or status.retry_at is not None
        assert status.last_error is not None
        assert status.last_error.startswith(outcome.failure.sentence.rstrip("."))


def _one_of(processes: list[ScriptedProcess], which: int) -> ScriptedProcess:
    return processes[which % len(processes)]


def _no_ports(_: str) -> frozenset[int]:
    return frozenset()


TestManagedServerLife = ManagedServerLife.TestCase
TestManagedServerLife.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
