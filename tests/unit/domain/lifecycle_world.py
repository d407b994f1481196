"""A server's processes as far as the lifecycle table can tell: what can happen to them, and when.

The world starts no process. It knows what a real one could do next, carries out the effects of a
transition, and refuses those that make no sense: a second process, a stop of nothing.
"""

from dataclasses import dataclass, replace

from sidecar.domain.phases import Effect, Input, Phase

COMMANDS = (Input.START, Input.STOP, Input.KILL, Input.RESTART, Input.RESTART_KILL)
EVENTS = tuple(given for given in Input if given not in COMMANDS)


@dataclass(frozen=True)
class World:
    """What exists outside the table at one moment."""

    starting: bool = False  # an attempt is under way: it chooses a port, launches, asks
    main: bool = False  # the main process lives
    others: bool = False  # something of the tree may live, the main process included
    clearing: bool = False  # a TERMINATE or KILL has not been answered yet
    forced: bool = False  # and it does not wait for anybody

    @property
    def empty(self) -> bool:
        return self == World()

    @property
    def can_launch(self) -> bool:
        """Whether the attempt is still before its launch."""
        return self.starting and not self.others

    def launched(self) -> "World":
        return replace(self, main=True, others=True)

    def possible_events(self) -> set[Input]:
        """What a real process could tell now."""
        possible: set[Input] = set()
        if self.starting:
            possible.add(Input.FAIL)
        if self.main:
            possible |= {Input.EXIT, Input.CRASH}
        if self.main and self.starting:
            possible.add(Input.READY)
        if self.clearing and not self.main:
            possible.add(Input.CLEARED)
        if self.clearing and self.others:
            possible.add(Input.SURVIVED)
        return possible

    def after(self, event: Input) -> "World":
        """The world once `event` has happened in it."""
        match event:
            case Input.READY | Input.FAIL:
                return replace(self, starting=False)
            case Input.EXIT | Input.CRASH:
                return replace(self, starting=False, main=False)
            case Input.CLEARED:
                return World()
            case Input.SURVIVED:
                return replace(self, clearing=False, forced=False)
            case _:
                return self

    def done(self, effect: Effect) -> "World":
        """The world once `effect` is under way."""
        match effect:
            case Effect.LAUNCH:
                assert self.empty, "a second process while there is one, or the rest of one"
                return World(starting=True)
            case Effect.TERMINATE | Effect.KILL:
                forced = self.forced or effect is Effect.KILL
                return replace(self, starting=False, clearing=True, forced=forced)
            case _:
                return self

    def fits(self, phase: Phase) -> bool:
        """Whether `phase` is the truth, and something will come that leads out of it."""
        match phase:
            case Phase.STOPPED | Phase.ERROR:
                return self.empty
            case Phase.STARTING:
                return self.starting and not self.clearing
            case Phase.RUNNING:
                return self.main and not (self.starting or self.clearing)
            case Phase.STUCK:
                return self.others and not self.clearing
            case _:
                return self.clearing
