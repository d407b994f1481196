"""A running server is asked at a steady pace, and only a change of its health is told."""

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import pytest

from sidecar.domain.spec import HealthCheck
from sidecar.supervision.health import OVERTIME_SECONDS, Health, HealthWatch
from sidecar.supervision.interfaces import Process
from tests.unit.supervision.virtual_time import VirtualTimeLoop

SETTINGS = HealthCheck("/health", interval=10.0, timeout=3.0, failures=3)
BAD = "GET http://127.0.0.1:8121/health answered 500"
SLOW = "GET http://127.0.0.1:8121/health did not answer within 3 s"
NEVER = float("inf")

Answer = str | Exception | None


class Server:
    """Answers after `seconds` with what the test has set, and is never asked twice at once."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self.answer: Answer = None
        self.seconds = 0.0
        self.asked_at: list[float] = []
        self.busy = False
        self.given_up = 0
        self.settings: HealthCheck | None = None
        self._loop = loop

    async def check(self, health: HealthCheck) -> str | None:
        assert not self.busy, "two questions at once"
        self.settings = health
        self.busy = True
        self.asked_at.append(self._loop.time())
        try:
            if self.seconds == NEVER:
                await asyncio.Event().wait()
            await asyncio.sleep(self.seconds)
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        finally:
            self.busy = False


class Stage:
    def __init__(self, loop: VirtualTimeLoop, settings: HealthCheck = SETTINGS) -> None:
        self.loop = loop
        self.server = Server(loop)
        self.told: list[tuple[Health, str | None]] = []
        process = cast("Process", cast("Any", self.server))
        self.watch = HealthWatch("api", process, settings, lambda *what: self.told.append(what))

    def begin(self) -> None:
        self.loop.do(self.watch.begin)

    def end(self) -> None:
        self.loop.do(self.watch.end)

    def pass_intervals(self, count: int) -> None:
        self.loop.pass_time(count * SETTINGS.interval)


@pytest.fixture
def loop() -> Iterator[VirtualTimeLoop]:
    loop = VirtualTimeLoop()
    yield loop
    loop.close()


@pytest.fixture
def stage(loop: VirtualTimeLoop) -> Stage:
    return Stage(loop)


def test_a_server_is_asked_at_once_and_its_first_good_answer_is_told(stage: Stage) -> None:
    stage.begin()
    assert stage.server.asked_at == [0.0]
    assert stage.server.settings == SETTINGS
    assert stage.told == [("healthy", None)]


def test_health_that_does_not_change_is_told_once(stage: Stage) -> None:
    stage.begin()
    stage.pass_intervals(10)
    assert len(stage.server.asked_at) == 11
    assert stage.told == [("healthy", None)]


def test_a_few_bad_answers_are_no_illness(stage: Stage) -> None:
    stage.begin()
    for _ in range(4):
        stage.server.answer = BAD
        stage.pass_intervals(2)
        stage.server.answer = None
        stage.pass_intervals(1)
    assert stage.told == [("healthy", None)]


def test_enough_bad_answers_in_a_row_are_told_once_with_the_last_reason(stage: Stage) -> None:
    stage.begin()
    stage.server.answer = SLOW
    stage.pass_intervals(2)
    stage.server.answer = BAD
    assert len(stage.told) == 1
    stage.pass_intervals(5)
    why = f"it failed its health check 3 times in a row: {BAD}"
    assert stage.told[1:] == [("unhealthy", why)]


def test_one_good_answer_is_enough_to_be_healthy_again(stage: Stage) -> None:
    stage.server.answer = BAD
    stage.begin()
    stage.pass_intervals(4)
    stage.server.answer = None
    stage.pass_intervals(1)
    assert [health for health, _ in stage.told] == ["unhealthy", "healthy"]
    stage.server.answer = BAD
    stage.pass_intervals(2)
    assert len(stage.told) == 2, "the bad answers before the good one do not count any more"
    stage.pass_intervals(1)
    assert [health for health, _ in stage.told] == ["unhealthy", "healthy", "unhealthy"]


def test_where_one_failure_is_enough_it_is_told_without_a_number(loop: VirtualTimeLoop) -> None:
    stage = Stage(loop, SETTINGS._replace(failures=1))
    stage.server.answer = BAD
    stage.begin()
    assert stage.told == [("unhealthy", f"it failed its health check: {BAD}")]


def test_questions_begin_an_interval_apart_however_long_the_answers_take(stage: Stage) -> None:
    stage.server.seconds = 2.5
    stage.begin()
    stage.pass_intervals(3)
    assert stage.server.asked_at == [0.0, 10.0, 20.0, 30.0]


def test_a_server_that_never_answers_is_found(stage: Stage) -> None:
    stage.begin()
    stage.server.seconds = NEVER
    stage.loop.pass_time(3 * SETTINGS.interval + SETTINGS.timeout + OVERTIME_SECONDS)
    why = "it failed its health check 3 times in a row: it did not answer within 3 s"
    assert stage.told == [("healthy", None), ("unhealthy", why)]
    assert stage.server.given_up == 3
    assert stage.server.asked_at == [0.0, 10.0, 20.0, 30.0]


def test_a_question_that_ends_by_itself_when_the_time_is_over_may_say_so(stage: Stage) -> None:
    stage.server.answer, stage.server.seconds = SLOW, SETTINGS.timeout
    stage.begin()
    stage.pass_intervals(3)
    assert stage.told == [("unhealthy", f"it failed its health check 3 times in a row: {SLOW}")]
    assert stage.server.given_up == 0


def test_answers_that_take_longer_than_the_interval_follow_each_other(
    loop: VirtualTimeLoop,
) -> None:
    stage = Stage(loop, SETTINGS._replace(interval=1.0))
    stage.server.seconds = 2.5
    stage.begin()
    stage.loop.pass_time(10.0)
    assert stage.server.asked_at == [0.0, 2.5, 5.0, 7.5, 10.0]


def test_a_question_that_fails_unexpectedly_is_logged_and_counts_as_a_bad_answer(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.server.answer = RuntimeError("no sockets today")
    stage.begin()
    stage.pass_intervals(2)
    [(health, why)] = stage.told
    assert health == "unhealthy"
    assert why is not None
    assert "an internal error of the sidecar" in why
    assert "no sockets today" not in why
    assert "asking api whether it is healthy failed" in caplog.text
    stage.server.answer = None
    stage.pass_intervals(1)
    assert stage.told[1:] == [("healthy", None)]


def test_after_the_end_nothing_is_asked_or_told(stage: Stage) -> None:
    stage.server.seconds = 1.0
    stage.begin()
    stage.end()
    stage.end()
    stage.pass_intervals(3)
    assert stage.server.given_up == 1
    assert stage.server.asked_at == [0.0]
    assert stage.told == []


def test_an_answer_that_came_in_together_with_the_end_is_not_told(stage: Stage) -> None:
    stage.server.seconds = 1.0
    stage.begin()
    stage.loop.call_at(1.0, stage.watch.end)
    stage.pass_intervals(1)
    assert stage.told == []


def test_the_owner_may_end_the_watch_when_it_is_told(loop: VirtualTimeLoop) -> None:
    server = Server(loop)
    told: list[Health] = []

    def take(health: Health, _: str | None) -> None:
        told.append(health)
        watch.end()

    watch = HealthWatch("api", cast("Process", cast("Any", server)), SETTINGS, take)
    loop.do(watch.begin)
    loop.pass_time(3 * SETTINGS.interval)
    assert told == ["healthy"]
    assert server.asked_at == [0.0]


def test_a_second_beginning_changes_nothing(stage: Stage) -> None:
    stage.begin()
    stage.begin()
    stage.pass_intervals(1)
    assert stage.server.asked_at == [0.0, 10.0]


def test_an_end_without_a_beginning_is_no_error(stage: Stage) -> None:
    stage.end()
    assert stage.told == []
