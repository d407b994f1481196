"""Starting a server: what is answered, what is told, and in which order."""

import asyncio
import urllib.request
from pathlib import Path

import pytest

from tests.support.processes import is_alive
from tests.support.servers import fastapi_app, never_ready, portless, script, sleeper
from tests.support.sidecar import LaunchSidecar, RpcError


async def test_start_answers_when_the_server_runs_and_tells_where(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    client = await sidecar({"api": fastapi_app(tmp_path)})

    answer = await client.request("start")

    status = answer["status"]
    assert answer["success"] is True
    assert status["status"] == "running"
    assert is_alive(status["pid"])
    assert status["port"] > 0
    assert status["url"] == f"http://127.0.0.1:{status['port']}"
    assert status["uptime"] >= 0
    with await asyncio.to_thread(urllib.request.urlopen, status["url"] + "/health") as response:
        assert response.status == 200


async def test_a_started_server_is_announced_before_the_request_is_answered(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": sleeper()})

    answer = await client.request("start")

    statuses = [params["status"] for params in client.since_mark("python-server-status")]
    assert statuses == ["starting", "running"]
    ready = await client.until("python-server-ready")
    assert ready["name"] == "api"
    assert ready["pid"] == answer["status"]["pid"]


async def test_the_lines_of_a_start_come_between_starting_and_running(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar(
        {"api": script("print('ready now'); import time; time.sleep(60)",
                       ready={"log": "ready now"})}
    )  # fmt: skip

    await client.request("start")
    await client.until("python-server-ready")

    told = [
        params["status"] if topic == "python-server-status" else topic
        for topic, params in client.notifications
    ]
    assert told[:2] == ["starting", "python-log"]
    assert set(told[2:]) == {"running", "python-server-ready"}


async def test_a_status_notification_carries_no_logs_and_get_status_does(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar(
        {"api": script("print('line 1'); import time; time.sleep(60)", ready={"log": "line 1"})}
    )

    await client.request("start")

    running = await client.until_status("running")
    assert "logs" not in running or running["logs"] == []
    assert (await client.request("get_status"))["logs"] == ["line 1"]
    assert (await client.request("list_servers"))[0]["logs"] == []


async def test_starting_a_running_server_succeeds_and_changes_nothing(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": sleeper()})
    first = await client.request("start")
    client.mark()

    second = await client.request("start")

    assert second["success"] is True
    assert "already running" in second["message"].lower()
    assert second["status"]["pid"] == first["status"]["pid"]
    assert client.since_mark("python-server-status") == []


async def test_starts_at_the_same_time_join_one_operation(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})

    answers = await asyncio.gather(*(client.request("start") for _ in range(5)))

    assert all(answer["success"] for answer in answers)
    assert len({answer["status"]["pid"] for answer in answers}) == 1
    statuses = [params["status"] for params in client.since_mark("python-server-status")]
    assert statuses == ["starting", "running"]


async def test_without_waiting_a_start_is_answered_when_it_is_accepted(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": never_ready()})

    answer = await client.request("start", wait=False)

    assert answer["success"] is True
    assert answer["status"]["status"] == "starting"
    assert "uptime" not in answer["status"]
    await client.request("stop")


async def test_without_waiting_a_failed_start_is_told_by_the_status(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": portless("import sys; sys.exit(7)", ready={"log": "never"})})

    answer = await client.request("start", wait=False)

    assert answer["success"] is True
    failed = await client.until_status("error")
    assert failed["exitCode"] == 7
    assert failed["lastError"]


async def test_an_autostart_server_runs_without_being_asked(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper(autostart=True), "other": sleeper()})

    await client.until_status("running", "api")

    statuses = {one["name"]: one["status"] for one in await client.request("list_servers")}
    assert statuses == {"api": "running", "other": "stopped"}


async def test_a_failed_autostart_leaves_the_sidecar_and_its_other_servers_at_work(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar(
        {
            "broken": {"command": ["no-such-program-here"], "autostart": True},
            "sound": sleeper(autostart=True),
        }
    )

    failed = await client.until_status("error", "broken")
    await client.until_status("running", "sound")

    assert "no-such-program-here" in failed["lastError"]


async def test_a_failed_server_starts_once_its_cause_is_gone(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    gate = tmp_path / "may-run"
    code = "import os, sys, time; os.path.exists(sys.argv[1]) or sys.exit(5); time.sleep(60)"
    spec = portless("print('up');" + code, str(gate), ready={"log": "never", "timeout": 0.5})
    client = await sidecar({"api": spec})
    assert (await client.request("start"))["success"] is False
    await client.request("update_server", changes={"ready": {"none": True}})
    gate.touch()

    answer = await client.request("start")

    assert answer["success"] is True
    assert answer["status"]["status"] == "running"
    assert "exitCode" not in answer["status"]


@pytest.mark.parametrize("params", [{"wait": "yes"}, {"wait": 1}, {"force": True}, {"nmae": "api"}])
async def test_a_wrong_parameter_is_refused_by_its_name(
    sidecar: LaunchSidecar, params: dict[str, object]
) -> None:
    client = await sidecar({"api": sleeper()})

    with pytest.raises(RpcError) as refused:
        await client.request("start", **params)

    assert refused.value.code == -32602
    assert refused.value.data["field"] == next(iter(params))
    assert (await client.request("get_status"))["status"] == "stopped"
