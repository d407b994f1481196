"""Clients' requests to a server: sent while it runs, otherwise answered with the reason."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from sidecar.domain.errors import NoAnswer
from sidecar.domain.http import HttpRequest
from sidecar.domain.outcome import Exit
from sidecar.domain.phases import Status
from sidecar.supervision.exchanges import MOST_AT_ONCE
from tests.unit.supervision.scripted_processes import FIRST_PORT, spec_of
from tests.unit.supervision.stage import Stage, stage_for

HELLO = HttpRequest("/hello")


@pytest.fixture
def stage() -> Iterator[Stage]:
    with stage_for(spec_of("api")) as stage:
        yield stage


def begin(stage: Stage) -> asyncio.Task[Any]:
    """Sends a request and lets happen what follows at once."""
    return stage.loop.do(lambda: stage.loop.create_task(stage.server.send(HELLO)))


def refusal(stage: Stage) -> str:
    """Why a request is not even sent."""
    before = len(stage.processes.sent)
    with pytest.raises(NoAnswer) as refused:
        stage.loop.run_until_complete(stage.server.send(HELLO))
    stage.loop.tasks.clear()  # of which one failed, as it should
    assert len(stage.processes.sent) == before
    return str(refused.value)


def test_a_running_server_is_asked_where_it_listens(stage: Stage) -> None:
    stage.started()
    task = begin(stage)
    assert stage.processes.sent == [(FIRST_PORT, HELLO)]
    assert not task.done()
    stage.loop.do(stage.processes.answers_requests.set)
    assert task.result().body == "api"


def test_it_is_asked_where_it_listens_now_not_where_the_next_start_will(stage: Stage) -> None:
    stage.started()
    stage.configure(stage.server.spec._replace(port=7777))
    begin(stage)
    assert stage.processes.sent == [(FIRST_PORT, HELLO)]


def test_a_server_that_was_never_started_says_what_to_do(stage: Stage) -> None:
    assert refusal(stage) == "api is not running, so it cannot answer; start it first"


def test_a_server_that_crashed_says_the_same(stage: Stage) -> None:
    stage.started()
    stage.ended(Exit(code=1))
    assert stage.status.status is Status.ERROR
    assert refusal(stage) == "api is not running, so it cannot answer; start it first"


def test_a_server_on_its_way_up_says_when_to_ask_again(stage: Stage) -> None:
    stage.command(stage.server.start)
    assert refusal(stage) == (
        "api is starting, so it cannot answer yet; ask again once it is running"
    )


def test_a_server_on_its_way_down_is_not_asked(stage: Stage) -> None:
    stage.started()
    stage.command(stage.server.stop)
    assert refusal(stage) == "api is stopping, so it answers no more; start it again"
    stage.ended(Exit(code=0))


def test_a_server_without_a_port_is_not_asked() -> None:
    with stage_for(spec_of("worker", command=("work",))) as stage:
        stage.started()
        assert refusal(stage) == "worker listens on no port, so it cannot be asked"


def test_a_server_that_hangs_collects_only_so_many(stage: Stage) -> None:
    stage.started()
    waiting = [begin(stage) for _ in range(MOST_AT_ONCE)]
    assert refusal(stage) == (
        "api has 64 requests to answer already; wait for one of them to end, "
        "or restart it if it hangs"
    )
    stage.loop.do(waiting[0].cancel)
    waiting[0] = begin(stage)
    assert len(stage.processes.sent) == MOST_AT_ONCE + 1
    stage.loop.do(stage.processes.answers_requests.set)
    assert all(task.result().status == 200 for task in waiting)


def test_a_request_without_an_answer_says_nothing_of_the_servers_health(stage: Stage) -> None:
    stage.started()
    task = begin(stage)
    stage.loop.do(task.cancel)
    assert stage.status.health is None
    assert stage.status.last_error is None
