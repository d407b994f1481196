"""One server by example: what is answered and told when commands and processes meet."""

from collections.abc import Iterator

import pytest

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.events import StatusChanged
from sidecar.domain.outcome import Exit, Outcome
from sidecar.domain.phases import Status
from sidecar.domain.spec import LogSettings, ServerSpec
from sidecar.supervision.runs import Surroundings
from sidecar.supervision.server import ManagedServer
from tests.unit.supervision.scripted_processes import FIRST_PID, FIRST_PORT, spec_of
from tests.unit.supervision.stage import Stage, stage_for


@pytest.fixture
def stage() -> Iterator[Stage]:
    with stage_for(spec_of("api")) as stage:
        yield stage


def test_a_started_server_says_where_it_is(stage: Stage) -> None:
    outcome = stage.started().result()

    status = stage.server.status()
    assert outcome.message == f"api is running on http://127.0.0.1:{FIRST_PORT} (pid {FIRST_PID})"
    assert (status.status, status.pid, status.port) == (Status.RUNNING, FIRST_PID, FIRST_PORT)
    assert status.url == f"http://127.0.0.1:{FIRST_PORT}"
    assert status.uptime is not None
    assert stage.process.knows_it_is_ready


def test_a_start_of_a_running_server_is_answered_with_the_same_process(stage: Stage) -> None:
    stage.started()
    outcome = stage.command(stage.server.start).result()
    assert outcome.success
    assert outcome.message.startswith("api is already running")
    assert str(FIRST_PID) in outcome.message
    assert len(stage.processes.launched) == 1


def test_a_start_that_nobody_waits_for_is_answered_at_once(stage: Stage) -> None:
    outcome = stage.command(lambda: stage.server.start(wait=False))
    assert outcome.result() == Outcome("api is starting")
    assert stage.server.status().status is Status.STARTING


def test_starting_is_told_before_anything_is_tried(stage: Stage) -> None:
    stage.processes.refusal = Failure(FailureCode.SPAWN_FAILED, "no such program", "Install it.")
    outcome = stage.command(stage.server.start).result()
    assert stage.witness.statuses[1:] == [Status.STARTING, Status.ERROR]
    assert outcome.failure == stage.processes.refusal
    assert stage.last_error == "no such program. Install it."
    assert not stage.witness.stops, "nothing stopped that never was"


def test_a_start_that_takes_too_long_says_what_was_missing(stage: Stage) -> None:
    outcome = stage.command(stage.server.start)
    stage.loop.do(lambda: stage.process.says("stderr", "loading"))
    stage.loop.pass_time(31)
    assert stage.process.grace == 0, "nobody is asked to end who could not even start"
    stage.ended(Exit(signal="SIGKILL"), forced=True)

    failure = outcome.result().failure
    assert failure is not None
    assert failure.code is FailureCode.READY_TIMEOUT
    assert failure.message.startswith("api was not ready within 30 s: ")
    assert failure.data["tail"] == ["loading"]
    assert stage.witness.stops[0].expected is False


def test_a_process_that_ends_too_early_is_explained_by_its_own_last_lines(stage: Stage) -> None:
    stage.started()
    stage.loop.do(lambda: stage.process.says("stdout", "of another run"))
    stage.ended(Exit(code=0))
    outcome = stage.command(stage.server.start)
    stage.loop.do(lambda: stage.process.says("stderr", "out of luck"))
    stage.ended(Exit(code=7))

    failure = outcome.result().failure
    assert failure is not None
    assert failure.code is FailureCode.EXITED_EARLY
    assert failure.message == "api ended before it was ready: exited with code 7: out of luck"
    assert failure.data == {"tail": ["out of luck"], "exitCode": 7}


def test_a_crash_is_told_with_its_cause(stage: Stage) -> None:
    stage.started()
    stage.ended(Exit(signal="SIGSEGV"))
    status = stage.server.status()
    assert status.status is Status.ERROR
    assert (status.signal, status.exit_code, status.pid) == ("SIGSEGV", None, None)
    assert stage.last_error is not None
    assert stage.last_error.startswith("api ended: killed by SIGSEGV")
    assert stage.witness.stops[0].expected is False


