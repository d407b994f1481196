"""Clients of one server that command in any order, and what each of them was promised.

`Life` feeds the transition table and the world beside it, and asserts at every step what the
contract says of commands that meet. It is driven at random by one test, exhaustively by another.
"""

import copy
from dataclasses import dataclass, field

from sidecar.domain.lifecycle import transition
from sidecar.domain.phases import Effect, Input, Phase
from tests.unit.domain.lifecycle_world import ENDS, World

STARTS = (Input.START, Input.RESTART, Input.RESTART_KILL, Input.REPLACE, Input.RELAUNCH)
STOPS = (Input.STOP, Input.KILL)
FORCED = (Input.KILL, Input.RESTART_KILL)
GAPLESS = (Input.REPLACE, Input.RELAUNCH)

START_ANSWERS = {Effect.STARTED, Effect.START_FAILED, Effect.START_CANCELLED}
STOP_ANSWERS = {Effect.STOPPED, Effect.STOP_FAILED}
LAUNCHES = {Effect.LAUNCH, Effect.LAUNCH_BESIDE}
ENDINGS = {Effect.CLEAR, Effect.RECOVER, Effect.TERMINATE, Effect.KILL}

AT_REST = (Phase.STOPPED, Phase.ERROR, Phase.WAITING)
BESIDE_OLD = (Phase.REPLACING, Phase.REVERTING)
ATTEMPTING = (Phase.STARTING, Phase.FAILING, *BESIDE_OLD)
COMING_UP = (*ATTEMPTING, Phase.RESTARTING)
GOING_DOWN = (Phase.STOPPING, Phase.RESTARTING)
ANSWERED_FROM = {
    Effect.STARTED: (Phase.STARTING, Phase.REPLACING),
    Effect.START_FAILED: (Phase.FAILING, Phase.REVERTING, Phase.RESTARTING),
    Effect.START_CANCELLED: COMING_UP,
    Effect.STOPPED: GOING_DOWN,
    Effect.STOP_FAILED: GOING_DOWN,
}
"""Where somebody can wait for such an answer."""
UNWANTED = (Phase.STOPPED, Phase.STOPPING, Phase.STUCK)
ON_THEIR_WAY_OUT = (Phase.FAILING, Phase.REVERTING, Phase.RECOVERING, *GOING_DOWN, Phase.STUCK)

ENOUGH_EVENTS = 20
"""More than any order of events needs to come to rest when nobody commands any more."""


@dataclass
class Caller:
    """A client that waits for the outcome of its command."""

    command: Input
    phase: Phase  # when it came
    owed: int = 0  # launches that have to come before it may hear that the server runs
    answers: list[Effect] = field(default_factory=list[Effect])


