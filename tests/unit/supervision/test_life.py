"""What is told of a server's health, and how commands meet a server that is being ended for it."""

from collections.abc import Iterator

import pytest

from sidecar.domain.errors import FailureCode
from sidecar.domain.events import StatusChanged
from sidecar.domain.outcome import Exit, Outcome
from sidecar.domain.phases import Status
from sidecar.domain.spec import HealthCheck
from tests.unit.supervision.scripted_processes import spec_of
from tests.unit.supervision.stage import Stage, stage_for

CHECK = HealthCheck("/health", interval=5.0, failures=1)
SPEC = spec_of("api", health=CHECK, stop_timeout=20.0)
BAD = "GET /health answered 500"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with stage_for(SPEC) as stage:
        yield stage


def sick(stage: Stage, why: str | None = BAD) -> None:
    stage.process.bad_health = why
    stage.loop.pass_time(CHECK.interval)


def recovering(stage: Stage) -> None:
    stage.configure(SPEC._replace(health=CHECK._replace(action="restart")))
    stage.started()
    sick(stage)
    assert stage.status.status is Status.STOPPING


def test_health_is_known_of_a_running_server_alone(stage: Stage) -> None:
    stage.command(stage.server.start)
    assert stage.status.health is None
    stage.ready()
    assert stage.status.health == "healthy"
    stage.command(stage.server.stop)
    assert stage.status.health is None


def test_a_change_for_the_worse_is_a_status_and_an_alert(stage: Stage) -> None:
    stage.started()
    sick(stage)
    *_, told, alert = stage.witness.events
    assert isinstance(told, StatusChanged)
    assert (told.status.status, told.status.health) == (Status.RUNNING, "unhealthy")
    assert stage.witness.alerts == [alert]
    why = f"api is unhealthy: it failed its health check: {BAD}"
    assert (stage.witness.alerts[0].kind, stage.witness.alerts[0].message) == ("unhealthy", why)


def test_a_server_that_has_recovered_is_told_without_an_alert(stage: Stage) -> None:
    stage.started()
    sick(stage)
    sick(stage, None)
    assert stage.status.health == "healthy"
    assert len(stage.witness.alerts) == 1


def test_other_settings_of_the_check_begin_it_anew(stage: Stage) -> None:
    stage.started()
    sick(stage)
    stage.configure(SPEC._replace(health=None))
    assert stage.status.health is None
    stage.configure(SPEC)
    assert stage.status.health == "unhealthy"


def test_what_is_asked_is_the_process_that_serves(stage: Stage) -> None:
    stage.configure(SPEC._replace(handoff="overlap"))
    stage.started()
    old = stage.process
    stage.command(stage.server.restart)
    stage.loop.do(lambda: stage.process.ends(Exit(code=1)))
    stage.loop.do(stage.process.is_cleared_away)
    assert (stage.status.pid, stage.status.health) == (old.pid, "healthy")
    old.bad_health = BAD
    stage.loop.pass_time(CHECK.interval)
    assert stage.status.health == "unhealthy"


def test_the_end_of_an_unhealthy_server_is_not_what_anybody_expected(stage: Stage) -> None:
    recovering(stage)
    stage.ended(Exit(code=0))
    assert [stop.expected for stop in stage.witness.stops] == [False]


def test_a_stop_hurries_the_end_of_an_unhealthy_server(stage: Stage) -> None:
    recovering(stage)
    assert stage.process.grace == SPEC.stop_timeout
    stopping = stage.command(lambda: stage.server.stop(grace=1))
    assert stage.process.grace == 1
    stage.ended(Exit(code=0))
    assert stopping.result() == Outcome("api is stopped")
    assert [stop.expected for stop in stage.witness.stops] == [True]


def test_an_unhealthy_server_has_the_grace_of_its_settings(stage: Stage) -> None:
    stage.configure(SPEC._replace(health=CHECK._replace(action="restart")))
    stage.started()
    stage.command(lambda: stage.server.restart(grace=1))
    stage.ended(Exit(code=0))
    stage.ready()
    sick(stage)
    assert stage.process.grace == SPEC.stop_timeout


def test_force_interrupts_the_end_of_an_unhealthy_server(stage: Stage) -> None:
    recovering(stage)
    outcome = stage.command(lambda: stage.server.restart(force=True))
    assert stage.process.grace == 0
    stage.ended(Exit(signal="SIGKILL"))
    stage.ready()
    assert outcome.result().success


@pytest.mark.parametrize("name", ["start", "restart"])
def test_a_start_follows_on_the_end_of_an_unhealthy_server_at_once(stage: Stage, name: str) -> None:
    recovering(stage)
    outcome = stage.command(getattr(stage.server, name))
    stage.ended(Exit(code=0))
    stage.ready()
    assert outcome.result().success
    assert (stage.status.restarts, stage.last_error) == (0, None)


def test_new_settings_cancel_a_start_and_begin_another(stage: Stage) -> None:
    first = stage.command(stage.server.start)
    stage.configure(SPEC._replace(args=("--debug",)))
    second = stage.command(stage.server.restart)
    failure = first.result().failure
    assert failure is not None and failure.code is FailureCode.CANCELLED
    stage.ended(Exit(code=0))
    stage.ready()
    assert second.result().success


def test_a_restart_with_new_settings_does_not_join_a_start_that_has_failed(stage: Stage) -> None:
    first = stage.command(stage.server.start)
    stage.loop.do(lambda: stage.process.ends(Exit(code=1)))
    stage.configure(SPEC._replace(args=("--debug",)))
    second = stage.command(stage.server.restart)
    stage.loop.do(stage.process.is_cleared_away)
    stage.ready()
    assert first.result() == second.result()
    assert second.result().success


def test_a_stop_that_failed_for_a_defect_of_ours_can_be_repeated(stage: Stage) -> None:
    stage.started()
    process = stage.process
    process.broken = True
    first = stage.command(stage.server.stop)
    failure = first.result().failure
    assert failure is not None and "internal error" in failure.message
    process.broken = False
    once_more = stage.command(stage.server.stop)
    stage.loop.do(process.survives)
    failure = once_more.result().failure
    assert failure is not None and "did not end, not even by force" in failure.message
    second = stage.command(stage.server.stop)
    stage.ended(Exit(code=0))
    assert second.result().success
    assert stage.status.status is Status.STOPPED