def test_exit_0_of_a_running_server_is_no_error_and_yet_unexpected(stage: Stage) -> None:
    stage.started()
    stage.ended(Exit(code=0))
    assert stage.server.status().status is Status.STOPPED
    assert stage.last_error is None
    assert stage.witness.stops[0].expected is False


def test_a_stop_that_needed_force_is_a_success_that_says_so(stage: Stage) -> None:
    stage.started()
    outcome = stage.command(lambda: stage.server.stop(grace=0.5))
    stage.ended(Exit(signal="SIGKILL"), forced=True)
    assert outcome.result() == Outcome("api did not stop within 0.5 s and was killed")
    assert stage.witness.stops[0].expected is True


def test_a_stop_by_force_says_that_the_server_was_killed(stage: Stage) -> None:
    stage.started()
    outcome = stage.command(lambda: stage.server.stop(force=True))
    stage.ended(Exit(signal="SIGKILL"), forced=True)
    assert outcome.result() == Outcome("api was killed")


def test_the_grace_of_a_stop_is_that_of_the_settings_unless_another_is_given(
    stage: Stage,
) -> None:
    stage.started()
    stage.command(lambda: stage.server.restart(grace=3))
    assert stage.process.grace == 3
    stage.ended(Exit(code=0))
    stage.loop.do(stage.process.answers.set)
    stage.command(stage.server.stop)
    assert stage.process.grace == stage.server.spec.stop_timeout


def test_a_second_stop_can_only_shorten_the_grace(stage: Stage) -> None:
    stage.started()
    first = stage.command(lambda: stage.server.stop(grace=5))
    second = stage.command(lambda: stage.server.stop(grace=1))
    assert stage.process.grace == 1
    stage.command(lambda: stage.server.stop(grace=60))
    assert stage.process.grace == 1
    stage.ended(Exit(code=0))
    assert first.result() == second.result() == Outcome("api is stopped")


def test_a_stop_that_took_force_says_how_long_it_waited_in_the_end(stage: Stage) -> None:
    stage.started()
    outcome = stage.command(lambda: stage.server.stop(grace=5))
    stage.command(lambda: stage.server.stop(grace=1))
    stage.ended(Exit(signal="SIGKILL"), forced=True)
    assert outcome.result() == Outcome("api did not stop within 1 s and was killed")


def test_a_stop_is_answered_by_its_own_process_though_another_is_to_follow(stage: Stage) -> None:
    stage.started()
    outcome = stage.command(lambda: stage.server.stop(grace=1))
    stage.command(stage.server.start)
    stage.ended(Exit(signal="SIGKILL"), forced=True)
    assert outcome.result() == Outcome("api did not stop within 1 s and was killed")


def test_what_survives_force_is_told_and_can_be_stopped_later(stage: Stage) -> None:
    stage.started()
    outcome = stage.command(stage.server.stop)
    stage.loop.do(stage.process.survives)

    failure = outcome.result().failure
    assert failure is not None
    assert failure.code is FailureCode.STOP_TIMEOUT
    assert stage.server.status().status is Status.ERROR
    assert stage.last_error == failure.sentence

    again = stage.command(stage.server.stop)
    stage.ended(Exit(signal="SIGKILL"), forced=True)
    assert again.result().success
    assert stage.server.status().status is Status.STOPPED


def test_an_error_does_not_outlive_the_stop_that_mended_it(stage: Stage) -> None:
    stage.started()
    stage.command(stage.server.stop)
    stage.loop.do(stage.process.survives)
    stage.command(stage.server.stop)
    stage.ended(Exit(signal="SIGKILL"), forced=True)
    assert stage.last_error is None


def test_a_crash_is_unexpected_even_if_an_earlier_process_was_hard_to_stop(stage: Stage) -> None:
    stage.started()
    stage.command(stage.server.stop)
    stage.loop.do(stage.process.survives)
    stage.command(stage.server.start)
    stage.ended(Exit(signal="SIGKILL"), forced=True)
    stage.loop.do(stage.process.answers.set)
    stage.ended(Exit(code=1))
    assert [stop.expected for stop in stage.witness.stops] == [True, False]


def test_a_stop_in_error_leads_to_stopped_and_forgets_the_error(stage: Stage) -> None:
    stage.started()
    stage.ended(Exit(code=1))
    assert stage.last_error
    assert stage.command(stage.server.stop).result() == Outcome("api is stopped")
    assert stage.server.status().status is Status.STOPPED
    assert stage.last_error is None
    assert stage.command(stage.server.stop).result() == Outcome("api is already stopped")


