"""A server that ended is started again by itself, after a while that clients can see and cut."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.outcome import Exit, Outcome
from sidecar.domain.phases import Status
from sidecar.domain.restart_policy import Ending, How, Retry
from sidecar.domain.spec import HealthCheck, RestartSettings
from sidecar.supervision.recovery import Recovery
from tests.unit.supervision.scripted_processes import spec_of
from tests.unit.supervision.stage import Stage, stage_for
from tests.unit.supervision.virtual_time import VirtualTimeLoop

DELAY = 2.0
SETTINGS = RestartSettings("on-failure", max=2, window=60.0, first=DELAY)
LONG_ENOUGH = 10.0
"""For each of the delays, and not for a start to be given up."""

SPEC = spec_of("api", handoff="socket", restart=SETTINGS)
CRASH = Exit(code=1)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with stage_for(SPEC) as stage:
        yield stage


def crashed(stage: Stage) -> None:
    stage.started()
    stage.ended(CRASH)


def recovered(stage: Stage) -> None:
    """It was started again by itself, and runs."""
    before = stage.process
    stage.loop.pass_time(LONG_ENOUGH)
    assert stage.process is not before
    stage.ready()


def test_a_crash_is_told_with_its_cause_and_the_moment_of_the_next_try(stage: Stage) -> None:
    crashed(stage)
    status = stage.status
    assert status.status is Status.STARTING
    assert status.last_error is not None and "exited with code 1" in status.last_error
    assert status.retry_at is not None
    wait = datetime.fromisoformat(status.retry_at) - datetime.now(UTC)
    assert timedelta() < wait <= timedelta(seconds=DELAY)
    assert (status.restarts, status.pid, status.exit_code) == (0, None, 1)


def test_the_server_is_started_again_when_the_moment_has_come(stage: Stage) -> None:
    crashed(stage)
    stage.loop.pass_time(DELAY * 0.9)
    assert len(stage.processes.launched) == 1
    stage.loop.pass_time(DELAY * 0.2)
    assert len(stage.processes.launched) == 2
    assert (stage.status.status, stage.status.retry_at) == (Status.STARTING, None)
    stage.ready()
    assert stage.status.restarts == 1


def test_why_it_was_restarted_can_be_seen_until_a_client_starts_it_anew(stage: Stage) -> None:
    crashed(stage)
    recovered(stage)
    assert stage.last_error is not None
    stage.command(stage.server.restart)
    stage.ended(Exit(code=0))
    stage.ready()
    assert (stage.last_error, stage.status.restarts) == (None, 0)


def test_connections_wait_as_well(stage: Stage) -> None:
    crashed(stage)
    assert len(stage.endpoints) == 1
    recovered(stage)
    assert stage.processes.launched[0].endpoint is stage.processes.launched[1].endpoint


def test_a_stop_ends_the_wait_at_once(stage: Stage) -> None:
    crashed(stage)
    assert stage.command(stage.server.stop).result() == Outcome("api is stopped")
    assert (stage.status.status, stage.status.retry_at) == (Status.STOPPED, None)
    assert not stage.endpoints
    stage.loop.pass_time(LONG_ENOUGH)
    assert len(stage.processes.launched) == 1


@pytest.mark.parametrize("name", ["start", "restart"])
def test_a_client_need_not_wait(stage: Stage, name: str) -> None:
    crashed(stage)
    outcome = stage.command(getattr(stage.server, name))
    assert len(stage.processes.launched) == 2
    assert (stage.status.retry_at, stage.last_error, stage.status.restarts) == (None, None, 0)
    stage.ready()
    assert outcome.result().success
    stage.loop.pass_time(LONG_ENOUGH)
    assert len(stage.processes.launched) == 2, "the timer was forgotten"


def test_a_start_that_a_client_made_is_answered_and_not_repeated(stage: Stage) -> None:
    crashed(stage)
    outcome = stage.command(stage.server.start)
    stage.ended(CRASH)
    assert outcome.result().failure is not None
    assert (stage.status.status, stage.status.retry_at) == (Status.ERROR, None)


def test_a_client_that_joins_an_automatic_start_is_answered_and_it_is_tried_again(
    stage: Stage,
) -> None:
    crashed(stage)
    stage.loop.pass_time(DELAY * 1.1)
    outcome = stage.command(stage.server.start)
    assert len(stage.processes.launched) == 2
    stage.ended(CRASH)
    failure = outcome.result().failure
    assert failure is not None and failure.code is FailureCode.EXITED_EARLY
    assert stage.last_error == failure.sentence
    assert stage.status.retry_at is not None


def test_after_too_many_restarts_the_server_is_left_alone_with_an_alert(stage: Stage) -> None:
    crashed(stage)
    for _ in range(SETTINGS.max):
        recovered(stage)
        stage.ended(CRASH)

    assert (stage.status.status, stage.status.restarts) == (Status.ERROR, SETTINGS.max)
    assert [alert.kind for alert in stage.witness.alerts] == ["restart-limit"]
    assert stage.witness.alerts[0].message.startswith("api was restarted 2 times within 60 s")
    assert stage.last_error is not None
    assert "exited with code 1" in stage.last_error
    assert stage.last_error.endswith("it is not restarted any more.")
    assert not stage.endpoints


def test_a_client_begins_the_count_anew(stage: Stage) -> None:
    crashed(stage)
    recovered(stage)
    stage.ended(CRASH)
    stage.command(stage.server.start)
    stage.ready()
    for _ in range(SETTINGS.max):
        stage.ended(CRASH)
        recovered(stage)
    assert not stage.witness.alerts


def test_an_automatic_start_that_fails_is_repeated_after_a_longer_while(stage: Stage) -> None:
    crashed(stage)
    stage.loop.pass_time(DELAY * 1.1)
    stage.ended(CRASH)
    assert stage.status.retry_at is not None
    stage.loop.pass_time(DELAY * 1.1)
    assert len(stage.processes.launched) == 2
    stage.loop.pass_time(DELAY)
    assert len(stage.processes.launched) == 3


def test_a_start_that_cannot_ever_succeed_is_not_repeated(stage: Stage) -> None:
    stage.processes.refusal = Failure(FailureCode.SPAWN_FAILED, "no such program", "Install it.")
    stage.loop.do(stage.server.start_by_itself)
    assert stage.status.status is Status.ERROR
    assert stage.last_error == (
        "no such program. Install it. "
        "api is not restarted: another try would fail for the same reason."
    )
    assert not stage.witness.alerts


def test_a_server_that_starts_by_itself_is_tried_again_by_its_policy(stage: Stage) -> None:
    stage.loop.do(stage.server.start_by_itself)
    stage.ended(CRASH)
    assert stage.status.retry_at is not None
    recovered(stage)
    assert stage.status.restarts == 1


def test_a_start_by_itself_begins_the_count_anew(stage: Stage) -> None:
    crashed(stage)
    for _ in range(SETTINGS.max):
        recovered(stage)
        stage.ended(CRASH)
    assert stage.status.status is Status.ERROR
    stage.loop.do(stage.server.start_by_itself)
    assert stage.status.restarts == 0
    stage.ended(CRASH)
    assert stage.status.retry_at is not None


def test_a_start_by_itself_forgets_an_earlier_error(stage: Stage) -> None:
    stage.command(stage.server.start)
    stage.ended(CRASH)
    assert stage.last_error
    stage.loop.do(stage.server.start_by_itself)
    assert stage.last_error is None


def test_exit_0_is_no_failure_but_always_is_always() -> None:
    for policy, expected in (("on-failure", Status.STOPPED), ("always", Status.STARTING)):
        settings = SETTINGS._replace(policy=policy)
        with stage_for(SPEC._replace(restart=settings)) as stage:
            stage.started()
            stage.ended(Exit(code=0))
            assert stage.status.status is expected


def test_exit_0_too_often_is_an_error_in_the_end() -> None:
    with stage_for(SPEC._replace(restart=RestartSettings("always", max=0))) as stage:
        stage.started()
        stage.ended(Exit(code=0))
        assert stage.status.status is Status.ERROR
        assert [alert.kind for alert in stage.witness.alerts] == ["restart-limit"]


def test_a_command_while_the_rest_is_cleared_away_comes_before_the_policy(stage: Stage) -> None:
    stage.started()
    stage.loop.do(lambda: stage.process.ends(CRASH))
    stopping = stage.command(stage.server.stop)
    stage.ended(CRASH)
    assert stopping.result().success
    assert (stage.status.status, stage.status.retry_at) == (Status.STOPPED, None)


def test_a_server_that_is_not_well_is_restarted_whatever_its_policy() -> None:
    health = HealthCheck("/health", interval=5.0, failures=2, action="restart")
    spec = SPEC._replace(restart=SETTINGS._replace(policy="never"), health=health)
    with stage_for(spec) as stage:
        stage.started()
        stage.process.bad_health = "GET /health answered 500"
        stage.loop.pass_time(2 * health.interval)
        assert (stage.status.status, stage.process.grace) == (Status.STOPPING, spec.stop_timeout)

        stage.ended(Exit(code=0))
        assert stage.status.retry_at is not None
        why = "api is unhealthy: it failed its health check 2 times in a row"
        assert stage.last_error == f"{why}: GET /health answered 500"
        recovered(stage)
        assert stage.status.restarts == 1


def test_what_survives_is_not_started_again(stage: Stage) -> None:
    stage.started()
    stage.loop.do(lambda: stage.process.ends(CRASH))
    stage.loop.do(stage.process.survives)
    assert stage.status.status is Status.ERROR
    assert stage.last_error is not None and "processes that are left: 1" in stage.last_error
    stage.loop.pass_time(LONG_ENOUGH)
    assert len(stage.processes.launched) == 1


def test_new_settings_hold_for_the_restart_that_is_waited_for(stage: Stage) -> None:
    crashed(stage)
    stage.configure(SPEC._replace(port=8200))
    recovered(stage)
    assert stage.process.port == 8200
    assert [endpoint.port for endpoint in stage.endpoints] == [8200]


def test_nothing_is_measured_where_nothing_runs(stage: Stage) -> None:
    crashed(stage)
    metrics = stage.loop.run_until_complete(stage.server.metrics())
    assert (metrics.processes, metrics.uptime) == (0, None)


def test_a_timer_that_was_forgotten_does_not_go_off() -> None:
    loop = VirtualTimeLoop()
    told: list[None] = []
    recovery = Recovery(lambda: told.append(None))
    decision = recovery.decide(SETTINGS, Ending(How.CRASHED))
    assert isinstance(decision, Retry)
    loop.do(recovery.wait)
    assert recovery.retry_at is not None
    loop.do(recovery.forget_timer)
    assert recovery.retry_at is None
    loop.pass_time(LONG_ENOUGH)
    assert not told and not recovery.automatic
    loop.close()
