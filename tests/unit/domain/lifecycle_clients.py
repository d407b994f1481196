"""Clients of one server that command in any order, and what each of them was promised.

`Life` feeds the transition table and the world beside it, and asserts at every step what the
contract says of commands that meet. It is driven at random by one test, exhaustively by another.
"""

import copy
from dataclasses import dataclass, field

from sidecar.domain.lifecycle import transition
from sidecar.domain.phases import Effect, Input, Phase
from tests.unit.domain.lifecycle_world import World

STARTS = (Input.START, Input.RESTART, Input.RESTART_KILL)
STOPS = (Input.STOP, Input.KILL)
FORCED = (Input.KILL, Input.RESTART_KILL)

START_ANSWERS = {Effect.STARTED, Effect.START_FAILED, Effect.START_CANCELLED}
STOP_ANSWERS = {Effect.STOPPED, Effect.STOP_FAILED}

COMING_UP = (Phase.STARTING, Phase.FAILING, Phase.RESTARTING)
GOING_DOWN = (Phase.STOPPING, Phase.RESTARTING)

ENOUGH_EVENTS = 20
"""More than any order of events needs to come to rest when nobody commands any more."""


@dataclass
class Caller:
    """A client that waits for the outcome of its command."""

    command: Input
    phase: Phase  # when it came
    launches: int = 0  # since then
    answers: list[Effect] = field(default_factory=list[Effect])

    @property
    def joins_a_start(self) -> bool:
        return self.phase in (Phase.STARTING, Phase.FAILING)


