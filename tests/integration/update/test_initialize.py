"""`initialize` adds and replaces servers, as often as a client likes."""

from typing import Any

import pytest

from tests.integration.update.telling import environment_after, telling_server
from tests.support.servers import sleeper
from tests.support.sidecar import LaunchSidecar, RpcError


async def test_initialize_adds_servers_and_lists_all(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"configured": sleeper()})

    result = await client.request("initialize", servers={"added": sleeper()})

    assert {one["name"]: one["status"] for one in result["servers"]} == {
        "configured": "stopped",
        "added": "stopped",
    }
    assert (await client.request("start", name="added"))["success"] is True


async def test_initialize_replaces_a_whole_stopped_server(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": telling_server(env={"MY_A": "1", "MY_B": "2"})})

    await client.request("initialize", servers={"api": telling_server(env={"MY_C": "3"})})

    assert await environment_after(client, "start") == {"MY_C": "3"}


async def test_initialize_replaces_a_running_server_from_its_next_start_on(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": telling_server(env={"MY_A": "1"})})
    before = (await client.request("start"))["status"]["pid"]

    result = await client.request("initialize", servers={"api": telling_server(env={"MY_B": "2"})})

    assert result["servers"][0]["pid"] == before
    assert result["servers"][0]["status"] == "running"
    assert await environment_after(client, "restart") == {"MY_B": "2"}


async def test_initialize_again_changes_nothing_that_it_does_not_name(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": sleeper()})
    before = (await client.request("start"))["status"]["pid"]

    await client.request("initialize")
    result = await client.request("initialize", servers={})

    assert [one["pid"] for one in result["servers"]] == [before]


@pytest.mark.parametrize(
    ("servers", "field"),
    [
        ({"bad": {}}, "servers.bad"),
        ({"bad": {"command": ["true"], "port": -1}}, "servers.bad.port"),
        ({"bad": {"command": ["true"], "prot": 1}}, "servers.bad.prot"),
        ({"bad": {"command": "true"}}, "servers.bad.command"),
        ({"bad": {"app": "main:app", "command": ["true"]}}, "servers.bad"),
        ({"bad": {"app": "main"}}, "servers.bad.app"),
        ({"bad": {"command": ["true"], "args": ["--reload"]}}, "servers.bad.args"),
        ({"bad": {"command": ["true"], "port_conflict": "next"}}, "servers.bad.port_conflict"),
        ({"bad": {"command": ["true"], "ready": {"http": "health"}}}, "servers.bad.ready.http"),
        (
            {"bad": {"command": ["true"], "ready": {"tcp": True, "none": True}}},
            "servers.bad.ready",
        ),
        ({"bad": {"command": ["true"], "stop": {"timeout": "1"}}}, "servers.bad.stop.timeout"),
        ({"bad": {"command": ["true"], "encoding": "utf-99"}}, "servers.bad.encoding"),
        ({"bad": None}, "servers.bad"),
        ([], "servers"),
    ],
)
async def test_one_invalid_server_is_named_and_none_is_added(
    sidecar: LaunchSidecar, servers: Any, field: str
) -> None:
    client = await sidecar({"old": sleeper()})
    both = {"sound": sleeper(), **servers} if isinstance(servers, dict) else servers

    with pytest.raises(RpcError) as refused:
        await client.request("initialize", servers=both)

    assert refused.value.code == -32602
    assert refused.value.data["field"].startswith(field)
    assert [one["name"] for one in await client.request("list_servers")] == ["old"]


async def test_a_misspelt_key_comes_with_a_suggestion(sidecar: LaunchSidecar) -> None:
    client = await sidecar({})

    with pytest.raises(RpcError) as refused:
        await client.request(
            "initialize", servers={"api": {"command": ["true"], "portConflikt": "next"}}
        )

    assert "portConflict" in refused.value.message


async def test_notifications_are_picked_without_touching_the_servers(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": sleeper()})

    await client.request("initialize", notifications=["python-server-ready"])
    await client.request("start")
    await client.until("python-server-ready")

    assert {topic for topic, _ in client.notifications} == {"python-server-ready"}
