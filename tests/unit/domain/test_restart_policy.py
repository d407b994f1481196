"""Automatic restarts: wanted ones only, ever further apart, and never more than the limit."""

import itertools
from collections.abc import Iterable
from typing import NamedTuple

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sidecar.domain.restart_policy import (
    JITTER,
    Decision,
    Ending,
    GiveUp,
    History,
    How,
    Reason,
    Retry,
    decide,
    explain_give_up,
)
from sidecar.domain.spec import RestartSettings, RestartWhen

ON_FAILURE = RestartSettings(policy="on-failure")
CRASH = Ending(How.CRASHED, ran_for=1.0)
MIDDLE = 0.5
"""The chance that neither shortens nor lengthens a delay."""

ROUNDING = 1e-6
"""Sums of seconds are off by less than this."""

DURATIONS = st.floats(min_value=0.001, max_value=1e5)
CHANCES = st.floats(min_value=0.0, max_value=1.0, exclude_max=True)
SETTINGS = st.builds(
    RestartSettings,
    policy=st.sampled_from(["never", "on-failure", "always"]),
    max=st.integers(min_value=0, max_value=6),
    window=DURATIONS,
    first=DURATIONS,
    factor=st.floats(min_value=1.0, max_value=1e6),
    longest=DURATIONS,
)
HISTORIES = st.builds(
    History,
    moments=st.lists(st.floats(min_value=0, max_value=1e6), max_size=8).map(tuple),
    streak=st.integers(min_value=0, max_value=10_000),
)
ENDINGS = st.builds(
    Ending,
    how=st.sampled_from(How),
    ran_for=st.floats(min_value=0, max_value=1e6),
    permanent=st.booleans(),
)


class Happening(NamedTuple):
    """An ending, `pause` seconds after the restart before it, or after it was decided."""

    ending: Ending
    pause: float
    chance: float
    waits_for_launch: bool


HAPPENINGS = st.lists(
    st.builds(
        Happening,
        ending=ENDINGS,
        pause=st.one_of(st.just(0.0), st.floats(min_value=0, max_value=1e4)),
        chance=CHANCES,
        waits_for_launch=st.booleans(),
    ),
    max_size=40,
)


def launches(settings: RestartSettings, happenings: Iterable[Happening]) -> list[float]:
    """When the server is started again if all of this happens to it."""
    now, history, moments = 0.0, History(), list[float]()
    for happening in happenings:
        now += happening.pause
        decision = decide(settings, history, happening.ending, now=now, chance=happening.chance)
        if isinstance(decision, Retry):
            history = decision.history
            moments.append(now + decision.delay)
            now = moments[-1] if happening.waits_for_launch else now
    return moments


def crash_on(settings: RestartSettings, streak: int, chance: float = MIDDLE) -> float:
    """The delay after a short run that ended a streak of that length."""
    crash = Ending(How.CRASHED, ran_for=0.0)
    decision = decide(settings, History(streak=streak), crash, now=0.0, chance=chance)
    assert isinstance(decision, Retry)
    return decision.delay


def give_up_of(decision: Decision) -> GiveUp:
    assert isinstance(decision, GiveUp)
    return decision


@pytest.mark.parametrize(
    ("policy", "how", "wanted"),
    [
        ("never", How.START_FAILED, False),
        ("never", How.CRASHED, False),
        ("never", How.EXITED, False),
        ("never", How.UNHEALTHY, True),
        ("on-failure", How.START_FAILED, True),
        ("on-failure", How.CRASHED, True),
        ("on-failure", How.EXITED, False),
        ("on-failure", How.UNHEALTHY, True),
        ("always", How.START_FAILED, True),
        ("always", How.CRASHED, True),
        ("always", How.EXITED, True),
        ("always", How.UNHEALTHY, True),
    ],
)
def test_the_policy_says_which_endings_are_followed_by_a_restart(
    policy: RestartWhen, how: How, wanted: bool
) -> None:
    settings = RestartSettings(policy=policy)
    decision = decide(settings, History(), Ending(how), now=0.0, chance=MIDDLE)
    if wanted:
        assert isinstance(decision, Retry)
    else:
        assert give_up_of(decision) == GiveUp(Reason.NOT_WANTED, how)