@dataclass
class Life:
    """A server, its processes and its clients."""

    phase: Phase = Phase.STOPPED
    world: World = field(default_factory=World)
    wanted: bool = False  # whether the last command was to start
    failed: bool = False  # whether what ended last ended in failure
    starters: list[Caller] = field(default_factory=list[Caller])
    stoppers: list[Caller] = field(default_factory=list[Caller])

    @property
    def waiting(self) -> list[Caller]:
        return [*self.starters, *self.stoppers]

    def key(self) -> tuple[object, ...]:
        """What the future depends on."""
        callers = sorted((c.command.value, c.phase.value, c.launches) for c in self.waiting)
        return (self.phase, self.world, self.wanted, self.failed, *callers)

    def copy(self) -> "Life":
        return copy.deepcopy(self)

    def start(self, command: Input, *, waits: bool = True) -> Caller:
        """A client starts or restarts; the caller is answered then or later if it `waits`."""
        caller = Caller(command, self.phase)
        polite = not self.world.forced
        self.wanted = True
        effects = self._take(command)
        if command is Input.START and caller.phase is Phase.RUNNING:
            assert (self.phase, effects) == (Phase.RUNNING, ()), "it is running already"
            caller.answers.append(Effect.STARTED)
        elif waits:
            self.starters.append(caller)
        else:
            caller.answers.append(Effect.STARTED)
        if caller.joins_a_start or caller.phase is Phase.RESTARTING:
            assert self.phase is caller.phase, "concurrent starts join"
            assert command is Input.RESTART_KILL or not effects
        else:
            assert self.phase in (Phase.STARTING, Phase.RUNNING, Phase.RESTARTING)
        if self.phase is Phase.RESTARTING:
            self._check_force(caller, polite)
        return caller

    def stop(self, command: Input, *, waits: bool = True) -> Caller:
        """A client stops; likewise."""
        caller = Caller(command, self.phase)
        cancelled = list(self.starters)
        polite = not self.world.forced
        self.wanted = False
        self._take(command)
        assert all(c.answers == [Effect.START_CANCELLED] for c in cancelled), "stop cancels starts"
        if caller.phase in (Phase.STOPPED, Phase.ERROR):
            assert self.phase is Phase.STOPPED
            caller.answers.append(Effect.STOPPED)
            return caller
        assert self.phase is Phase.STOPPING
        self._check_force(caller, polite)
        if waits:
            self.stoppers.append(caller)
        else:
            caller.answers.append(Effect.STOPPED)
        return caller

    def launch(self) -> None:
        """The attempt gets as far as a process."""
        self.world = self.world.launched()

    def happen(self, event: Input) -> None:
        """A process does what a process may do."""
        before = self.phase
        self.world = self.world.after(event)
        self._take(event)
        if event in (Input.FAIL, Input.EXIT, Input.CRASH) and before is Phase.STARTING:
            assert self.phase is Phase.FAILING
            assert self.world.forced, "there is nothing to be polite to"
        if event in (Input.EXIT, Input.CRASH):
            self._check_end(event, before)
        if event is Input.SURVIVED:
            assert self.phase is Phase.STUCK
        if event is Input.CLEARED:
            self._check_rest(before)

    def check(self) -> None:
        """What holds at every moment."""
        assert self.world.fits(self.phase), "the phase is the truth"
        assert not self.starters or self.phase in COMING_UP, "starters wait for a start"
        assert not self.stoppers or self.phase in GOING_DOWN, "stoppers wait for a stop"
        if not self.wanted:
            assert self.phase not in (Phase.STARTING, Phase.RUNNING, Phase.RESTARTING)

    def settle(self) -> None:
        """Left alone, everything comes to rest and nobody waits any more."""
        callers = self.waiting
        for _ in range(ENOUGH_EVENTS):
            if self.world.can_launch:
                self.launch()
            elif self.world.starting:
                self.happen(Input.READY)
            elif self.world.clearing:
                self.happen(Input.CRASH if self.world.main else Input.CLEARED)
        self.check()
        for caller in callers:
            assert len(caller.answers) == 1, f"{caller} was answered {len(caller.answers)} times"

    def _take(self, given: Input) -> tuple[Effect, ...]:
        self.phase, effects = transition(self.phase, given)
        for effect in effects:
            self.world = self.world.done(effect)
            if effect is Effect.LAUNCH:
                assert self.wanted, "a server was started that nobody wants"
                for caller in self.starters:
                    caller.launches += 1
            elif effect in START_ANSWERS:
                self._answer_starters(effect)
            elif effect in STOP_ANSWERS:
                self._answer_stoppers(effect)
        return effects

    def _answer_starters(self, effect: Effect) -> None:
        for caller in self.starters:
            # One that is not in the list yet at its own launch has seen none.
            seen = caller.launches + (caller.phase in (Phase.STOPPED, Phase.ERROR))
            assert seen <= 1, "commands that meet act once"
            if effect is Effect.STARTED:
                assert self.world.main and self.phase is Phase.RUNNING
                assert seen == (0 if caller.joins_a_start else 1)
            caller.answers.append(effect)
        self.starters = []

    def _answer_stoppers(self, effect: Effect) -> None:
        assert (effect is Effect.STOPPED) == self.world.empty, "stopped means nothing is left"
        for caller in self.stoppers:
            caller.answers.append(effect)
        self.stoppers = []

    def _check_force(self, caller: Caller, polite: bool) -> None:
        if caller.command in FORCED or caller.phase is Phase.STUCK:
            assert self.world.forced, "force waits for nobody"
        else:
            assert self.world.forced is not polite, "nobody is forced who was not to be"

    def _check_end(self, event: Input, before: Phase) -> None:
        if before is Phase.RUNNING:
            self.failed = event is Input.CRASH
            assert self.phase.status is before.status, "nothing is told before all is cleared away"
            assert self.world.forced, "what it left behind is not asked"
        elif before is not Phase.STARTING:
            assert self.phase is before, "it was on its way out already"

    def _check_rest(self, before: Phase) -> None:
        match before:
            case Phase.FAILING:
                assert self.phase is Phase.ERROR
            case Phase.STOPPING:
                assert self.phase is Phase.STOPPED
            case Phase.RESTARTING:
                assert self.phase is Phase.STARTING
            case _:
                assert self.phase is (Phase.ERROR if self.failed else Phase.STOPPED)
