"""What follows on the end of a run depends on how it came about, and on who had asked for it."""

from typing import Any, cast

import pytest

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.phases import Input, Phase
from sidecar.domain.restart_policy import Ending, How
from sidecar.domain.spec import RestartSettings, RestartWhen
from sidecar.supervision.aftermath import Aftermath, judge
from sidecar.supervision.recovery import Recovery
from sidecar.supervision.run import Run
from tests.unit.supervision.scripted_processes import spec_of

FAILURE = Failure(FailureCode.EXITED_EARLY, "api ended: exited with code 1.", "See its lines.")
SENTENCE = "api ended: exited with code 1. See its lines."
ASKED_TO_END = [Phase.STOPPING, Phase.RESTARTING]
BY_ITSELF = [Phase.FAILING, Phase.CRASHING, Phase.ENDING, Phase.RECOVERING]


class EndedRun:
    """As much of a run as is looked at."""

    ran_for = 7.0

    def __init__(self, *, permanent: bool = False) -> None:
        self._will_be = permanent
        self.permanent = False

    def failure(self) -> Failure:
        self.permanent = self._will_be  # known only once it was asked for
        return FAILURE


class Remembering(Recovery):
    """Remembers what it was asked."""

    def __init__(self, *, automatic: bool = True) -> None:
        super().__init__(lambda: None)
        self.automatic = automatic
        self.asked: list[Ending] = []

    def decide(self, settings: RestartSettings, ending: Ending) -> Any:
        self.asked.append(ending)
        return super().decide(settings, ending)


def judged(
    phase: Phase,
    given: Input = Input.CLEARED,
    *,
    policy: RestartWhen = "always",
    most: int = 5,
    run: EndedRun | None = None,
    recovery: Recovery | None = None,
) -> Aftermath:
    spec = spec_of("api", restart=RestartSettings(policy, max=most))
    ended = cast("Run", run or EndedRun())
    return judge(phase, given, ended, spec, recovery or Remembering(), "api is unhealthy: it hangs")


@pytest.mark.parametrize("phase", ASKED_TO_END)
def test_an_end_that_was_asked_for_needs_no_comment(phase: Phase) -> None:
    assert judged(phase) == Aftermath(Input.CLEARED)


@pytest.mark.parametrize("phase", ASKED_TO_END + BY_ITSELF)
def test_what_survived_is_told_as_it_is(phase: Phase) -> None:
    recovery = Remembering()
    assert judged(phase, Input.SURVIVED, recovery=recovery) == Aftermath(Input.SURVIVED, SENTENCE)
    assert not recovery.asked


@pytest.mark.parametrize(
    ("phase", "ending"),
    [
        (Phase.FAILING, Ending(How.START_FAILED, 0.0)),
        (Phase.CRASHING, Ending(How.CRASHED, 7.0)),
        (Phase.ENDING, Ending(How.EXITED, 7.0)),
        (Phase.RECOVERING, Ending(How.UNHEALTHY, 7.0)),
    ],
)
def test_the_policy_is_asked_about_an_end_that_nobody_wanted(phase: Phase, ending: Ending) -> None:
    recovery = Remembering()
    assert judged(phase, recovery=recovery).given is Input.RETRY
    assert recovery.asked == [ending]


def test_a_failed_start_that_somebody_waits_for_is_theirs() -> None:
    recovery = Remembering(automatic=False)
    assert judged(Phase.FAILING, recovery=recovery) == Aftermath(Input.CLEARED, SENTENCE)
    assert not recovery.asked


def test_an_unhealthy_server_is_told_with_its_illness_not_with_its_exit() -> None:
    assert judged(Phase.RECOVERING).error == "api is unhealthy: it hangs"


def test_where_no_restart_is_wanted_nothing_is_said_of_one() -> None:
    assert judged(Phase.CRASHING, policy="never") == Aftermath(Input.CLEARED, SENTENCE)
    assert judged(Phase.ENDING, policy="on-failure").given is Input.CLEARED


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        (Phase.CRASHING, Input.CLEARED),
        (Phase.RECOVERING, Input.CLEARED),
        (Phase.FAILING, Input.CLEARED),
        (Phase.ENDING, Input.GIVE_UP),
    ],
)
def test_past_the_limit_it_is_an_error_with_an_alert(phase: Phase, told: Input) -> None:
    after = judged(phase, most=0)
    assert after.given is told
    assert after.alert == "api is not restarted: its restart.max is 0"
    assert after.error is not None and after.error.endswith(f". {after.alert}.")
    assert ".." not in after.error


def test_a_failure_for_good_is_no_reason_for_an_alert() -> None:
    after = judged(Phase.FAILING, run=EndedRun(permanent=True))
    assert (after.given, after.alert) == (Input.CLEARED, None)
    assert after.error is not None and "another try would fail" in after.error
