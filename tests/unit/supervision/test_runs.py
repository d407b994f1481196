"""Several processes of one server at a time: one serves, one is to succeed it, one says goodbye."""

import asyncio
from collections.abc import Iterator

import pytest

from sidecar.domain.errors import FailureCode
from sidecar.domain.outcome import Exit, Outcome
from sidecar.domain.phases import Status
from tests.unit.supervision.scripted_processes import FIRST_PORT, ScriptedProcess, spec_of
from tests.unit.supervision.stage import Stage, stage_for

TERMINATED = Exit(signal="SIGTERM")
SPEC = spec_of("api", handoff="overlap")


@pytest.fixture
def stage() -> Iterator[Stage]:
    with stage_for(SPEC) as stage:
        stage.started()
        yield stage


def restarting(stage: Stage) -> tuple[ScriptedProcess, ScriptedProcess, asyncio.Future[Outcome]]:
    """The old process, the new one, and the answer that somebody waits for."""
    old = stage.process
    outcome = stage.command(stage.server.restart)
    assert stage.process is not old
    return old, stage.process, outcome


def restarted(stage: Stage) -> tuple[ScriptedProcess, ScriptedProcess]:
    """The old process, that still finishes what it has begun, and the new one, that serves."""
    old, new, outcome = restarting(stage)
    stage.ready()
    assert outcome.result().success
    return old, new


def test_the_old_process_serves_until_the_new_one_is_ready(stage: Stage) -> None:
    old, new, outcome = restarting(stage)
    assert stage.status.status is Status.STARTING
    assert not old.being_cleared and not outcome.done()

    stage.ready()
    assert outcome.result().message == f"api is running on http://127.0.0.1:{FIRST_PORT} (pid 101)"
    assert stage.status.pid == new.pid
    assert old.being_cleared


def test_the_new_process_is_given_the_same_socket_and_told_that_it_has_company(
    stage: Stage,
) -> None:
    old, new, _ = restarting(stage)
    assert new.endpoint is old.endpoint
    assert (old.beside_another, new.beside_another) == (False, True)


def test_the_old_process_is_told_of_its_successor_and_ends_as_expected(stage: Stage) -> None:
    old, _ = restarted(stage)
    assert old.has_successor
    assert not stage.witness.stops
    stage.ended(Exit(code=0), process=old)
    assert [stop.expected for stop in stage.witness.stops] == [True]
    assert stage.status.status is Status.RUNNING


def test_the_old_process_has_the_grace_that_the_restart_was_given(stage: Stage) -> None:
    stage.command(lambda: stage.server.restart(grace=3))
    stage.ready()
    assert stage.processes.launched[0].grace == 3


def test_a_restart_that_fails_leaves_the_old_process_as_it_was(stage: Stage) -> None:
    old, new, outcome = restarting(stage)
    stage.loop.do(lambda: new.says("stderr", "no such table"))
    stage.loop.do(lambda: new.ends(Exit(code=1)))
    assert new.grace == 0 and not old.being_cleared
    assert stage.status.status is Status.STARTING, "not before the failed one is gone"

    stage.ended(Exit(code=1))
    failure = outcome.result().failure
    assert failure is not None and failure.code is FailureCode.EXITED_EARLY
    assert (stage.status.status, stage.status.pid) == (Status.RUNNING, old.pid)
    assert stage.last_error == failure.sentence
    assert stage.status.uptime is not None
    assert [endpoint.port for endpoint in stage.endpoints] == [old.port]


def test_a_failed_restart_is_forgotten_with_the_next(stage: Stage) -> None:
    restarting(stage)
    stage.ended(Exit(code=1))
    assert stage.last_error is not None
    restarting(stage)
    assert stage.last_error is None


def test_a_successor_that_fails_does_not_hurry_anybody_else(stage: Stage) -> None:
    oldest, old = restarted(stage)
    restarting(stage)
    stage.ended(Exit(code=1))
    assert oldest.grace == SPEC.stop_timeout
    assert stage.status.pid == old.pid


