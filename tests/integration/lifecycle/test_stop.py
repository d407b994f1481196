"""Stopping a server: what it is given time for, and what happens when it does not go."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.integration.lifecycle.programs import LIFESPAN_APP, LONG, says_force, slow_to_end
from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.support.servers import app_file, fastapi_app, free_port, sleeper, term_ignoring
from tests.support.sidecar import LaunchSidecar, RpcError


async def test_stopping_a_stopped_server_succeeds(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})

    answer = await client.request("stop")

    assert answer["success"] is True
    assert answer["status"]["status"] == "stopped"
    assert client.since_mark() == []


async def test_a_stop_is_answered_when_nothing_of_the_server_is_left(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    client = await sidecar({"api": tracked(fastapi_app(tmp_path))})
    started = await client.request("start")

    answer = await client.request("stop")

    assert answer["success"] is True
    assert answer["status"]["status"] == "stopped"
    assert "pid" not in answer["status"]
    assert "uptime" not in answer["status"]
    assert server_processes(client) == {}
    # Without SO_REUSEADDR this would fail for a connection's sake; nothing may listen any more.
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", started["status"]["port"])


async def test_a_stop_tells_stopping_the_last_lines_and_then_the_end(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    client = await sidecar({"api": fastapi_app(tmp_path)})
    await client.request("start")
    client.mark()

    await client.request("stop")

    stopped = await client.until("python-server-stopped")
    await client.until_status("stopped")
    assert stopped["name"] == "api"
    assert stopped["expected"] is True
    topics = [topic for topic, _ in client.notifications]
    last_log = len(topics) - 1 - topics[::-1].index("python-log")
    assert last_log < topics.index("python-server-stopped")
    statuses = [params["status"] for params in client.since_mark("python-server-status")]
    assert statuses == ["stopping", "stopped"]
    assert "lifespan ended" in client.log_text()


async def test_the_lifespan_of_an_app_is_shut_down(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    spec = app_file(tmp_path, "closing", LIFESPAN_APP, env={"CLOSED_FILE": str(closed)})
    client = await sidecar({"api": spec})
    await client.request("start")

    await client.request("stop")

    assert closed.read_text() == "closed in good order"


async def test_a_server_is_given_the_time_it_needs(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": slow_to_end(0.5)})
    await client.request("start")

    answer = await client.request("stop")

    assert answer["success"] is True
    assert "goodbye" in await client.logs_until("goodbye")
    stopped = await client.until("python-server-stopped")
    assert stopped == {"name": "api", "code": 0, "expected": True}
    assert not says_force(answer["message"])


async def test_a_stop_that_needed_force_is_a_success_that_says_so(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": term_ignoring(stop={"timeout": 0.3})})
    await client.request("start")

    answer = await client.request("stop")

    assert answer["success"] is True
    assert says_force(answer["message"])
    stopped = await client.until("python-server-stopped")
    assert stopped == {"name": "api", "code": None, "signal": "SIGKILL", "expected": True}
    assert answer["status"]["status"] == "stopped"


async def test_a_stop_with_a_timeout_uses_it_instead_of_the_configured_one(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": term_ignoring(stop=LONG)})
    await client.request("start")

    answer = await client.request("stop", timeout=0.3)

    assert answer["success"] is True
    assert says_force(answer["message"])


async def test_a_longer_timeout_lets_a_server_end_by_itself(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": slow_to_end(0.8, stop={"timeout": 0.1})})
    await client.request("start")

    answer = await client.request("stop", timeout=50)

    assert not says_force(answer["message"])
    assert "goodbye" in await client.logs_until("goodbye")


@pytest.mark.parametrize("timeout", [0, -1, "soon", True, None, [1]])
async def test_a_timeout_that_is_no_time_is_refused(
    sidecar: LaunchSidecar, timeout: object
) -> None:
    client = await sidecar({"api": sleeper()})
    await client.request("start")

    with pytest.raises(RpcError) as refused:
        await client.request("stop", timeout=timeout)

    assert refused.value.code == -32602
    assert refused.value.data["field"] == "timeout"
    assert (await client.request("get_status"))["status"] == "running"


async def test_a_forced_stop_does_not_wait(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": term_ignoring(stop=LONG)})
    await client.request("start")

    answer = await client.request("stop", force=True)

    assert answer["success"] is True
    stopped = await client.until("python-server-stopped")
    assert stopped["signal"] == signal.SIGKILL.name
    assert stopped["expected"] is True


async def test_force_during_a_stop_ends_it_at_once(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": term_ignoring(stop=LONG)})
    await client.request("start")
    patient = client.start_request("stop")
    await client.until_status("stopping")

    forced = await client.request("stop", force=True)

    assert forced["success"] is True
    assert (await patient)["success"] is True
    assert len(client.since_mark("python-server-stopped")) == 1


async def test_a_shorter_timeout_during_a_stop_shortens_it(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": term_ignoring(stop=LONG)})
    await client.request("start")
    patient = client.start_request("stop")
    await client.until_status("stopping")

    hurried = await client.request("stop", timeout=0.2)

    assert hurried["success"] is True
    assert (await patient)["success"] is True


async def test_a_longer_timeout_during_a_stop_does_not_prolong_it(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": term_ignoring(stop={"timeout": 0.5})})
    await client.request("start")
    first = client.start_request("stop")
    await client.until_status("stopping")

    await client.request("stop", timeout=50)

    assert (await first)["success"] is True


async def test_stops_at_the_same_time_join_one_operation(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": slow_to_end(0.3)})
    await client.request("start")
    client.mark()

    answers = await asyncio.gather(*(client.request("stop") for _ in range(3)))

    assert all(answer["success"] for answer in answers)
    await client.until_status("stopped")
    statuses = [params["status"] for params in client.since_mark("python-server-status")]
    assert statuses == ["stopping", "stopped"]
    assert len(client.since_mark("python-server-stopped")) == 1


async def test_a_port_can_be_used_by_another_program_after_a_stop(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    port = free_port()
    client = await sidecar({"api": fastapi_app(tmp_path, port)})
    await client.request("start")

    await client.request("stop")

    other = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", port)
    other.close()
    await other.wait_closed()