@dataclass
class Life:
    """A server, its processes and its clients."""

    phase: Phase = Phase.STOPPED
    world: World = field(default_factory=World)
    wanted: bool = False  # whether the last command was to start
    failed: bool = False  # whether what ended last ended in failure
    out_of_date: bool = False  # whether what is being started is not what is wanted
    starters: list[Caller] = field(default_factory=list[Caller])
    stoppers: list[Caller] = field(default_factory=list[Caller])

    @property
    def waiting(self) -> list[Caller]:
        return [*self.starters, *self.stoppers]

    @property
    def possible_events(self) -> list[Input]:
        return sorted(self.world.possible_events(self.phase), key=lambda event: event.value)

    def key(self) -> tuple[object, ...]:
        """What the future depends on."""
        callers = sorted((c.command.value, c.phase.value, c.owed) for c in self.waiting)
        return (self.phase, self.world, self.wanted, self.failed, self.out_of_date, *callers)

    def copy(self) -> "Life":
        return copy.deepcopy(self)

    def start(self, command: Input, *, waits: bool = True) -> Caller:
        """A client starts or restarts; the caller is answered then or later if it `waits`."""
        caller = Caller(command, self.phase, owed=0 if self.phase in ATTEMPTING else 1)
        before = self.world
        self.wanted = True
        if command is Input.START and caller.phase is Phase.RUNNING:
            assert self._take(command) == (), "it is running already"
            assert self.phase is Phase.RUNNING
            caller.answers.append(Effect.STARTED)
            return caller
        if _renews(command, self.phase):
            self.out_of_date = command is Input.RELAUNCH
            for waiting in (*self.starters, caller):
                waiting.owed += 1
        effects = self._take(command)
        self._check_start(caller, before, effects)
        caller.owed -= not LAUNCHES.isdisjoint(effects)
        if waits:
            self.starters.append(caller)
        else:
            caller.answers.append(Effect.STARTED)
        return caller

    def stop(self, command: Input, *, waits: bool = True) -> Caller:
        """A client stops; likewise."""
        caller = Caller(command, self.phase)
        cancelled = list(self.starters)
        before = self.world
        self.wanted = self.out_of_date = False
        effects = self._take(command)
        assert all(c.answers == [Effect.START_CANCELLED] for c in cancelled), "stop cancels starts"
        if caller.phase in AT_REST:
            assert self.phase is Phase.STOPPED
            caller.answers.append(Effect.STOPPED)
            return caller
        assert self.phase is Phase.STOPPING
        self._check_force(caller, before, effects)
        if waits:
            self.stoppers.append(caller)
        else:
            caller.answers.append(Effect.STOPPED)
        return caller

    def launch(self) -> None:
        """The attempt gets as far as a process."""
        self.world = self.world.launched()

    def retired_go(self) -> None:
        """Those who were to finish what they had begun have done so."""
        self.world = self.world.retired_gone()

    def happen(self, event: Input) -> None:
        """A process does what a process may do, or a timer or a health check."""
        before = self.phase
        effects = self._take(event)
        match event:
            case Input.FAIL | Input.EXIT | Input.CRASH if before in ON_THEIR_WAY_OUT:
                assert (self.phase, effects) == (before, ()), "it was on its way out already"
            case Input.READY:
                assert self.phase is Phase.RUNNING
                assert before is Phase.STARTING or self.world.retired == "asked"
            case Input.FAIL | Input.EXIT | Input.CRASH:
                self._check_end(event, before)
            case Input.OLD_ENDED:
                after = {Phase.REPLACING: Phase.STARTING, Phase.REVERTING: Phase.FAILING}
                assert self.phase is after[before], "nobody serves any more"
            case Input.UNHEALTHY:
                self.failed = True
                assert self.phase is Phase.RECOVERING and not self.world.forced
            case Input.DUE:
                assert self.phase is Phase.STARTING
            case Input.SURVIVED if before is not Phase.REVERTING:
                assert self.phase is Phase.STUCK
            case _:
                self._check_rest(event, before)

    def check(self) -> None:
        """What holds at every moment."""
        assert self.world.fits(self.phase), "the phase is the truth"
        assert not self.starters or self.phase in COMING_UP, "starters wait for a start"
        assert not self.stoppers or self.phase in GOING_DOWN, "stoppers wait for a stop"
        assert all(c.owed >= 0 for c in self.starters), "commands that meet act once"
        if not self.wanted:
            assert self.phase in UNWANTED

    def settle(self) -> None:
        """Left alone, everything comes to rest and nobody waits any more."""
        callers = self.waiting
        for _ in range(ENOUGH_EVENTS):
            if self.world.can_launch:
                self.launch()
            elif self.world.starting:
                self.happen(Input.READY)
            elif self.world.clearing and self.world.main:
                self.happen(Input.CRASH)
            elif self.world.can_be_over:
                self.happen(Input.CLEARED)
            elif self.world.retired:
                self.retired_go()
            elif self.world.waiting:
                self.happen(Input.DUE)
        self.check()
        assert not (self.world.starting or self.world.clearing or self.world.waiting)
        for caller in callers:
            assert len(caller.answers) == 1, f"{caller} was answered {len(caller.answers)} times"

    def _take(self, given: Input) -> tuple[Effect, ...]:
        before = self.phase
        self.world = self.world.after(given)
        self.phase, effects = transition(before, given)
        for effect in effects:
            assert before in ANSWERED_FROM.get(effect, Phase), "an answer for nobody"
            self.world = self.world.done(effect)
            if effect in LAUNCHES:
                assert self.wanted, "a server was started that nobody wants"
                self.out_of_date = False
                for caller in self.starters:
                    caller.owed -= 1
            elif effect in START_ANSWERS:
                self._answer_starters(effect)
            elif effect in STOP_ANSWERS:
                self._answer_stoppers(effect)
        return effects

    def _answer_starters(self, effect: Effect) -> None:
        assert self.wanted is not (effect is Effect.START_CANCELLED)
        assert self.phase not in COMING_UP, "it has not come to an end"
        about_it = effect is Effect.STARTED or self.phase is not Phase.STUCK
        assert not (about_it and self.out_of_date), "what is told is of something out of date"
        for caller in self.starters:
            if effect is Effect.STARTED:
                assert self.world.main and caller.owed == 0
            caller.answers.append(effect)
        self.starters = []

    def _answer_stoppers(self, effect: Effect) -> None:
        assert (effect is Effect.STOPPED) == self.world.empty, "stopped means nothing is left"
        assert (effect is Effect.STOP_FAILED) == (self.phase is Phase.STUCK)
        for caller in self.stoppers:
            caller.answers.append(effect)
        self.stoppers = []

    def _check_start(self, caller: Caller, before: World, effects: tuple[Effect, ...]) -> None:
        command = caller.command
        if caller.phase in AT_REST:
            assert self.phase is Phase.STARTING
        elif caller.phase is Phase.RUNNING and command in GAPLESS:
            assert self.phase is Phase.REPLACING
            assert self.world.old == "serves", "the old process goes on"
        elif caller.phase in BESIDE_OLD and command is Input.RELAUNCH:
            assert self.phase is Phase.REPLACING
            assert self.world.can_launch and self.world.old == before.old
        elif caller.phase in ATTEMPTING and not _renews(command, caller.phase):
            assert (self.phase, effects) == (caller.phase, ()), "concurrent starts join"
        else:
            assert self.phase is Phase.RESTARTING
            self._check_force(caller, before, effects)

    def _check_force(self, caller: Caller, before: World, effects: tuple[Effect, ...]) -> None:
        """Force waits for nobody, and without it nobody is forced who was not to be."""
        now = self.world
        assert now.told_to or before.clearing, "that it ends is no surprise"
        if caller.command in FORCED or caller.phase is Phase.STUCK:
            assert now.forced and now.retired != "asked", "force waits for nobody"
            return
        assert now.forced is before.forced, "nobody is forced who was not to be"
        if before.old:
            assert now.retired == "asked"
        elif before.clearing:
            assert ENDINGS.isdisjoint(effects), "it is being ended already"

    def _check_end(self, event: Input, before: Phase) -> None:
        assert self.world.clearing and self.world.forced, "there is nothing to be polite to"
        match before:
            case Phase.STARTING:
                assert self.phase is Phase.FAILING
            case Phase.REPLACING:
                assert self.phase is Phase.REVERTING
            case _:
                assert before is Phase.RUNNING
                self.failed = event is Input.CRASH
                assert self.phase.status is before.status, "nothing is told before all is cleared"

    def _check_rest(self, event: Input, before: Phase) -> None:
        assert event in ENDS or before is Phase.REVERTING
        match before:
            case Phase.REVERTING:
                assert self.phase is Phase.RUNNING
            case Phase.STOPPING:
                assert self.phase is Phase.STOPPED
            case Phase.RESTARTING:
                assert self.phase is Phase.STARTING
            case _ if event is Input.RETRY:
                assert self.phase is Phase.WAITING
            case Phase.FAILING:
                assert self.phase is Phase.ERROR
            case _:
                failed = self.failed or event is Input.GIVE_UP
                assert self.phase is (Phase.ERROR if failed else Phase.STOPPED)


def _renews(command: Input, phase: Phase) -> bool:
    """Whether `command` asks for another launch than the one that is under way."""
    if command is Input.RELAUNCH:
        return phase in ATTEMPTING
    return command is Input.RESTART_KILL and phase in BESIDE_OLD