def test_what_survives_of_a_failed_successor_does_not_disturb_the_old_process(
    stage: Stage,
) -> None:
    old, new, outcome = restarting(stage)
    stage.loop.do(lambda: new.ends(Exit(code=1)))
    stage.loop.do(new.survives)
    failure = outcome.result().failure
    assert failure is not None and failure.code is FailureCode.STOP_TIMEOUT
    assert (stage.status.status, stage.status.pid) == (Status.RUNNING, old.pid)

    stopping = stage.command(stage.server.stop)
    assert new.being_cleared, "a stop tries again"
    stage.loop.do(new.is_cleared_away)
    stage.ended(TERMINATED, process=old)
    assert stopping.result() == Outcome("api is stopped")


def test_a_successor_that_takes_too_long_is_given_up(stage: Stage) -> None:
    old, new, outcome = restarting(stage)
    stage.loop.pass_time(SPEC.ready.timeout + 1)
    stage.ended(Exit(signal="SIGKILL"), forced=True)
    failure = outcome.result().failure
    assert failure is not None and failure.code is FailureCode.READY_TIMEOUT
    assert stage.status.pid == old.pid and new.gone


def test_an_old_process_that_ends_too_early_leaves_the_start_to_its_successor(
    stage: Stage,
) -> None:
    old, _, outcome = restarting(stage)
    stage.loop.do(lambda: old.ends(Exit(code=1)))
    assert old.grace == 0 and not old.has_successor
    stage.ended(Exit(code=1), process=old)
    assert [stop.expected for stop in stage.witness.stops] == [False]
    stage.ready()
    assert outcome.result().success


def test_when_both_processes_fail_nothing_is_left(stage: Stage) -> None:
    old, new, outcome = restarting(stage)
    stage.loop.do(lambda: new.ends(Exit(code=1)))
    stage.loop.do(lambda: old.ends(Exit(code=2)))
    stage.loop.do(new.is_cleared_away)
    assert not outcome.done(), "of the old process something may be left"
    stage.ended(Exit(code=2), process=old)
    assert outcome.result().failure is not None
    assert stage.status.status is Status.ERROR
    assert not stage.endpoints


def test_a_stop_ends_both_processes(stage: Stage) -> None:
    old, new, starting = restarting(stage)
    stopping = stage.command(stage.server.stop)
    failure = starting.result().failure
    assert failure is not None and failure.code is FailureCode.CANCELLED
    assert old.grace == new.grace == SPEC.stop_timeout

    stage.ended(TERMINATED, process=new)
    assert not stopping.done()
    stage.ended(TERMINATED, process=old)
    assert stopping.result() == Outcome("api is stopped")
    assert [stop.expected for stop in stage.witness.stops] == [True, True]
    assert not stage.endpoints


def test_a_stop_ends_both_while_the_failed_one_is_being_cleared_away(stage: Stage) -> None:
    old, new, starting = restarting(stage)
    stage.loop.do(lambda: new.ends(Exit(code=1)))
    stopping = stage.command(stage.server.stop)
    assert starting.result().failure is not None
    assert (new.grace, old.grace) == (0, SPEC.stop_timeout)
    stage.ended(TERMINATED, process=old)
    stage.ended(TERMINATED, process=new)
    assert stopping.result().success


def test_a_restart_by_force_kills_both_and_answers_everyone_with_the_next(stage: Stage) -> None:
    old, new, first = restarting(stage)
    second = stage.command(lambda: stage.server.restart(force=True))
    assert old.grace == new.grace == 0
    stage.ended(Exit(signal="SIGKILL"), process=old)
    stage.ended(Exit(signal="SIGKILL"), process=new)
    assert len(stage.processes.launched) == 3
    assert not stage.process.beside_another
    stage.ready()
    assert first.result() == second.result()
    assert first.result().success


def test_a_double_click_launches_one_successor(stage: Stage) -> None:
    _, _, first = restarting(stage)
    second = stage.command(stage.server.restart)
    assert len(stage.processes.launched) == 2
    stage.ready()
    assert first.result() == second.result()


