"""The transition table by example, and every state it can reach."""

import pytest

from sidecar.domain.errors import IllegalTransition
from sidecar.domain.lifecycle import transition
from sidecar.domain.phases import Effect, Input, Phase, Status
from tests.unit.domain.lifecycle_world import COMMANDS, EVENTS, World

State = tuple[Phase, World]


def follow(*inputs: Input) -> list[Effect]:
    """Everything to be done when `inputs` come one after the other, from STOPPED."""
    phase, effects = Phase.STOPPED, list[Effect]()
    for given in inputs:
        phase, more = transition(phase, given)
        effects += more
    return effects


def after(*inputs: Input) -> Phase:
    """The phase after `inputs`, from STOPPED."""
    phase = Phase.STOPPED
    for given in inputs:
        phase = transition(phase, given).phase
    return phase


RUNS = (Input.START, Input.READY)
REPLACES = (*RUNS, Input.REPLACE)
REVERTS = (*REPLACES, Input.FAIL)


def everything_reachable() -> dict[State, set[Input]]:
    """Every state that commands and real processes can lead to, with the events possible there."""
    found: dict[State, set[Input]] = {}
    to_look_at: list[State] = [(Phase.STOPPED, World())]
    while to_look_at:
        phase, world = state = to_look_at.pop()
        if state in found:
            continue
        found[state] = world.possible_events(phase)
        if world.can_launch:
            to_look_at.append((phase, world.launched()))
        if world.retired:
            to_look_at.append((phase, world.retired_gone()))
        for given in (*COMMANDS, *found[state]):
            next_phase, effects = transition(phase, given)
            next_world = world.after(given)
            for effect in effects:
                next_world = next_world.done(effect)
            to_look_at.append((next_phase, next_world))
    return found


def test_every_state_that_can_be_reached_is_consistent() -> None:
    wrong = [(phase, world) for phase, world in everything_reachable() if not world.fits(phase)]
    assert not wrong


def test_every_phase_can_be_reached() -> None:
    assert {phase for phase, _ in everything_reachable()} == set(Phase)


def test_an_event_that_no_process_could_produce_is_refused() -> None:
    possible = {
        (phase, event) for (phase, _), events in everything_reachable().items() for event in events
    }
    impossible = [(p, e) for p in Phase for e in EVENTS if (p, e) not in possible]
    assert impossible
    for phase, event in impossible:
        with pytest.raises(IllegalTransition, match=f"{event.name} cannot happen"):
            transition(phase, event)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("phase", Phase)
def test_a_client_may_say_anything_at_any_time(phase: Phase, command: Input) -> None:
    assert transition(phase, command).phase in Phase


def test_a_plain_life_is_started_and_stopped() -> None:
    assert follow(Input.START, Input.READY, Input.STOP, Input.EXIT, Input.CLEARED) == [
        Effect.LAUNCH,
        Effect.STARTED,
        Effect.TERMINATE,
        Effect.STOPPED,
    ]


def test_a_second_start_joins_the_first() -> None:
    assert follow(Input.START, Input.START, Input.READY) == [Effect.LAUNCH, Effect.STARTED]


def test_a_double_click_on_restart_acts_once() -> None:
    effects = follow(
        Input.START, Input.READY, Input.RESTART, Input.RESTART, Input.CRASH, Input.CLEARED
    )
    assert effects.count(Effect.LAUNCH) == 2


def test_a_stop_cancels_a_start_before_anything_else_is_done() -> None:
    step = transition(Phase.STARTING, Input.STOP)
    assert step.effects == (Effect.START_CANCELLED, Effect.TERMINATE)
    assert after(Input.START, Input.STOP, Input.CLEARED) is Phase.STOPPED


def test_a_start_during_a_stop_waits_for_it_and_then_starts() -> None:
    effects = follow(
        Input.START, Input.READY, Input.STOP, Input.START, Input.CRASH, Input.CLEARED, Input.READY
    )
    assert effects[-3:] == [Effect.STOPPED, Effect.LAUNCH, Effect.STARTED]


def test_force_interrupts_a_stop() -> None:
    assert transition(Phase.STOPPING, Input.KILL).effects == (Effect.KILL,)


def test_a_restart_of_a_stopped_server_starts_it() -> None:
    for restart in (Input.RESTART, Input.RESTART_KILL):
        assert follow(restart) == [Effect.LAUNCH]


def test_a_stop_after_a_failure_leads_to_stopped() -> None:
    failed = (Input.START, Input.FAIL, Input.CLEARED)
    assert after(*failed) is Phase.ERROR
    assert after(*failed, Input.STOP) is Phase.STOPPED


def test_exit_0_while_running_is_stopped_and_anything_else_an_error() -> None:
    assert after(Input.START, Input.READY, Input.EXIT, Input.CLEARED).status is Status.STOPPED
    assert after(Input.START, Input.READY, Input.CRASH, Input.CLEARED).status is Status.ERROR


