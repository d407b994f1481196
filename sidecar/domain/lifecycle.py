"""The life of a server: phases, what can happen in each, and what has to be done about it.

Pure: one table, no clock, no process. `supervision.server` feeds it commands and events and carries
out the effects it gets back; whatever the contract says of commands that meet (a start joins, a
stop cancels a start, force interrupts a stop) is decided here and nowhere else.
"""

from enum import Enum, StrEnum, auto
from typing import NamedTuple

from sidecar.domain.errors import IllegalTransition


class Status(StrEnum):
    """What clients see; Supervisor's words in lower case where both have one."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    ERROR = "error"


class Phase(Enum):
    """Where a server is, in more detail than clients are shown."""

    STOPPED = auto()
    STARTING = auto()
    FAILING = auto()  # the start failed; what it left is being cleared away
    RUNNING = auto()
    ENDING = auto()  # exited with 0 by itself; what it left is being cleared away
    CRASHING = auto()  # exited otherwise; likewise
    STOPPING = auto()
    RESTARTING = auto()  # stopping, and to be started afterwards
    ERROR = auto()
    STUCK = auto()  # something survived even SIGKILL

    @property
    def status(self) -> Status:
        """What clients are told of this phase."""
        return _STATUS[self]


class Input(Enum):
    """Commands of clients and events of processes."""

    START = auto()
    STOP = auto()
    KILL = auto()  # stop with force
    RESTART = auto()
    RESTART_KILL = auto()  # restart with force
    READY = auto()
    FAIL = auto()  # the start failed: no process, or the process was not ready in time
    EXIT = auto()  # the main process ended with 0
    CRASH = auto()  # the main process ended otherwise
    CLEARED = auto()  # no process of the server is left
    SURVIVED = auto()  # one is, in spite of everything


class Effect(Enum):
    """What `supervision.server` has to do after a transition, in the order given."""

    LAUNCH = auto()
    TERMINATE = (
        auto()
    )  # ask the processes to end, kill them after the grace, tell CLEARED or SURVIVED
    KILL = auto()  # the same without grace
    STARTED = auto()  # answer those who wait for a start: it runs
    START_FAILED = auto()
    START_CANCELLED = auto()
    STOPPED = auto()  # answer those who wait for a stop: nothing is left
    STOP_FAILED = auto()


class Step(NamedTuple):
    """The outcome of a transition."""

    phase: Phase
    effects: tuple[Effect, ...] = ()


_STATUS = {
    Phase.STOPPED: Status.STOPPED,
    Phase.STARTING: Status.STARTING,
    Phase.FAILING: Status.STARTING,
    Phase.RUNNING: Status.RUNNING,
    Phase.ENDING: Status.RUNNING,
    Phase.CRASHING: Status.RUNNING,
    Phase.STOPPING: Status.STOPPING,
    Phase.RESTARTING: Status.STOPPING,
    Phase.ERROR: Status.ERROR,
    Phase.STUCK: Status.ERROR,
}


def _step(phase: Phase, *effects: Effect) -> Step:
    return Step(phase, effects)


# A command that is not in the row of a phase joins what is going on there, or finds its work done.
_TABLE: dict[Phase, dict[Input, Step]] = {
    Phase.STOPPED: {
        Input.START: _step(Phase.STARTING, Effect.LAUNCH),
        Input.RESTART: _step(Phase.STARTING, Effect.LAUNCH),
    },
    Phase.STARTING: {
        Input.STOP: _step(Phase.STOPPING, Effect.START_CANCELLED, Effect.TERMINATE),
        Input.KILL: _step(Phase.STOPPING, Effect.START_CANCELLED, Effect.KILL),
        Input.READY: _step(Phase.RUNNING, Effect.STARTED),
        Input.FAIL: _step(Phase.FAILING, Effect.KILL),
        Input.EXIT: _step(Phase.FAILING, Effect.KILL),
        Input.CRASH: _step(Phase.FAILING, Effect.KILL),
    },
    Phase.FAILING: {
        Input.STOP: _step(Phase.STOPPING, Effect.START_CANCELLED),
        Input.KILL: _step(Phase.STOPPING, Effect.START_CANCELLED),
        Input.EXIT: _step(Phase.FAILING),
        Input.CRASH: _step(Phase.FAILING),
        Input.CLEARED: _step(Phase.ERROR, Effect.START_FAILED),
        Input.SURVIVED: _step(Phase.STUCK, Effect.START_FAILED),
    },
    Phase.RUNNING: {
        Input.STOP: _step(Phase.STOPPING, Effect.TERMINATE),
        Input.KILL: _step(Phase.STOPPING, Effect.KILL),
        Input.RESTART: _step(Phase.RESTARTING, Effect.TERMINATE),
        Input.RESTART_KILL: _step(Phase.RESTARTING, Effect.KILL),
        Input.EXIT: _step(Phase.ENDING, Effect.KILL),
        Input.CRASH: _step(Phase.CRASHING, Effect.KILL),
    },
    Phase.ENDING: {
        Input.START: _step(Phase.RESTARTING),
        Input.RESTART: _step(Phase.RESTARTING),
        Input.RESTART_KILL: _step(Phase.RESTARTING),
        Input.STOP: _step(Phase.STOPPING),
        Input.KILL: _step(Phase.STOPPING),
        Input.CLEARED: _step(Phase.STOPPED),
        Input.SURVIVED: _step(Phase.STUCK),
    },
    Phase.CRASHING: {
        Input.START: _step(Phase.RESTARTING),
        Input.RESTART: _step(Phase.RESTARTING),
        Input.RESTART_KILL: _step(Phase.RESTARTING),
        Input.STOP: _step(Phase.STOPPING),
        Input.KILL: _step(Phase.STOPPING),
        Input.CLEARED: _step(Phase.ERROR),
        Input.SURVIVED: _step(Phase.STUCK),
    },
    Phase.STOPPING: {
        Input.START: _step(Phase.RESTARTING),
        Input.RESTART: _step(Phase.RESTARTING),
        Input.RESTART_KILL: _step(Phase.RESTARTING, Effect.KILL),
        Input.KILL: _step(Phase.STOPPING, Effect.KILL),
        Input.EXIT: _step(Phase.STOPPING),
        Input.CRASH: _step(Phase.STOPPING),
        Input.CLEARED: _step(Phase.STOPPED, Effect.STOPPED),
        Input.SURVIVED: _step(Phase.STUCK, Effect.STOP_FAILED),
    },
    Phase.RESTARTING: {
        Input.RESTART_KILL: _step(Phase.RESTARTING, Effect.KILL),
        Input.STOP: _step(Phase.STOPPING, Effect.START_CANCELLED),
        Input.KILL: _step(Phase.STOPPING, Effect.START_CANCELLED, Effect.KILL),
        Input.EXIT: _step(Phase.RESTARTING),
        Input.CRASH: _step(Phase.RESTARTING),
        Input.CLEARED: _step(Phase.STARTING, Effect.STOPPED, Effect.LAUNCH),
        Input.SURVIVED: _step(Phase.STUCK, Effect.STOP_FAILED, Effect.START_FAILED),
    },
    Phase.ERROR: {
        Input.START: _step(Phase.STARTING, Effect.LAUNCH),
        Input.RESTART: _step(Phase.STARTING, Effect.LAUNCH),
        Input.RESTART_KILL: _step(Phase.STARTING, Effect.LAUNCH),
        Input.STOP: _step(Phase.STOPPED),
        Input.KILL: _step(Phase.STOPPED),
    },
    Phase.STUCK: {
        Input.START: _step(Phase.RESTARTING, Effect.KILL),
        Input.RESTART: _step(Phase.RESTARTING, Effect.KILL),
        Input.RESTART_KILL: _step(Phase.RESTARTING, Effect.KILL),
        Input.STOP: _step(Phase.STOPPING, Effect.KILL),
        Input.KILL: _step(Phase.STOPPING, Effect.KILL),
        Input.EXIT: _step(Phase.STUCK),
        Input.CRASH: _step(Phase.STUCK),
    },
}
_TABLE[Phase.STOPPED][Input.RESTART_KILL] = _TABLE[Phase.STOPPED][Input.RESTART]

_COMMANDS = frozenset({Input.START, Input.STOP, Input.KILL, Input.RESTART, Input.RESTART_KILL})


def transition(phase: Phase, given: Input) -> Step:
    """What follows when `given` happens in `phase`.

    Raises:
        IllegalTransition: a process event that cannot happen in this phase.
    """
    step = _TABLE[phase].get(given)
    if step is not None:
        return step
    if given in _COMMANDS:
        return Step(phase)
    raise IllegalTransition(f"{given.name} cannot happen while {phase.name}")
