"""Sources are watched while somebody wants the server, and a change of theirs restarts it.

What the server writes itself is found out, or it would be restarted for ever.
"""

import logging
from collections.abc import Iterator

import pytest

from sidecar.domain.outcome import Exit
from sidecar.domain.phases import Status
from sidecar.domain.spec import LogSettings, RestartSettings, ServerSpec
from sidecar.supervision.reloading import SETTLING_SECONDS, SUPERFLUOUS_RESTARTS
from tests.unit.supervision.scripted_processes import spec_of
from tests.unit.supervision.stage import Stage, stage_for

SPEC = spec_of("api", handoff="socket", reload=True, watch=("/src",))
OVERLAP = SPEC._replace(handoff="overlap")


def changed(stage: Stage, *names: str) -> None:
    (watch,) = stage.processes.watches
    stage.loop.do(lambda: watch.saw(*(names or ["main.py"])))


def restarted_for(stage: Stage, *names: str) -> bool:
    """Whether a change has the server restarted; it runs at the end, as it did before."""
    starts = len(stage.processes.launched)
    changed(stage, *names)
    if stage.process.being_cleared:
        stage.ended(Exit(code=0))
        stage.ready()
    return len(stage.processes.launched) > starts


def settled(stage: Stage) -> None:
    """Time has passed since it became ready."""
    stage.loop.pass_time(SETTLING_SECONDS)


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


@pytest.fixture
def learned(stage: Stage) -> Stage:
    """A server that runs and writes its settings whenever it starts, which is known by now."""
    stage.started()
    while restarted_for(stage, "settings.json"):
        pass
    return stage


def test_what_is_written_at_each_start_costs_a_few_restarts_at_most(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = stage.command(stage.server.start)
    for _ in range(SUPERFLUOUS_RESTARTS):
        changed(stage, "settings.json")
        stage.ended(Exit(code=0))
    changed(stage, "settings.json")
    assert not stage.process.being_cleared
    stage.ready()
    assert outcome.result().success
    for _ in range(3):
        settled(stage)
        assert not restarted_for(stage, "settings.json")
    (warning,) = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert "api writes files whenever it starts" in warning.getMessage()
    assert "settings.json" in warning.getMessage()


def test_what_is_written_soon_after_each_start_counts_as_well(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.started()
    for _ in range(SUPERFLUOUS_RESTARTS):
        stage.loop.pass_time(SETTLING_SECONDS / 2)
        assert restarted_for(stage, "recording.json")
    stage.loop.pass_time(SETTLING_SECONDS / 2)
    assert not restarted_for(stage, "recording.json")
    assert "recording.json" in caplog.text


def test_who_writes_other_files_all_the_time_is_not_restarted_for_each(stage: Stage) -> None:
    stage.started()
    restarts = 0
    for number in range(100):
        stage.loop.pass_time(SETTLING_SECONDS / 2)
        restarts += restarted_for(stage, f"part-{number}.bin")
    assert restarts == SUPERFLUOUS_RESTARTS


def test_code_always_counts_and_whatever_changed_with_it_then(stage: Stage) -> None:
    stage.started()
    for _ in range(2 * SUPERFLUOUS_RESTARTS):
        assert restarted_for(stage, "main.py", "settings.json")
        assert restarted_for(stage, "main.py")


def test_what_is_known_to_be_written_stays_known_over_a_change_of_code(learned: Stage) -> None:
    settled(learned)
    assert restarted_for(learned, "main.py")
    assert not restarted_for(learned, "settings.json")
    assert restarted_for(learned, "settings.json", "main.py")
    assert restarted_for(learned, "page.html")


def test_saves_of_somebody_who_looks_at_the_result_are_never_doubted(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.started()
    for _ in range(3 * SUPERFLUOUS_RESTARTS):
        settled(stage)
        assert restarted_for(stage, "page.html")
        assert restarted_for(stage, "page.html")  # once more, in a hurry
    assert "not watched any more" not in caplog.text


def test_saves_while_the_old_process_stops_are_not_doubted(stage: Stage) -> None:
    stage.started()
    settled(stage)
    changed(stage, "page.html")
    for _ in range(2 * SUPERFLUOUS_RESTARTS):
        changed(stage, "page.html")
    stage.ended(Exit(code=0))
    stage.ready()
    assert restarted_for(stage, "page.html")


@pytest.mark.parametrize("anew", ["other settings", "stopped and started"])
def test_what_was_learned_is_forgotten(learned: Stage, anew: str) -> None:
    if anew == "other settings":
        learned.configure(SPEC._replace(env={"MODE": "test"}))
    else:
        learned.command(learned.server.stop)
        learned.ended(Exit(code=0))
        learned.started()
    assert restarted_for(learned, "settings.json")


def test_a_server_that_writes_and_then_fails_is_not_started_for_ever(stage: Stage) -> None:
    stage.command(stage.server.start)
    for _ in range(SUPERFLUOUS_RESTARTS + 1):
        stage.ended(Exit(code=1))
        assert stage.status.status is Status.ERROR
        changed(stage, "settings.json")
    assert stage.status.status is Status.ERROR
    settled(stage)
    changed(stage, "settings.json")  # no process of it is left to have written that
    assert stage.status.status is Status.STARTING


def test_with_an_overlap_the_same_is_learned() -> None:
    with stage_for(OVERLAP) as stage:
        stage.started()
        serving = stage.process
        changed(stage)
        for _ in range(SUPERFLUOUS_RESTARTS + 1):
            assert stage.process is not serving
            stage.ended(Exit(code=1))
            changed(stage, "settings.json")
        assert len(stage.processes.launched) == 1 + 1 + SUPERFLUOUS_RESTARTS
        assert stage.status.status is Status.RUNNING


def test_of_many_changes_a_few_are_named(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stage.started()
    changed(stage, "a.py", "b.py", "c.py", "d.py", "e.py")
    assert "restarting api for a change of a.py, b.py, c.py and 2 more" in caplog.messages