def test_a_new_start_forgets_the_last_error(stage: Stage) -> None:
    stage.started()
    stage.ended(Exit(code=1))
    stage.command(stage.server.start)
    assert stage.last_error is None


def test_a_port_is_chosen_once_and_kept_over_restarts(stage: Stage) -> None:
    stage.started()
    stage.command(stage.server.restart)
    stage.ended(Exit(code=0))
    assert [process.port for process in stage.processes.launched] == [FIRST_PORT, FIRST_PORT]
    assert stage.processes.avoided == [frozenset({5})] * 2


def test_a_restart_tells_that_the_old_process_had_to_be_killed(stage: Stage) -> None:
    stage.started()
    outcome = stage.command(stage.server.restart)
    stage.ended(Exit(signal="SIGKILL"), forced=True)
    stage.loop.do(stage.process.answers.set)
    assert "the old process did not stop in time and was killed" in outcome.result().message


def test_a_restart_by_force_does_not_complain_that_it_took_force(stage: Stage) -> None:
    stage.started()
    outcome = stage.command(lambda: stage.server.restart(force=True))
    stage.ended(Exit(signal="SIGKILL"), forced=True)
    stage.ready()
    assert "killed" not in outcome.result().message


def test_the_last_lines_are_told_before_the_end(stage: Stage) -> None:
    stage.started()

    def says_its_last() -> None:
        for line in ("one", "two", "three"):
            stage.process.says("stdout", line)

    stage.loop.do(says_its_last)
    stage.ended(Exit(code=1))
    assert stage.witness.lines == ["one", "two", "three"]
    assert stage.witness.stops == stage.witness.events[-2:-1]


def test_new_settings_of_a_running_server_wait_for_its_next_start(stage: Stage) -> None:
    stage.started()
    assert stage.server.configure(spec_of("api", port=8200)) is True
    assert stage.server.port == FIRST_PORT
    assert stage.server.configure(spec_of("api", stop_timeout=1.0)) is False
    stage.server.configure(spec_of("api", port=8200))
    stage.command(stage.server.restart)
    stage.ended(Exit(code=0))
    assert stage.process.port == 8200


def test_a_new_port_of_a_stopped_server_is_told(stage: Stage) -> None:
    told: list[StatusChanged] = []
    server = ManagedServer(
        spec_of("api"),
        Surroundings(
            stage.processes,
            lambda _: None,
            lambda event: told.append(event) if isinstance(event, StatusChanged) else None,
            lambda _: frozenset(),
        ),
    )
    assert server.configure(spec_of("api", port=8200)) is False
    assert [event.status.port for event in told] == [8200]
    server.configure(spec_of("api", port=8200, logs=LogSettings(lines=5)))
    assert len(told) == 1


def test_metrics_of_a_server_without_a_process_are_zero(stage: Stage) -> None:
    metrics = stage.loop.run_until_complete(stage.server.metrics())
    assert (metrics.name, metrics.processes, metrics.uptime) == ("api", 0, None)
    stage.started()
    metrics = stage.loop.run_until_complete(stage.server.metrics())
    assert (metrics.name, metrics.processes) == ("api", 1)
    assert metrics.uptime is not None


def test_an_unexpected_failure_of_a_start_says_nothing_of_its_insides(stage: Stage) -> None:
    def broken(_: ServerSpec) -> None:
        raise RuntimeError("secret detail")

    server = ManagedServer(
        spec_of("api"),
        Surroundings(stage.processes, broken, lambda _: None, lambda _: frozenset()),
    )
    outcome = stage.command(server.start).result()
    assert outcome.failure is not None
    assert outcome.failure.code is FailureCode.SPAWN_FAILED
    assert "secret" not in outcome.failure.sentence


def test_while_a_successor_starts_it_is_the_old_process_that_is_measured() -> None:
    with stage_for(spec_of("api", handoff="overlap")) as stage:
        stage.started()
        old = stage.process
        stage.command(stage.server.restart)
        new = stage.process
        before = stage.loop.run_until_complete(stage.server.metrics())
        stage.ready()
        after = stage.loop.run_until_complete(stage.server.metrics())
        assert (before.threads, after.threads) == (old.pid, new.pid)
