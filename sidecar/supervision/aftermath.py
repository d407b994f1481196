"""What follows on the end of a run: a sentence about it, and whether to start anew by itself."""

from typing import NamedTuple

from sidecar.domain.phases import Input, Phase
from sidecar.domain.restart_policy import Ending, How, Reason, Retry, explain_give_up
from sidecar.domain.spec import ServerSpec
from sidecar.supervision.recovery import Recovery
from sidecar.supervision.run import Run

_HOW = {
    Phase.FAILING: How.START_FAILED,
    Phase.CRASHING: How.CRASHED,
    Phase.ENDING: How.EXITED,
    Phase.RECOVERING: How.UNHEALTHY,
}
"""In which way a run has ended that nobody had told to end."""


class Aftermath(NamedTuple):
    """`given` is the end as the lifecycle is to be told of it; `error` is for people, None if all
    is well; `alert` says that the limit of restarts was reached."""

    given: Input
    error: str | None = None
    alert: str | None = None


def judge(
    phase: Phase,
    given: Input,
    run: Run,
    spec: ServerSpec,
    recovery: Recovery,
    unhealthy: str | None,
) -> Aftermath:
    """`given` is CLEARED or SURVIVED; `unhealthy` says why a run had to be ended for its health."""
    how = _HOW.get(phase)
    if given is Input.SURVIVED:
        return Aftermath(given, run.failure().sentence)
    if how is None:
        return Aftermath(given)
    error = unhealthy if how is How.UNHEALTHY and unhealthy else run.failure().sentence
    if how is How.START_FAILED and not recovery.automatic:
        return Aftermath(given, error)  # answered to who asked for it
    ran_for = 0.0 if how is How.START_FAILED else run.ran_for
    decision = recovery.decide(spec.restart, Ending(how, ran_for, run.permanent))
    if isinstance(decision, Retry):
        return Aftermath(Input.RETRY, error)
    if decision.reason is Reason.NOT_WANTED:
        return Aftermath(given, error)
    why = explain_give_up(spec.name, spec.restart, decision)
    return Aftermath(
        Input.GIVE_UP if phase is Phase.ENDING else given,
        f"{error.rstrip('.')}. {why}.",
        why if decision.reason is Reason.LIMIT else None,
    )
