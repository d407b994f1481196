"""Whatever clients command and processes do, a server's life is told truly and answered fully."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.events import Stream
from sidecar.domain.phases import Status
from sidecar.domain.outcome import Exit, Outcome
from sidecar.supervision.server import ManagedServer
from tests.unit.supervision.scripted_processes import ScriptedProcess, ScriptedProcesses, spec_of
from tests.unit.supervision.virtual_time import VirtualTimeLoop
from tests.unit.supervision.witness import Witness

READY_TIMEOUT = 30.0
STREAMS = st.sampled_from(["stdout", "stderr"])
ENDS = st.sampled_from([Exit(code=0), Exit(code=3), Exit(signal="SIGSEGV")])
LINES = st.lists(st.sampled_from(["", "a line", "한 줄"]), min_size=1, max_size=3)
ENOUGH_STEPS = 20

Command = Callable[[], asyncio.Future[Outcome]]


@dataclass
class Waiting:
    """A command whose outcome has not been looked at."""

    command: str
    outcome: asyncio.Future[Outcome]
    readies_before: int


class ManagedServerLife(RuleBasedStateMachine):
    """Clients, a scripted process, and a witness of what is told."""

    @initialize()
    def begin(self) -> None:
        self.loop = VirtualTimeLoop()
        self.witness = Witness()
        self.processes = ScriptedProcesses(ports_at_once=False)
        self.server = ManagedServer(
            spec_of("api"), self.processes, lambda _: None, self.witness.on_event, _no_ports
        )
        self.waiting: list[Waiting] = []
        self.step = ""
        self.expected_ends: list[tuple[Exit, bool]] = []

    @property
    def process(self) -> ScriptedProcess:
        assert self.processes.living is not None
        return self.processes.living

    @rule(wait=st.booleans())
    def client_starts(self, wait: bool) -> None:
        self._command("start", lambda: self.server.start(wait=wait), wait=wait)

    @rule(force=st.booleans(), wait=st.booleans())
    def client_restarts(self, force: bool, wait: bool) -> None:
        self._command("restart", lambda: self.server.restart(force=force, wait=wait), wait=wait)

    @rule(force=st.booleans(), grace=st.sampled_from([None, 0.5, 5.0]))
    def client_stops(self, force: bool, grace: float | None) -> None:
        self._command("stop", lambda: self.server.stop(force=force, grace=grace))
        living = self.processes.living
        if living is not None:
            assert living.grace == 0 or not force, "force waits for nobody"
            assert living.grace is not None
            assert grace is None or living.grace <= grace, "whoever waits longest decides nothing"

    @precondition(lambda self: self.processes.port_is_wanted)
    @rule(how=st.sampled_from(["launched", "launched", "port taken", "no such program"]))
    def attempt_goes_on(self, how: str) -> None:
        if how == "no such program":
            self.processes.refusal = Failure(FailureCode.SPAWN_FAILED, "there is no such program")
        taken = how == "port taken"
        self._do(how, self.processes.refuse_port if taken else self.processes.grant_port)
        self.processes.refusal = None

    @precondition(lambda self: self.processes.living is not None)
    @rule(stream=STREAMS, lines=LINES, partial=st.booleans())
    def process_says(self, stream: Stream, lines: list[str], partial: bool) -> None:
        self._do("output", lambda: self.process.says(stream, "\n".join(lines), partial=partial))

    @precondition(lambda self: self.processes.living and self.process.ended is None)
    @rule()
    def process_becomes_ready(self) -> None:
        self._do("ready", self.process.ready.set)

    @precondition(lambda self: self.processes.living and self.process.ended is None)
    @rule(ended=ENDS)
    def process_ends(self, ended: Exit) -> None:
        self._do("end", lambda: self._end(ended))

    @precondition(lambda self: self.processes.living and self.process.being_cleared)
    @rule(forced=st.booleans())
    def process_is_cleared_away(self, forced: bool) -> None:
        process = self.process
        if process.ended is None:
            self._do("end", lambda: self._end(Exit(signal="SIGKILL" if forced else "SIGTERM")))
        self._do("cleared", lambda: process.is_cleared_away(forced=forced))

    @precondition(lambda self: self.processes.living and self.process.being_cleared)
    @rule()
    def process_survives(self) -> None:
        self._do("survived", self.process.survives)

    @rule(seconds=st.sampled_from([0.001, 0.1, READY_TIMEOUT + 1]))
    def time_passes(self, seconds: float) -> None:
        self.step = "time"
        self.loop.pass_time(seconds)
        self._look_at_outcomes()

    @invariant()
    def there_is_one_process_at_most(self) -> None:
        assert sum(not process.gone for process in self.processes.launched) <= 1

    @invariant()
    def the_last_status_told_is_the_status(self) -> None:
        assert self.server.status(log_lines=0).status is self.witness.status

    @invariant()
    def a_server_at_rest_has_no_process(self) -> None:
        if self.witness.status is Status.STOPPED:
            assert self.processes.living is None
            assert not self.processes.port_is_wanted

    def teardown(self) -> None:
        try:
            self._come_to_an_end()
        finally:
            self.loop.close()

    def _come_to_an_end(self) -> None:
        for _ in range(ENOUGH_STEPS):
            if self.processes.port_is_wanted:
                self.attempt_goes_on("launched")
            elif self.processes.living and self.process.being_cleared:
                self.process_is_cleared_away(forced=True)
            elif self.processes.living and self.witness.status is Status.STARTING:
                self.process_becomes_ready()
        self.time_passes(1.0)
        assert not self.waiting, "somebody was never answered"
        ended = [p for p in self.processes.launched if p.ended is not None and p.gone]
        assert len(self.witness.stops) == len(ended), "each end is told once"
        for stop, (how, expected) in zip(self.witness.stops, self.expected_ends, strict=False):
            assert Exit(stop.code, stop.signal) == how
            assert stop.expected is expected
        assert self.witness.lines == [x for p in self.processes.launched for x in p.said]
        assert len({process.port for process in self.processes.launched}) <= 1, "a port is kept"

    def _command(self, name: str, command: Command, *, wait: bool = True) -> None:
        readies = len(self.witness.readies) - (self.witness.status is Status.RUNNING)
        self.step = name
        outcome = self.loop.do(command)
        if wait:
            self.waiting.append(Waiting(name, outcome, readies))
        else:
            assert outcome.result().success, "accepted is all that is promised"
        self._look_at_outcomes()

    def _do(self, step: str, action: Callable[[], object]) -> None:
        self.step = step
        self.loop.do(action)
        self._look_at_outcomes()

    def _end(self, ended: Exit) -> None:
        statuses = self.witness.statuses
        told_to = statuses[-1] is Status.STOPPING or statuses[-2:] == [
            Status.STOPPING,
            Status.ERROR,  # asked to end, and too slow for even the last limit
        ]
        self.expected_ends.append((ended, told_to))
        self.process.ends(ended)

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
            assert self.processes.living is None, "stopped means that nothing is left"
        else:
            assert outcome.failure.code is FailureCode.STOP_TIMEOUT
            assert self.step == "survived"

    def _check_start(self, outcome: Outcome, waiting: Waiting) -> None:
        if outcome.failure is None:
            assert len(self.witness.readies) > waiting.readies_before
            assert self.witness.status is Status.RUNNING
            return
        assert outcome.failure.hint or outcome.failure.code is FailureCode.SPAWN_FAILED
        if self.step == "stop":
            assert outcome.failure.code is FailureCode.CANCELLED
        else:
            assert outcome.failure.code is not FailureCode.CANCELLED
            assert self.witness.status is Status.ERROR
            assert self.server.status().last_error == outcome.failure.sentence


def _no_ports(_: str) -> frozenset[int]:
    return frozenset()


TestManagedServerLife = ManagedServerLife.TestCase
TestManagedServerLife.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