def test_a_stop_waits_for_an_old_process_that_finishes_its_work(stage: Stage) -> None:
    old, new = restarted(stage)
    stopping = stage.command(lambda: stage.server.stop(grace=2))
    assert old.grace == new.grace == 2
    stage.ended(TERMINATED, process=new)
    assert not stopping.done()
    stage.command(lambda: stage.server.stop(grace=1))
    assert old.grace == 1
    stage.ended(TERMINATED, process=old)
    assert stopping.result().success


def test_force_does_not_wait_for_an_old_process_either(stage: Stage) -> None:
    old, new = restarted(stage)
    stopping = stage.command(stage.server.stop)
    stage.ended(TERMINATED, process=new)
    again = stage.command(lambda: stage.server.stop(force=True))
    assert old.grace == 0
    stage.ended(Exit(signal="SIGKILL"), process=old)
    assert stopping.result().success and again.result().success
    assert len(stage.witness.stops) == 2, "each end is told once"


def test_a_restart_may_follow_while_an_old_process_finishes_its_work(stage: Stage) -> None:
    oldest, old = restarted(stage)
    restarted(stage)
    assert oldest.being_cleared and old.being_cleared
    stage.ended(TERMINATED, process=old)
    stage.ended(TERMINATED, process=oldest)
    assert stage.status.status is Status.RUNNING


def test_a_crash_is_not_held_up_by_an_old_process_that_finishes_its_work(stage: Stage) -> None:
    old, new = restarted(stage)
    assert old.grace == SPEC.stop_timeout
    stage.loop.do(lambda: new.ends(Exit(code=1)))
    assert old.grace == 0
    stage.ended(Exit(code=1))
    stage.ended(Exit(signal="SIGKILL"), process=old)
    assert stage.status.status is Status.ERROR
    assert stage.last_error is not None and "exited with code 1" in stage.last_error
    assert {(stop.code, stop.expected) for stop in stage.witness.stops} == {
        (1, False),
        (None, True),
    }


def test_an_old_process_that_survives_force_is_tried_again_and_told_of(stage: Stage) -> None:
    old, new = restarted(stage)
    stage.loop.do(old.survives)
    assert stage.status.status is Status.RUNNING

    first = stage.command(stage.server.stop)
    stage.ended(TERMINATED, process=new)
    stage.loop.do(old.survives)
    failure = first.result().failure
    assert failure is not None and failure.code is FailureCode.STOP_TIMEOUT
    assert failure.message.endswith("processes that are left: 1")
    assert stage.status.status is Status.ERROR

    second = stage.command(stage.server.stop)
    assert old.grace == 0
    stage.ended(Exit(signal="SIGKILL"), process=old)
    assert second.result().success
    assert stage.status.status is Status.STOPPED
    assert len(stage.witness.stops) == 2


def test_all_that_survives_is_counted(stage: Stage) -> None:
    old, new = restarted(stage)
    outcome = stage.command(stage.server.stop)
    for process in (new, old):
        stage.loop.do(process.survives)
    failure = outcome.result().failure
    assert failure is not None
    assert failure.message.endswith("processes that are left: 2")

    again = stage.command(stage.server.stop)
    for process in (new, old):
        stage.loop.do(process.is_cleared_away)
    assert again.result().success


def test_a_crash_beside_a_survivor_is_told_all_the_same(stage: Stage) -> None:
    old, new = restarted(stage)
    stage.loop.do(old.survives)
    stage.loop.do(lambda: new.ends(Exit(code=1)))
    stage.ended(Exit(code=1))
    assert old.being_cleared
    stage.ended(Exit(signal="SIGKILL"), process=old)
    assert stage.status.status is Status.ERROR