def test_exit_0_before_ready_is_a_failed_start() -> None:
    assert follow(Input.START, Input.EXIT, Input.CLEARED)[-1] is Effect.START_FAILED


def test_what_survived_even_force_can_be_stopped_again() -> None:
    stuck = (Input.START, Input.READY, Input.STOP, Input.SURVIVED)
    assert follow(*stuck)[-1] is Effect.STOP_FAILED
    assert after(*stuck).status is Status.ERROR
    assert follow(*stuck, Input.STOP)[-1] is Effect.KILL
    assert after(*stuck, Input.STOP, Input.CLEARED) is Phase.STOPPED


def test_a_start_of_what_survived_clears_it_away_first() -> None:
    stuck = (Input.START, Input.READY, Input.STOP, Input.SURVIVED)
    assert follow(*stuck, Input.START)[-1] is Effect.KILL
    assert follow(*stuck, Input.START, Input.CRASH, Input.CLEARED)[-1] is Effect.LAUNCH


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        (Phase.WAITING, Status.STARTING),
        (Phase.REPLACING, Status.STARTING),
        (Phase.REVERTING, Status.STARTING),
        (Phase.FAILING, Status.STARTING),
        (Phase.CRASHING, Status.RUNNING),
        (Phase.ENDING, Status.RUNNING),
        (Phase.RECOVERING, Status.STOPPING),
        (Phase.RESTARTING, Status.STOPPING),
        (Phase.STUCK, Status.ERROR),
    ],
)
def test_clients_are_told_a_simpler_story(phase: Phase, status: Status) -> None:
    assert phase.status is status


def test_a_restart_without_a_gap_retires_the_old_process_when_the_new_one_is_ready() -> None:
    assert follow(*REPLACES, Input.READY)[-3:] == [
        Effect.LAUNCH_BESIDE,
        Effect.RETIRE,
        Effect.STARTED,
    ]


def test_a_successor_that_fails_leaves_the_old_process_running() -> None:
    assert follow(*REVERTS)[-1] is Effect.CLEAR
    for end in (Input.CLEARED, Input.SURVIVED):
        assert after(*REVERTS, end) is Phase.RUNNING
        assert follow(*REVERTS, end)[-1] is Effect.START_FAILED


def test_an_old_process_that_ends_leaves_the_rest_to_its_successor() -> None:
    assert follow(*REPLACES, Input.OLD_ENDED, Input.READY)[-2:] == [Effect.BURY_OLD, Effect.STARTED]
    assert after(*REVERTS, Input.OLD_ENDED, Input.CLEARED) is Phase.ERROR


def test_a_stop_while_one_process_replaces_another_ends_both() -> None:
    for before in (REPLACES, REVERTS):
        assert follow(*before, Input.STOP)[-2:] == [Effect.START_CANCELLED, Effect.TERMINATE]
        assert after(*before, Input.STOP, Input.CLEARED) is Phase.STOPPED


def test_what_is_out_of_date_is_started_afresh_and_an_old_process_is_left_in_peace() -> None:
    assert after(Input.START, Input.RELAUNCH) is Phase.RESTARTING
    for before in (REPLACES, REVERTS):
        assert transition(after(*before), Input.RELAUNCH).effects == (Effect.LAUNCH_BESIDE,)


def test_where_nothing_serves_a_restart_without_a_gap_is_any_restart() -> None:
    for phase in set(Phase) - {Phase.RUNNING}:
        assert transition(phase, Input.REPLACE) == transition(phase, Input.RESTART)


@pytest.mark.parametrize(
    "ended",
    [(Input.EXIT,), (Input.CRASH,), (Input.UNHEALTHY, Input.EXIT)],
    ids=["exit", "crash", "unhealthy"],
)
def test_what_ended_by_itself_may_be_started_again_after_a_while(ended: tuple[Input, ...]) -> None:
    waiting = (*RUNS, *ended, Input.RETRY)
    assert follow(*waiting)[-1] is Effect.WAIT
    assert follow(*waiting, Input.DUE, Input.READY)[-2:] == [Effect.LAUNCH, Effect.STARTED]
    assert follow(*waiting, Input.START)[-1] is Effect.LAUNCH
    assert after(*waiting, Input.STOP) is Phase.STOPPED


def test_an_automatic_start_that_fails_is_answered_to_those_who_joined_it() -> None:
    assert follow(Input.START, Input.FAIL, Input.RETRY)[-2:] == [Effect.START_FAILED, Effect.WAIT]


def test_a_server_that_is_not_well_is_asked_to_end_and_not_forced() -> None:
    assert follow(*RUNS, Input.UNHEALTHY)[-1] is Effect.RECOVER
    assert follow(*RUNS, Input.UNHEALTHY, Input.STOP, Input.CLEARED)[-1] is Effect.STOPPED


def test_exit_0_once_too_often_is_an_error() -> None:
    assert after(*RUNS, Input.EXIT, Input.GIVE_UP) is Phase.ERROR
