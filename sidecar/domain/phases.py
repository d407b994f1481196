"""The words of a server's life: what clients see, where it is, what can happen, what is to be done.

How they hang together is in `lifecycle`.
"""

from enum import Enum, StrEnum, auto
from typing import NamedTuple


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
    WAITING = auto()  # for the moment of an automatic restart
    STARTING = auto()
    REPLACING = auto()  # starting a successor while the old process serves
    REVERTING = auto()  # the successor failed and is being cleared away; the old process serves
    FAILING = auto()  # the start failed; what it left is being cleared away
    RUNNING = auto()
    ENDING = auto()  # exited with 0 by itself; what it left is being cleared away
    CRASHING = auto()  # exited otherwise; likewise
    RECOVERING = auto()  # it is unhealthy and is being stopped, to be started again
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
    REPLACE = auto()  # restart without a gap: the successor is to be ready before the old one goes
    RELAUNCH = auto()  # what is being started is out of date: start afresh
    DUE = auto()  # the moment of an automatic restart has come
    UNHEALTHY = auto()  # the health check wants the process replaced
    READY = auto()
    FAIL = auto()  # the start failed: no process, or the process was not ready in time
    EXIT = auto()  # the main process ended with 0
    CRASH = auto()  # the main process ended otherwise
    OLD_ENDED = auto()  # the old process ended while its successor was starting
    CLEARED = auto()  # no process of the server is left (of the successor's, while REVERTING)
    RETRY = auto()  # the same, and it is to be restarted automatically
    GIVE_UP = auto()  # the same, or a restart waits, but there is to be none any more
    SURVIVED = auto()  # one is, in spite of everything


class Effect(Enum):
    """What `supervision.life` has to do after a transition, in the order given."""

    LAUNCH = auto()
    LAUNCH_BESIDE = auto()  # launch a successor of the process that serves
    RETIRE = auto()  # the successor serves: let the old process finish and end
    BURY_OLD = auto()  # clear away what the old process left
    WAIT = auto()  # tell DUE when the moment has come
    CLEAR = auto()  # kill what a process left that ended by itself, or never got ready; and
    # those before it, unless one serves: what follows on the end must not have to wait for them
    RECOVER = auto()  # end a process that is not well; as TERMINATE, but nobody has asked for it
    TERMINATE = auto()  # ask all to end, kill them after the grace; then tell CLEARED or SURVIVED
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
    Phase.WAITING: Status.STARTING,
    Phase.STARTING: Status.STARTING,
    Phase.REPLACING: Status.STARTING,
    Phase.REVERTING: Status.STARTING,
    Phase.FAILING: Status.STARTING,
    Phase.RUNNING: Status.RUNNING,
    Phase.ENDING: Status.RUNNING,
    Phase.CRASHING: Status.RUNNING,
    Phase.RECOVERING: Status.STOPPING,
    Phase.STOPPING: Status.STOPPING,
    Phase.RESTARTING: Status.STOPPING,
    Phase.ERROR: Status.ERROR,
    Phase.STUCK: Status.ERROR,
}
