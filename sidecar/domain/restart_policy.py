"""Whether, and after which delay, a server that ended is started again without being asked.

Pure: the time and the chance are given, and what was done before is a value that goes in and comes
out. Knows nothing of processes and phases; `supervision` asks and does what it is told.

Times are monotonic seconds that stand still while the machine sleeps, as `time.monotonic` does on
Linux and macOS: a night with the lid closed neither empties the window, so that a server in a loop
of crashes gets its restarts anew each morning, nor ends a delay before its time. The delays are
varied by chance, since servers that fell together (their database went away) would otherwise come
back together, again and again, and hit what they wait for all at once.
"""

import math
from enum import Enum, auto
from typing import NamedTuple

from sidecar.domain.spec import RestartSettings

JITTER = 0.1
"""The share by which chance makes a delay shorter or longer."""


class How(Enum):
    """In which way a run came to its end, or has to."""

    START_FAILED = auto()  # an automatic start; a client whose start failed decides for itself
    CRASHED = auto()  # while it ran: another exit code than 0, or a signal
    EXITED = auto()  # while it ran: exit code 0
    UNHEALTHY = auto()  # it runs, and the user has asked for a restart in this case


class Ending(NamedTuple):
    """The end of a run that was ready for `ran_for` seconds, 0 if its start failed.

    `permanent` says of a failed start that the next would fail the same way.
    """

    how: How
    ran_for: float = 0.0
    permanent: bool = False


class History(NamedTuple):
    """The automatic restarts so far; a start by a client begins a new history.

    `moments` are the times of those that may still count, each that of the launch, after its delay;
    `streak` is the number of those in a row without a long run in between.
    """

    moments: tuple[float, ...] = ()
    streak: int = 0


class Retry(NamedTuple):
    """Start it again `delay` seconds from now; `history` is for the next question."""

    delay: float
    history: History


class Reason(Enum):
    """Why a server is left as it is."""

    NOT_WANTED = auto()  # its policy does not ask for a restart
    PERMANENT = auto()  # trying again does not mend it
    LIMIT = auto()  # it was restarted too often


class GiveUp(NamedTuple):
    """Do not start it again; `restarts` counts those within the window that is the limit's."""

    reason: Reason
    how: How
    restarts: int = 0


Decision = Retry | GiveUp


def decide(
    settings: RestartSettings, history: History, ending: Ending, *, now: float, chance: float
) -> Decision:
    """What is to follow on `ending`; `chance` is a random number from 0 up to, not including, 1."""
    if not _wanted(settings, ending.how):
        return GiveUp(Reason.NOT_WANTED, ending.how)
    if ending.how is How.START_FAILED and ending.permanent:
        return GiveUp(Reason.PERMANENT, ending.how)
    streak = 0 if ending.ran_for >= settings.window else history.streak
    delay = _delay(settings, streak) * (1 + JITTER * (2 * chance - 1))
    launch = now + delay
    restarts = sum(moment > launch - settings.window for moment in history.moments)
    if restarts >= settings.max:
        return GiveUp(Reason.LIMIT, ending.how, restarts)
    # Not by the time of the launch: a later one may be earlier than this, if its delay is shorter.
    recent = tuple(moment for moment in history.moments if moment > now - settings.window)
    return Retry(delay, History((*recent, launch), streak + 1))


def explain_give_up(name: str, settings: RestartSettings, given_up: GiveUp) -> str:
    """A sentence for people, to stand after what happened to the server, or alone."""
    match given_up.reason:
        case Reason.NOT_WANTED:
            return f'{name} is not restarted: its restart.policy is "{settings.policy}"'
        case Reason.PERMANENT:
            return f"{name} is not restarted: another try would fail for the same reason"
        case Reason.LIMIT if not given_up.restarts:
            return f"{name} is not restarted: its restart.max is {settings.max}"
        case Reason.LIMIT:
            times = "once" if given_up.restarts == 1 else f"{given_up.restarts} times"
            return (
                f"{name} was restarted {times} within {settings.window:g} s "
                f"and {_AGAIN[given_up.how]}; it is not restarted any more"
            )


_AGAIN = {
    How.START_FAILED: "failed to start",
    How.CRASHED: "ended again",
    How.EXITED: "ended again",
    How.UNHEALTHY: "is unhealthy again",
}


def _wanted(settings: RestartSettings, how: How) -> bool:
    match how:
        case How.UNHEALTHY:
            return True
        case How.EXITED:
            return settings.policy == "always"
        case How.START_FAILED | How.CRASHED:
            return settings.policy != "never"


def _delay(settings: RestartSettings, streak: int) -> float:
    try:
        grown = settings.first * float(settings.factor) ** streak
    except OverflowError:
        grown = math.inf
    return min(grown, settings.longest)
