"""Changing a server's settings while the sidecar runs."""

from typing import Any

import pytest

from tests.integration.update.telling import environment_after, telling_server
from tests.support.servers import (
    free_port,
    http_server,
    never_ready,
    portless,
    sleeper,
    term_ignoring,
)
from tests.support.sidecar import LaunchSidecar, RpcError


async def test_env_is_merged_and_null_removes(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": telling_server(env={"MY_A": "1", "MY_B": "2", "MY_C": "3"})})

    answer = await client.request(
        "update_server", changes={"env": {"MY_B": "two", "MY_C": None, "MY_D": "4"}}
    )

    assert answer["success"] is True
    expected = {"MY_A": "1", "MY_B": "two", "MY_D": "4"}
    assert await environment_after(client, "start") == expected


async def test_a_second_change_builds_on_the_first(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": telling_server(env={"MY_A": "1"})})

    await client.request("update_server", changes={"env": {"MY_B": "2"}})
    await client.request("update_server", changes={"env": {"MY_A": None}})

    assert await environment_after(client, "start") == {"MY_B": "2"}


async def test_a_running_server_keeps_its_settings_until_it_is_restarted(
    sidecar: LaunchSidecar,
) -> None:
    old, new = free_port(), free_port()
    client = await sidecar({"api": http_server(old)})
    before = (await client.request("start"))["status"]

    answer = await client.request("update_server", changes={"port": new})

    assert answer["success"] is True
    assert answer["restartRequired"] is True
    assert answer["status"]["pid"] == before["pid"]
    assert (await client.request("get_status"))["port"] == old
    restarted = (await client.request("restart"))["status"]
    assert restarted["port"] == new
    assert restarted["url"].endswith(f":{new}")


async def test_a_stopped_server_needs_no_restart(sidecar: LaunchSidecar) -> None:
    port = free_port()
    client = await sidecar({"api": http_server(free_port())})

    answer = await client.request("update_server", changes={"port": port})

    assert answer["restartRequired"] is False
    assert answer["status"]["port"] == port
    assert (await client.request("start"))["status"]["port"] == port


@pytest.mark.parametrize(
    "changes", [{"stop": {"timeout": 3}}, {"autostart": True}, {"portConflict": "next"}, {}]
)
async def test_settings_that_the_process_never_sees_need_no_restart(
    sidecar: LaunchSidecar, changes: dict[str, Any]
) -> None:
    client = await sidecar({"api": sleeper()})
    await client.request("start")

    answer = await client.request("update_server", changes=changes)

    assert answer["success"] is True
    assert answer["restartRequired"] is False


async def test_the_same_value_again_needs_no_restart(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": telling_server(env={"MY_A": "1"})})
    await client.request("start")

    answer = await client.request("update_server", changes={"env": {"MY_A": "1"}})

    assert answer["restartRequired"] is False


async def test_a_new_stop_timeout_holds_for_the_running_process(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": term_ignoring(stop={"timeout": 50})})
    await client.request("start")

    await client.request("update_server", changes={"stop": {"timeout": 0.2}})

    assert (await client.request("stop"))["success"] is True


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"port": 70000}, "changes.port"),
        ({"port": "8121"}, "changes.port"),
        ({"port": True}, "changes.port"),
        ({"prot": 8121}, "changes.prot"),
        ({"env": {"MY_A": 1}}, "changes.env.MY_A"),
        ({"env": ["MY_A"]}, "changes.env"),
        ({"ready": {"timeout": 0}}, "changes.ready.timeout"),
        ({"ready": {"log": "("}}, "changes.ready.log"),
        ({"stop": {"timeout": -1}}, "changes.stop.timeout"),
        ({"command": []}, "changes.command"),
        ({"app": "main"}, "changes.app"),
        ({"portConflict": "maybe"}, "changes.portConflict"),
        ({"host": ""}, "changes.host"),
        ({"health": {"http": "health"}}, "changes.health.http"),
        ({"restart": {"policy": "sometimes"}}, "changes.restart.policy"),
        ({"reload": "yes"}, "changes.reload"),
        ({"handoff": "baton"}, "changes.handoff"),
    ],
)
async def test_an_invalid_change_is_named_and_changes_nothing(
    sidecar: LaunchSidecar, changes: dict[str, Any], field: str
) -> None:
    client = await sidecar({"api": telling_server(env={"MY_A": "1"})})

    with pytest.raises(RpcError) as refused:
        await client.request("update_server", changes={"env": {"MY_B": "2"}} | changes)

    assert refused.value.code == -32602
    assert refused.value.data["field"] == field
    assert await environment_after(client, "start") == {"MY_A": "1"}


async def test_a_port_of_another_server_is_refused(sidecar: LaunchSidecar) -> None:
    port = free_port()
    client = await sidecar({"one": http_server(port), "two": http_server(0)})

    with pytest.raises(RpcError) as refused:
        await client.request("update_server", name="two", changes={"port": port})

    assert refused.value.code == -32602
    assert refused.value.data["field"] == "changes.port"
    assert "one" in refused.value.message
    assert (await client.request("get_status", name="two"))["port"] != port


async def test_a_new_ready_check_replaces_the_old_one(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": portless("import time; time.sleep(60)", ready={"log": "x"})})

    await client.request("update_server", changes={"ready": {"none": True}})

    assert (await client.request("start"))["success"] is True


async def test_a_change_of_the_ring_keeps_the_lines_that_fit(sidecar: LaunchSidecar) -> None:
    code = "import time\nfor n in range(20): print('line', n)\ntime.sleep(60)"
    client = await sidecar({"api": portless(code, ready={"log": "line 19"})})
    await client.request("start")

    await client.request("update_server", changes={"logs": {"lines": 5}})

    entries = (await client.request("get_logs"))["entries"]
    assert [entry["line"] for entry in entries][-5:] == [f"line {n}" for n in range(15, 20)]


async def test_a_restart_during_a_start_with_old_settings_starts_with_the_new(
    sidecar: LaunchSidecar,
) -> None:
    # Its first process never gets ready: a restart that joined that start would fail with it.
    client = await sidecar({"api": never_ready()})
    first = client.start_request("start")
    await client.until_status("starting")

    changes = {"command": ["sleep", "60"], "ready": {"none": True}}
    await client.request("update_server", changes=changes)
    answer = await client.request("restart")

    assert answer["success"] is True
    assert (await first)["error"]["code"] == "CANCELLED"
