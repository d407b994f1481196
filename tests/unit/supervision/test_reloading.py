"""Sources are watched while somebody wants the server, and a change of theirs restarts it."""

from collections.abc import Iterator

import pytest

from sidecar.domain.outcome import Exit
from sidecar.domain.phases import Status
from sidecar.domain.spec import LogSettings, RestartSettings, ServerSpec
from tests.unit.supervision.scripted_processes import spec_of
from tests.unit.supervision.stage import Stage, stage_for

SPEC = spec_of("api", handoff="socket", reload=True, watch=("/src",))
OVERLAP = SPEC._replace(handoff="overlap")


def changed(stage: Stage) -> None:
    (watch,) = stage.processes.watches
    stage.loop.do(lambda: watch.changed("/src/main.py"))


@pytest.fixture
def stage() -> Iterator[Stage]:
    with stage_for(SPEC) as stage:
        yield stage


def test_a_server_that_was_never_wanted_is_not_watched(stage: Stage) -> None:
    assert not stage.processes.watches
    stage.command(stage.server.start)
    assert [watch.spec.watch for watch in stage.processes.watches] == [("/src",)]


def test_a_change_restarts_the_server_on_the_same_socket(stage: Stage) -> None:
    stage.started()
    changed(stage)
    assert stage.process.grace == SPEC.stop_timeout
    assert stage.status.status is Status.STOPPING
    stage.ended(Exit(code=0))
    stage.ready()
    assert stage.processes.launched[0].endpoint is stage.process.endpoint
    assert len(stage.processes.watches) == 1


def test_a_change_while_it_starts_begins_anew_and_answers_with_the_last(stage: Stage) -> None:
    outcome = stage.command(stage.server.start)
    changed(stage)
    assert stage.process.being_cleared and not outcome.done()
    changed(stage)
    stage.ended(Exit(code=0))
    stage.ready()
    assert outcome.result().success
    assert len(stage.processes.launched) == 2


def test_a_change_while_a_failed_start_is_cleared_away_is_another_try(stage: Stage) -> None:
    outcome = stage.command(stage.server.start)
    stage.loop.do(lambda: stage.process.ends(Exit(code=1)))
    changed(stage)
    stage.loop.do(stage.process.is_cleared_away)
    stage.ready()
    assert outcome.result().success


def test_a_change_while_it_is_started_automatically_is_a_new_beginning() -> None:
    with stage_for(SPEC._replace(restart=RestartSettings("always", first=1.0))) as stage:
        stage.started()
        stage.ended(Exit(code=1))
        stage.loop.pass_time(2.0)
        assert stage.status.restarts == 1
        changed(stage)
        stage.ended(Exit(code=0))
        assert (stage.status.restarts, stage.last_error) == (0, None)


def test_a_change_leaves_the_server_the_grace_of_its_settings(stage: Stage) -> None:
    stage.started()
    stage.command(lambda: stage.server.restart(grace=1))
    stage.ended(Exit(code=0))
    stage.ready()
    changed(stage)
    assert stage.process.grace == SPEC.stop_timeout


def test_a_change_mends_what_had_failed(stage: Stage) -> None:
    stage.command(stage.server.start)
    stage.ended(Exit(code=1))
    assert stage.status.status is Status.ERROR
    changed(stage)
    assert stage.last_error is None
    stage.ready()


def test_a_server_that_was_stopped_is_left_alone(stage: Stage) -> None:
    stage.started()
    stage.command(stage.server.stop)
    assert not stage.processes.watches
    stage.ended(Exit(code=0))
    assert not stage.processes.watches


def test_changes_of_an_overlap_are_taken_up_beside_the_process_that_serves() -> None:
    with stage_for(OVERLAP) as stage:
        stage.started()
        serving = stage.process
        changed(stage)
        outdated = stage.process
        changed(stage)
        assert outdated.grace == 0 and not serving.being_cleared
        stage.loop.do(lambda: stage.process.ends(Exit(code=1)))
        changed(stage)
        assert len(stage.processes.launched) == 4
        stage.ready()
        assert serving.being_cleared


@pytest.mark.parametrize(
    "spec",
    [
        SPEC._replace(watch=("/lib",)),
        SPEC._replace(logs=LogSettings(file="/src/api.log")),
        SPEC._replace(reload=False),
    ],
    ids=["other folders", "a log file, whose changes do not count", "no reload"],
)
def test_other_settings_are_followed_at_once(stage: Stage, spec: ServerSpec) -> None:
    stage.started()
    stage.configure(spec)
    assert [watch.spec for watch in stage.processes.watches] == [spec] * spec.reload


def test_a_server_may_be_watched_from_now_on() -> None:
    with stage_for(SPEC._replace(reload=False)) as stage:
        stage.started()
        assert not stage.processes.watches
        stage.configure(SPEC)
        assert len(stage.processes.watches) == 1