def test_delays_double_as_configured_and_stop_growing_at_the_longest() -> None:
    delays = [crash_on(ON_FAILURE, streak) for streak in range(11)]
    assert delays == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0])


def test_the_server_that_crashes_at_once_is_given_up_after_the_last_restart_allowed() -> None:
    now, history, delays = 1000.0, History(), list[float]()
    while isinstance(decision := decide(ON_FAILURE, history, CRASH, now=now, chance=MIDDLE), Retry):
        history = decision.history
        delays.append(decision.delay)
        now += decision.delay + CRASH.ran_for
    assert delays == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6])
    assert decision == GiveUp(Reason.LIMIT, How.CRASHED, restarts=5)


def test_restarts_for_health_count_like_any_other() -> None:
    settings = RestartSettings(policy="on-failure", max=2)
    sick, history = Ending(How.UNHEALTHY, ran_for=5.0), History()
    for now in (0.0, 10.0):
        decision = decide(settings, history, sick, now=now, chance=MIDDLE)
        assert isinstance(decision, Retry)
        history = decision.history
    for ending in (sick, CRASH):
        decision = decide(settings, history, ending, now=20.0, chance=MIDDLE)
        assert give_up_of(decision).reason is Reason.LIMIT


def test_a_restart_no_longer_counts_once_the_window_has_passed() -> None:
    settings = RestartSettings(policy="on-failure", max=1, window=60.0, first=0.5)
    history = History(moments=(100.0,), streak=0)
    early = decide(settings, history, CRASH, now=159.4, chance=MIDDLE)
    assert give_up_of(early) == GiveUp(Reason.LIMIT, How.CRASHED, restarts=1)
    late = decide(settings, history, CRASH, now=159.5, chance=MIDDLE)
    assert late == Retry(0.5, History(moments=(100.0, 160.0), streak=1))


@given(SETTINGS, HAPPENINGS)
def test_no_window_ever_sees_more_restarts_than_the_limit(
    settings: RestartSettings, happenings: list[Happening]
) -> None:
    moments = sorted(launches(settings, happenings))
    assert settings.max > 0 or not moments
    for first, one_too_many in zip(moments, moments[settings.max :], strict=False):
        assert one_too_many - first >= settings.window - ROUNDING


@given(SETTINGS, HAPPENINGS)
def test_a_history_keeps_only_what_may_still_count(
    settings: RestartSettings, happenings: list[Happening]
) -> None:
    now, history = 0.0, History()
    for happening in happenings:
        now += happening.pause
        decision = decide(settings, history, happening.ending, now=now, chance=happening.chance)
        if isinstance(decision, Retry):
            history = decision.history
            assert all(moment > now - settings.window for moment in history.moments)


@given(SETTINGS, HISTORIES, ENDINGS, st.floats(min_value=0, max_value=1e6), CHANCES)
@example(RestartSettings("always", factor=1e6), History((), 10_000), CRASH, 0.0, 0.0)
def test_a_delay_is_within_its_bounds_however_long_the_streak(
    settings: RestartSettings, history: History, ending: Ending, now: float, chance: float
) -> None:
    decision = decide(settings, history, ending, now=now, chance=chance)
    assume(isinstance(decision, Retry))
    assert isinstance(decision, Retry)
    shortest = min(settings.first, settings.longest)
    assert decision.delay >= shortest * (1 - JITTER) * (1 - ROUNDING)
    assert decision.delay <= settings.longest * (1 + JITTER) * (1 + ROUNDING)


@given(SETTINGS, CHANCES)
def test_delays_of_a_streak_never_become_shorter_and_reach_the_longest(
    settings: RestartSettings, chance: float
) -> None:
    settings = settings._replace(policy="always", max=1)
    delays = [crash_on(settings, streak, chance) for streak in (*range(40), 100_000)]
    for shorter, longer in itertools.pairwise(delays):
        assert shorter <= longer
    if settings.factor >= 1.001:
        assert delays[-1] == crash_on(settings._replace(first=settings.longest), 0, chance)


