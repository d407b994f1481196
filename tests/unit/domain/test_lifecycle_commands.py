"""No order of commands and process events breaks what clients are promised."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sidecar.domain.lifecycle import Effect, Input, Phase, transition
from tests.unit.domain.lifecycle_world import World

STARTS = (Input.START, Input.RESTART, Input.RESTART_KILL)
STOPS = (Input.STOP, Input.KILL)

START_ANSWERS = {Effect.STARTED, Effect.START_FAILED, Effect.START_CANCELLED}
STOP_ANSWERS = {Effect.STOPPED, Effect.STOP_FAILED}

ENOUGH_EVENTS = 20
"""More than any order of events needs to come to rest when nobody commands any more."""


@dataclass
class Caller:
    """A client that waits for its command's end."""

    command: Input
    phase: Phase  # when it came
    launches_before: int
    answers: list[Effect] = field(default_factory=list[Effect])

    @property
    def joins_a_start(self) -> bool:
        return self.phase in (Phase.STARTING, Phase.FAILING)


class ServerLife(RuleBasedStateMachine):
    """Clients that command in any order, and processes that do what they please."""

    def __init__(self) -> None:
        super().__init__()
        self.phase = Phase.STOPPED
        self.world = World()
        self.launches = 0
        self.wanted = False  # whether the last command was to start
        self.starters: list[Caller] = []
        self.stoppers: list[Caller] = []
        self.callers: list[Caller] = []

    @rule(command=st.sampled_from(STARTS))
    def client_starts(self, command: Input) -> None:
        caller = self._caller(command)
        self.wanted = True
        self._take(command)
        if command is Input.START and caller.phase is Phase.RUNNING:
            assert self.phase is Phase.RUNNING, "a start of a running server changes nothing"
            caller.answers.append(Effect.STARTED)
        else:
            self.starters.append(caller)
        assert self.phase in (Phase.STARTING, Phase.FAILING, Phase.RUNNING, Phase.RESTARTING)
        if command is Input.RESTART_KILL and not caller.joins_a_start:
            assert self.world.forced or self.world.starting

    @rule(command=st.sampled_from(STOPS))
    def client_stops(self, command: Input) -> None:
        caller = self._caller(command)
        cancelled = list(self.starters)
        self.wanted = False
        self._take(command)
        assert all(c.answers == [Effect.START_CANCELLED] for c in cancelled), "stop cancels starts"
        if self.phase is Phase.STOPPED:
            caller.answers.append(Effect.STOPPED)
        else:
            assert self.phase is Phase.STOPPING
            assert command is Input.STOP or self.world.forced, "force waits for nobody"
            self.stoppers.append(caller)

    @precondition(lambda self: self.world.can_launch)
    @rule()
    def attempt_launches(self) -> None:
        self.world = self.world.launched()

    @precondition(lambda self: self.world.possible_events())
    @rule(data=st.data())
    def process_event(self, data: st.DataObject) -> None:
        possible = sorted(self.world.possible_events(), key=lambda event: event.value)
        self._happen(data.draw(st.sampled_from(possible), label="event"))

    @invariant()
    def the_phase_is_the_truth(self) -> None:
        assert self.world.fits(self.phase)

    @invariant()
    def whoever_waits_waits_for_something_under_way(self) -> None:
        coming_up = (Phase.STARTING, Phase.FAILING, Phase.RESTARTING)
        going_down = (Phase.STOPPING, Phase.RESTARTING)
        assert not self.starters or self.phase in coming_up
        assert not self.stoppers or self.phase in going_down

    @invariant()
    def the_last_command_is_what_is_worked_for(self) -> None:
        if not self.wanted:
            assert self.phase not in (Phase.STARTING, Phase.RUNNING, Phase.RESTARTING)

    def teardown(self) -> None:
        """Left alone, everything comes to rest and nobody waits any more."""
        for _ in range(ENOUGH_EVENTS):
            if self.world.can_launch:
                self.attempt_launches()
            elif self.world.starting:
                self._happen(Input.READY)
            elif self.world.clearing:
                self._happen(Input.CRASH if self.world.main else Input.CLEARED)
        assert self.world.fits(self.phase)
        for caller in self.callers:
            assert len(caller.answers) == 1, f"{caller} was answered {len(caller.answers)} times"

    def _caller(self, command: Input) -> Caller:
        caller = Caller(command, self.phase, self.launches)
        self.callers.append(caller)
        return caller

    def _happen(self, event: Input) -> None:
        self.world = self.world.after(event)
        self._take(event)

    def _take(self, given: Input) -> None:
        self.phase, effects = transition(self.phase, given)
        for effect in effects:
            self.world = self.world.done(effect)
            if effect is Effect.LAUNCH:
                assert self.wanted, "a server was started that nobody wants"
                self.launches += 1
            elif effect in START_ANSWERS:
                self._answer_starters(effect)
            elif effect in STOP_ANSWERS:
                self._answer(self.stoppers, effect)

    def _answer_starters(self, effect: Effect) -> None:
        for caller in self.starters:
            launched = self.launches - caller.launches_before
            assert launched <= 1, "commands that meet act once"
            if effect is Effect.STARTED:
                assert self.world.main and self.phase is Phase.RUNNING
                assert launched == (0 if caller.joins_a_start else 1)
        self._answer(self.starters, effect)

    def _answer(self, callers: list[Caller], effect: Effect) -> None:
        for caller in callers:
            caller.answers.append(effect)
        callers.clear()


TestServerLife = ServerLife.TestCase
TestServerLife.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
