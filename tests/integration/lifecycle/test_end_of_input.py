"""The client goes away: every server ends within the short grace, and the sidecar with 0."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.integration.lifecycle.programs import (
    LIFESPAN_APP,
    LONG,
    slow_to_end,
    stubborn_tree,
    tree_pids,
)
from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.support.processes import is_alive
from tests.support.servers import app_file, never_ready, portless, sleeper, term_ignoring
from tests.support.sidecar import LaunchSidecar, RpcError

# The grace is 1.5 s; the rest is for a machine with other things to do.
GONE_WITHIN = 6.0


async def test_a_running_app_is_shut_down_in_good_order(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    spec = app_file(tmp_path, "closing", LIFESPAN_APP, env={"CLOSED_FILE": str(closed)})
    client = await sidecar({"api": spec})
    await client.request("start")

    assert await client.finish() == 0

    assert closed.read_text() == "closed in good order"


async def test_a_server_that_ignores_sigterm_is_killed_after_the_short_grace(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": tracked(stubborn_tree(stop=LONG))})
    await client.request("start")
    pids = tree_pids(await client.logs_until("tree"))
    closed = time.monotonic()

    assert await client.finish() == 0

    assert time.monotonic() - closed < GONE_WITHIN
    assert not any(is_alive(pid) for pid in pids)
    assert server_processes(client) == {}


async def test_a_shorter_stop_timeout_stays_the_limit(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    late = tmp_path / "late"
    code = f"""
import pathlib, signal, time
def end(number, frame):
    time.sleep(1.2)
    pathlib.Path({str(late)!r}).touch()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
while True: time.sleep(60)
"""
    client = await sidecar({"api": portless(code, ready={"log": "up"}, stop={"timeout": 0.1})})
    await client.request("start")

    assert await client.finish() == 0

    assert not late.exists()


async def test_a_start_in_progress_is_answered_as_cancelled(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": tracked(never_ready())})
    start = client.start_request("start")
    await client.logs_until("still loading")

    assert await client.finish() == 0

    assert (await start)["error"]["code"] == "CANCELLED"
    assert server_processes(client) == {}


async def test_a_start_that_takes_less_than_a_second_is_still_answered(
    sidecar: LaunchSidecar,
) -> None:
    code = "import time; time.sleep(0.2); print('up', flush=True); time.sleep(60)"
    client = await sidecar({"api": portless(code, ready={"log": "^up$"})})
    start = client.start_request("start")
    await client.until_status("starting")

    assert await client.finish() == 0

    assert (await start)["success"] is True


async def test_a_stop_in_progress_is_shortened_and_answered(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": tracked(term_ignoring(stop=LONG))})
    await client.request("start")
    stop = client.start_request("stop")
    await client.until_status("stopping")

    assert await client.finish() == 0

    assert (await stop)["success"] is True
    assert server_processes(client) == {}


async def test_all_servers_are_stopped_at_the_same_time(sidecar: LaunchSidecar) -> None:
    names = [f"server-{number}" for number in range(6)]
    client = await sidecar({name: term_ignoring(stop=LONG) for name in names})
    for name in names:
        await client.request("start", name=name)
    closed = time.monotonic()

    assert await client.finish() == 0

    assert time.monotonic() - closed < GONE_WITHIN
    assert len(client.since_mark("python-server-stopped")) == len(names)


async def test_shutdown_gives_the_full_time_and_then_the_sidecar_ends(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"slow": slow_to_end(2.0), "quick": sleeper()})
    await client.request("start", name="slow")
    await client.request("start", name="quick")

    assert await client.request("shutdown") is None
    assert await client.client.wait() == 0

    assert "goodbye" in client.log_text()
    stopped = {one["name"]: one for one in client.since_mark("python-server-stopped")}
    assert stopped["slow"]["code"] == 0
    assert all(one["expected"] for one in stopped.values())


async def test_commands_during_a_shutdown_are_refused_and_questions_answered(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": slow_to_end(0.5), "other": sleeper()})
    await client.request("start", name="api")
    shutdown = client.start_request("shutdown")
    await client.until_status("stopping", "api")

    refused = client.start_request("start", name="other")
    status = await client.request("get_status", name="api")
    servers = await client.request("list_servers")
    logs = await client.request("get_logs", name="api")

    assert status["status"] == "stopping"
    assert {one["name"] for one in servers} == {"api", "other"}
    assert logs["entries"][0]["line"] == "up"
    with pytest.raises(RpcError) as error:
        await refused
    assert error.value.code == -32002
    assert await shutdown is None


async def test_sigterm_to_the_sidecar_stops_its_servers(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": tracked(slow_to_end(0.2))})
    await client.request("start")

    os.kill(client.pid, signal.SIGTERM)

    assert await client.client.wait() == 0
    assert "goodbye" in client.log_text()
    assert server_processes(client) == {}