def test_a_successor_that_is_out_of_date_is_replaced_by_another(stage: Stage) -> None:
    old, outdated, first = restarting(stage)
    stage.configure(SPEC._replace(args=("--debug",)))
    second = stage.command(stage.server.restart)
    assert outdated.grace == 0 and not old.being_cleared
    assert stage.process.beside_another and stage.process.endpoint is old.endpoint

    stage.ready()
    assert first.result() == second.result()
    stage.ended(Exit(signal="SIGKILL"), process=outdated)
    assert stage.status.pid == stage.process.pid
    assert [stop.expected for stop in stage.witness.stops] == [True]


def test_a_successor_on_another_port_lets_go_of_the_old_one_when_it_is_ready(
    stage: Stage,
) -> None:
    stage.configure(SPEC._replace(port=8200))
    _, new, _ = restarting(stage)
    assert [endpoint.port for endpoint in stage.endpoints] == [FIRST_PORT, 8200]
    stage.ready()
    assert [endpoint.port for endpoint in stage.endpoints] == [new.port] == [8200]


def test_a_successor_that_fails_on_another_port_lets_go_of_that(stage: Stage) -> None:
    stage.configure(SPEC._replace(port=8200))
    restarting(stage)
    stage.loop.do(lambda: stage.process.ends(Exit(code=1)))
    stage.loop.do(stage.process.is_cleared_away)
    assert [endpoint.port for endpoint in stage.endpoints] == [FIRST_PORT]
    assert stage.status.port == FIRST_PORT


def test_a_successor_that_is_out_of_date_lets_go_of_a_port_that_is_not_wanted(
    stage: Stage,
) -> None:
    for port in (8200, 8300):
        stage.configure(SPEC._replace(port=port))
        stage.command(stage.server.restart)
        assert [endpoint.port for endpoint in stage.endpoints] == [FIRST_PORT, port]


@pytest.mark.parametrize(
    "changes",
    [{"host": "0.0.0.0"}, {"handoff": "none"}, {"handoff": "socket"}],
    ids=["another host", "no hand-off", "one at a time"],
)
def test_where_two_processes_cannot_listen_at_a_time_one_follows_on_the_other(
    stage: Stage, changes: dict[str, object]
) -> None:
    stage.configure(SPEC._replace(**changes))
    outcome = stage.command(stage.server.restart)
    stage.ended(TERMINATED)
    stage.ready()
    assert outcome.result().success
    assert not stage.process.beside_another
    assert stage.process.port == FIRST_PORT


def test_settings_that_forbid_the_successor_under_way_start_all_over(stage: Stage) -> None:
    old, new, first = restarting(stage)
    stage.configure(SPEC._replace(handoff="none"))
    second = stage.command(stage.server.restart)
    assert first.result().failure is not None
    stage.ended(TERMINATED, process=old)
    stage.ended(TERMINATED, process=new)
    stage.ready()
    assert second.result().success


def test_a_process_that_shares_no_socket_is_not_replaced_but_restarted() -> None:
    with stage_for(spec_of("api")) as stage:
        stage.started()
        stage.configure(SPEC)
        stage.command(stage.server.restart)
        assert stage.process.being_cleared
        stage.ended(TERMINATED)
        assert stage.process.endpoint is not None and stage.process.endpoint.held


def test_a_socket_is_kept_over_restarts_and_crashes_and_let_go_of_in_the_end() -> None:
    with stage_for(spec_of("api", handoff="socket")) as stage:
        stage.started()
        stage.command(stage.server.restart)
        assert stage.process.has_successor
        stage.ended(Exit(code=0))
        stage.ready()
        assert len(stage.processes.endpoints) == len(stage.endpoints) == 1
        stage.command(stage.server.stop)
        assert not stage.process.has_successor
        stage.ended(Exit(code=0))
        assert not stage.endpoints


def test_who_goes_to_another_port_has_no_successor_to_leave_its_clients_to() -> None:
    spec = spec_of("api", handoff="socket")
    with stage_for(spec) as stage:
        stage.started()
        stage.configure(spec._replace(port=8200))
        stage.command(stage.server.restart)
        assert stage.process.being_cleared and not stage.process.has_successor
