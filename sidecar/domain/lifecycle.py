"""The life of a server: what can happen in each phase, and what has to be done about it.

Pure: one table, no clock, no process. `supervision.life` feeds it commands and events and carries
out the effects it gets back; whatever the contract says of commands that meet (a start joins, a
stop cancels a start, force interrupts a stop) is decided here and nowhere else.
"""

from sidecar.domain.errors import IllegalTransition
from sidecar.domain.phases import Effect, Input, Phase, Step


def _step(phase: Phase, *effects: Effect) -> Step:
    return Step(phase, effects)


# A command that is not in the row of a phase joins what is going on there, or finds its work done.
_TABLE: dict[Phase, dict[Input, Step]] = {
    Phase.STOPPED: {
        Input.START: _step(Phase.STARTING, Effect.LAUNCH),
        Input.RESTART: _step(Phase.STARTING, Effect.LAUNCH),
        Input.RESTART_KILL: _step(Phase.STARTING, Effect.LAUNCH),
    },
    Phase.WAITING: {
        Input.START: _step(Phase.STARTING, Effect.LAUNCH),
        Input.RESTART: _step(Phase.STARTING, Effect.LAUNCH),
        Input.RESTART_KILL: _step(Phase.STARTING, Effect.LAUNCH),
        Input.DUE: _step(Phase.STARTING, Effect.LAUNCH),
        Input.GIVE_UP: _step(Phase.ERROR),
        Input.STOP: _step(Phase.STOPPED),
        Input.KILL: _step(Phase.STOPPED),
    },
    Phase.STARTING: {
        Input.STOP: _step(Phase.STOPPING, Effect.START_CANCELLED, Effect.TERMINATE),
        Input.KILL: _step(Phase.STOPPING, Effect.START_CANCELLED, Effect.KILL),
        Input.RELAUNCH: _step(Phase.RESTARTING, Effect.TERMINATE),
        Input.READY: _step(Phase.RUNNING, Effect.STARTED),
        Input.FAIL: _step(Phase.FAILING, Effect.CLEAR),
        Input.EXIT: _step(Phase.FAILING, Effect.CLEAR),
        Input.CRASH: _step(Phase.FAILING, Effect.CLEAR),
    },
    Phase.REPLACING: {
        Input.RELAUNCH: _step(Phase.REPLACING, Effect.LAUNCH_BESIDE),
        Input.STOP: _step(Phase.STOPPING, Effect.START_CANCELLED, Effect.TERMINATE),
        Input.KILL: _step(Phase.STOPPING, Effect.START_CANCELLED, Effect.KILL),
        Input.RESTART_KILL: _step(Phase.RESTARTING, Effect.KILL),
        Input.READY: _step(Phase.RUNNING, Effect.RETIRE, Effect.STARTED),
        Input.FAIL: _step(Phase.REVERTING, Effect.CLEAR),
        Input.EXIT: _step(Phase.REVERTING, Effect.CLEAR),
        Input.CRASH: _step(Phase.REVERTING, Effect.CLEAR),
        Input.OLD_ENDED: _step(Phase.STARTING, Effect.BURY_OLD),
    },
    Phase.REVERTING: {
        Input.RELAUNCH: _step(Phase.REPLACING, Effect.LAUNCH_BESIDE),
        Input.STOP: _step(Phase.STOPPING, Effect.START_CANCELLED, Effect.TERMINATE),
        Input.KILL: _step(Phase.STOPPING, Effect.START_CANCELLED, Effect.KILL),
        Input.RESTART_KILL: _step(Phase.RESTARTING, Effect.KILL),
        Input.EXIT: _step(Phase.REVERTING),
        Input.CRASH: _step(Phase.REVERTING),
        Input.CLEARED: _step(Phase.RUNNING, Effect.START_FAILED),
        Input.SURVIVED: _step(Phase.RUNNING, Effect.START_FAILED),
        Input.OLD_ENDED: _step(Phase.FAILING, Effect.BURY_OLD, Effect.CLEAR),
    },
    Phase.FAILING: {
        Input.RELAUNCH: _step(Phase.RESTARTING),
        Input.STOP: _step(Phase.STOPPING, Effect.START_CANCELLED),
        Input.KILL: _step(Phase.STOPPING, Effect.START_CANCELLED),
        Input.EXIT: _step(Phase.FAILING),
        Input.CRASH: _step(Phase.FAILING),
        Input.CLEARED: _step(Phase.ERROR, Effect.START_FAILED),
        Input.RETRY: _step(Phase.WAITING, Effect.START_FAILED, Effect.WAIT),
        Input.SURVIVED: _step(Phase.STUCK, Effect.START_FAILED),
    },
    Phase.RUNNING: {
        Input.STOP: _step(Phase.STOPPING, Effect.TERMINATE),
        Input.KILL: _step(Phase.STOPPING, Effect.KILL),
        Input.RESTART: _step(Phase.RESTARTING, Effect.TERMINATE),
        Input.RESTART_KILL: _step(Phase.RESTARTING, Effect.KILL),
        Input.REPLACE: _step(Phase.REPLACING, Effect.LAUNCH_BESIDE),
        Input.UNHEALTHY: _step(Phase.RECOVERING, Effect.RECOVER),
        Input.EXIT: _step(Phase.ENDING, Effect.CLEAR),
        Input.CRASH: _step(Phase.CRASHING, Effect.CLEAR),
    },
    Phase.ENDING: {
        Input.START: _step(Phase.RESTARTING),
        Input.RESTART: _step(Phase.RESTARTING),
        Input.RESTART_KILL: _step(Phase.RESTARTING),
        Input.STOP: _step(Phase.STOPPING),
        Input.KILL: _step(Phase.STOPPING),
        Input.CLEARED: _step(Phase.STOPPED),
        Input.RETRY: _step(Phase.WAITING, Effect.WAIT),
        Input.GIVE_UP: _step(Phase.ERROR),
        Input.SURVIVED: _step(Phase.STUCK),
    },
    Phase.CRASHING: {
        Input.START: _step(Phase.RESTARTING),
        Input.RESTART: _step(Phase.RESTARTING),
        Input.RESTART_KILL: _step(Phase.RESTARTING),
        Input.STOP: _step(Phase.STOPPING),
        Input.KILL: _step(Phase.STOPPING),
        Input.CLEARED: _step(Phase.ERROR),
        Input.RETRY: _step(Phase.WAITING, Effect.WAIT),
        Input.SURVIVED: _step(Phase.STUCK),
    },
    Phase.RECOVERING: {
        Input.START: _step(Phase.RESTARTING),
        Input.RESTART: _step(Phase.RESTARTING),
        Input.RESTART_KILL: _step(Phase.RESTARTING, Effect.KILL),
        Input.STOP: _step(Phase.STOPPING),
        Input.KILL: _step(Phase.STOPPING, Effect.KILL),
        Input.EXIT: _step(Phase.RECOVERING),
        Input.CRASH: _step(Phase.RECOVERING),
        Input.CLEARED: _step(Phase.ERROR),
        Input.RETRY: _step(Phase.WAITING, Effect.WAIT),
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

_COMMANDS = frozenset({
    Input.START, Input.STOP, Input.KILL, Input.RESTART, Input.RESTART_KILL, Input.REPLACE,
    Input.RELAUNCH,
})  # fmt: skip

_FALLBACK = {Input.REPLACE: Input.RESTART, Input.RELAUNCH: Input.REPLACE}
"""Where a command has no row of its own, it means the simpler one."""


def transition(phase: Phase, given: Input) -> Step:
    """What follows when `given` happens in `phase`.

    Raises:
        IllegalTransition: a process event that cannot happen in this phase.
    """
    asked = given
    while (step := _TABLE[phase].get(asked)) is None and asked in _FALLBACK:
        asked = _FALLBACK[asked]
    if step is not None:
        return step
    if given in _COMMANDS:
        return Step(phase)
    raise IllegalTransition(f"{given.name} cannot happen while {phase.name}")