@given(SETTINGS, st.integers(min_value=0, max_value=50), CHANCES)
def test_chance_varies_a_delay_by_a_tenth_either_way(
    settings: RestartSettings, streak: int, chance: float
) -> None:
    settings = settings._replace(policy="always", max=1)
    middle = crash_on(settings, streak)
    assert crash_on(settings, streak, chance=0.0) == pytest.approx(0.9 * middle)
    assert 0.9 * middle <= crash_on(settings, streak, chance) * (1 + ROUNDING)
    assert crash_on(settings, streak, chance) <= 1.1 * middle * (1 + ROUNDING)


@given(SETTINGS, st.integers(min_value=0, max_value=10_000), CHANCES)
def test_a_long_run_resets_the_delay_and_a_shorter_one_does_not(
    settings: RestartSettings, streak: int, chance: float
) -> None:
    settings = settings._replace(policy="always", max=1)
    history = History(streak=streak)
    long = Ending(How.CRASHED, ran_for=settings.window)
    rested = decide(settings, history, long, now=0.0, chance=chance)
    assert isinstance(rested, Retry)
    assert rested.delay == crash_on(settings, 0, chance)
    assert rested.history.streak == 1
    short = Ending(How.CRASHED, ran_for=settings.window * 0.999)
    tired = decide(settings, history, short, now=0.0, chance=chance)
    assert isinstance(tired, Retry)
    assert tired.delay == crash_on(settings, streak, chance)
    assert tired.history.streak == streak + 1


@given(SETTINGS, HISTORIES, st.floats(min_value=0, max_value=1e6), CHANCES)
def test_a_start_that_would_fail_again_is_never_tried_again(
    settings: RestartSettings, history: History, now: float, chance: float
) -> None:
    hopeless = Ending(How.START_FAILED, permanent=True)
    decision = give_up_of(decide(settings, history, hopeless, now=now, chance=chance))
    never = settings.policy == "never"
    assert decision.reason is (Reason.NOT_WANTED if never else Reason.PERMANENT)


def test_what_looks_permanent_in_the_last_lines_of_a_server_that_ran_is_tried_again() -> None:
    crash = Ending(How.CRASHED, ran_for=1.0, permanent=True)
    assert isinstance(decide(ON_FAILURE, History(), crash, now=0.0, chance=MIDDLE), Retry)


@given(SETTINGS, HISTORIES, ENDINGS, st.floats(min_value=0, max_value=1e6), CHANCES)
def test_the_same_question_has_the_same_answer(
    settings: RestartSettings, history: History, ending: Ending, now: float, chance: float
) -> None:
    first = decide(settings, history, ending, now=now, chance=chance)
    assert decide(settings, history, ending, now=now, chance=chance) == first


@pytest.mark.parametrize(
    ("settings", "given_up", "sentence"),
    [
        (
            ON_FAILURE,
            GiveUp(Reason.LIMIT, How.CRASHED, 5),
            "api was restarted 5 times within 60 s and ended again; it is not restarted any more",
        ),
        (
            RestartSettings("always", max=1, window=9),
            GiveUp(Reason.LIMIT, How.START_FAILED, 1),
            "api was restarted once within 9 s and failed to start; it is not restarted any more",
        ),
        (
            RestartSettings("never", max=3, window=600),
            GiveUp(Reason.LIMIT, How.UNHEALTHY, 3),
            (
                "api was restarted 3 times within 600 s and is unhealthy again; "
                "it is not restarted any more"
            ),
        ),
        (
            RestartSettings("always", max=0),
            GiveUp(Reason.LIMIT, How.EXITED, 0),
            "api is not restarted: its restart.max is 0",
        ),
        (
            ON_FAILURE,
            GiveUp(Reason.NOT_WANTED, How.EXITED),
            'api is not restarted: its restart.policy is "on-failure"',
        ),
        (
            ON_FAILURE,
            GiveUp(Reason.PERMANENT, How.START_FAILED),
            "api is not restarted: another try would fail for the same reason",
        ),
    ],
)
def test_a_server_that_is_given_up_is_told_of_with_the_numbers(
    settings: RestartSettings, given_up: GiveUp, sentence: str
) -> None:
    assert explain_give_up("api", settings, given_up) == sentence
