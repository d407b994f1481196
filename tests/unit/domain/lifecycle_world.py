"""A server's processes as far as the lifecycle table can tell: what can happen to them, and when.

The world starts no process. It knows what a real one could do next, carries out the effects of a
transition, and refuses those that make no sense: a second process beside one that was not to have
company, a stop of nothing, a farewell to a process that is not there.
"""

from dataclasses import dataclass, replace
from typing import Literal

from sidecar.domain.phases import Effect, Input, Phase

COMMANDS = (
    Input.START, Input.STOP, Input.KILL, Input.RESTART, Input.RESTART_KILL, Input.REPLACE,
    Input.RELAUNCH,
)  # fmt: skip
EVENTS = tuple(given for given in Input if given not in COMMANDS)

UNASKED = (Phase.FAILING, Phase.ENDING, Phase.CRASHING, Phase.RECOVERING)
"""Where the policy is asked what is to follow on an end that no command has brought about."""

ENDS = (Input.CLEARED, Input.RETRY, Input.GIVE_UP)
"""Nothing is left; they differ in what the policy makes of it."""


@dataclass(frozen=True)
class World:
    """What exists outside the table at one moment; the first six are of the run that counts."""

    starting: bool = False  # an attempt is under way: it chooses a port, launches, asks
    main: bool = False  # the main process lives
    others: bool = False  # something of the tree may live, the main process included
    clearing: bool = False  # it is being ended, and that has not been answered yet
    forced: bool = False  # and it does not wait for anybody
    told_to: bool = False  # to end, by somebody who had a say
    old: Literal["", "serves", "ended"] = ""  # the process that is to be succeeded
    retired: Literal["", "asked", "killed"] = ""  # those before it, on their way out
    waiting: bool = False  # for the moment of an automatic restart

    @property
    def empty(self) -> bool:
        return self == World()

    @property
    def can_launch(self) -> bool:
        """Whether the attempt is still before its launch."""
        return self.starting and not self.others

    @property
    def can_be_over(self) -> bool:
        """Whether the run that counts may be over now, and with it everything but an old one."""
        return self.clearing and not self.main and bool(self.old or not self.retired)

    def launched(self) -> "World":
        return replace(self, main=True, others=True)

    def retired_gone(self) -> "World":
        return replace(self, retired="")

    def possible_events(self, phase: Phase) -> set[Input]:
        """What a real process could tell now; by `phase`, what asks it and its policy."""
        over = self.can_be_over
        left = self.others or (self.retired and not self.old)
        possible = {
            Input.READY: self.main and self.starting,
            Input.FAIL: self.starting,
            Input.EXIT: self.main,
            Input.CRASH: self.main,
            Input.UNHEALTHY: phase is Phase.RUNNING,
            Input.OLD_ENDED: self.old,
            Input.CLEARED: over,
            Input.RETRY: over and phase in UNASKED,
            Input.GIVE_UP: (over and phase is Phase.ENDING) or self.waiting,
            Input.SURVIVED: self.clearing and left,
            Input.DUE: self.waiting,
        }
        return {event for event, can_be in possible.items() if can_be}

    def after(self, given: Input) -> "World":
        """The world once `given` has happened in it."""
        match given:
            case Input.READY | Input.FAIL:
                return replace(self, starting=False)
            case Input.EXIT | Input.CRASH:
                return replace(self, starting=False, main=False)
            case Input.OLD_ENDED:
                return replace(self, old="ended")
            case Input.CLEARED | Input.RETRY | Input.GIVE_UP | Input.SURVIVED if self.old:
                left = "killed" if given is Input.SURVIVED else self.retired
                return World(main=True, others=True, retired=left)
            case Input.CLEARED | Input.RETRY | Input.GIVE_UP:
                return World()
            case Input.SURVIVED:
                return World(main=self.main, others=True)
            case Input.DUE | Input.STOP | Input.KILL:
                return replace(self, waiting=False)
            case _:
                return self

    def done(self, effect: Effect) -> "World":
        """The world once `effect` is under way."""
        match effect:
            case Effect.LAUNCH:
                nothing = replace(self, waiting=False).empty
                assert nothing, "a second process while there is one, or the rest of one"
                return World(starting=True)
            case Effect.LAUNCH_BESIDE:
                return self._launch_beside()
            case Effect.RETIRE:
                assert self.old == "serves", "there is nobody to retire"
                assert self.main and not self.clearing, "there is nobody to take over"
                return replace(self, old="", retired="asked")
            case Effect.BURY_OLD:
                assert self.old == "ended", "a living process is buried"
                return replace(self, old="", retired=self.retired or "killed")
            case Effect.CLEAR:
                assert not self.clearing or self.retired, "it is being cleared away already"
                retired = "killed" if self.retired and not self.old else self.retired
                return replace(self, starting=False, clearing=True, forced=True, retired=retired)
            case Effect.RECOVER:
                assert not (self.clearing or self.old)
                return replace(self, clearing=True)
            case Effect.TERMINATE | Effect.KILL:
                return self._end_all(by_force=effect is Effect.KILL)
            case Effect.WAIT:
                assert self.empty
                return World(waiting=True)
            case _:
                return self

    def _launch_beside(self) -> "World":
        if self.old:
            assert self.starting or self.clearing, "what runs would be thrown away"
            return World(starting=True, old=self.old, retired=self.retired or "killed")
        assert self.main and not (self.starting or self.clearing), "there is nobody to succeed"
        return World(starting=True, old="serves", retired=self.retired)

    def _end_all(self, *, by_force: bool) -> "World":
        retired = "asked" if self.old else self.retired
        return replace(
            self,
            starting=False,
            clearing=True,
            forced=self.forced or by_force,
            told_to=True,
            old="",
            retired="killed" if retired and by_force else retired,
        )

    def fits(self, phase: Phase) -> bool:
        """Whether `phase` is the truth, and something will come that leads out of it."""
        match phase:
            case Phase.STOPPED | Phase.ERROR:
                return self.empty
            case Phase.WAITING:
                return self == World(waiting=True)
            case Phase.STARTING:
                return self.starting and not self.clearing and not self.old
            case Phase.REPLACING:
                return self.starting and not self.clearing and self.old == "serves"
            case Phase.REVERTING:
                return self.clearing and self.old == "serves" and not self.told_to
            case Phase.RUNNING:
                return self.main and not (self.starting or self.clearing) and not self.old
            case Phase.STUCK:
                return self.others and not self.clearing and not self.old
            case Phase.STOPPING | Phase.RESTARTING:
                return self.clearing and not self.old
            case _:
                return self.clearing and not self.told_to and not self.old
