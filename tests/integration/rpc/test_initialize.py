"""`initialize`: optional, repeatable, and the way for a client to bring its own servers."""

from typing import Any

import pytest

from tests.support.raw import call, lines, run_bytes
from tests.support.servers import portless, sleeper
from tests.support.sidecar import LaunchSidecar, RpcError

SLEEP = sleeper()


async def test_it_tells_who_serves_and_what_is_configured(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": sleeper()})
    result = await s.request(
        "initialize", protocolVersion="1", clientInfo={"name": "a test", "version": "1"}
    )
    assert result["protocolVersion"] == "1"
    info = result["serverInfo"]
    assert info["pid"] == s.pid
    assert {"name", "version", "pid", "python", "platform"} <= set(info)
    assert isinstance(result["capabilities"], dict)
    assert [status["name"] for status in result["servers"]] == ["api"]


def test_it_is_optional_and_repeatable() -> None:
    data = lines(call("list_servers", 1), call("initialize", 2), call("initialize", 3))
    answers = {answer["id"]: answer["result"] for answer in run_bytes(data).messages}
    assert answers[2] == answers[3]


async def test_it_adds_servers_in_camel_case(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"first": sleeper()})
    spec = SLEEP | {"portConflict": "next", "logs": {"maxBytes": 1000, "backups": 1}}
    result = await s.request("initialize", servers={"second": spec})
    assert {status["name"] for status in result["servers"]} == {"first", "second"}
    assert (await s.request("start", name="second"))["success"]


async def test_a_running_server_is_replaced_from_its_next_start_on(sidecar: LaunchSidecar) -> None:
    s = await sidecar()
    old = portless("print('the old one', flush=True)\nimport time\ntime.sleep(600)")
    new = portless("print('the new one', flush=True)\nimport time\ntime.sleep(600)")
    await s.request("initialize", servers={"api": old})
    pid = (await s.request("start"))["status"]["pid"]
    await s.logs_until("the old one")
    result = await s.request("initialize", servers={"api": new})
    assert [(status["name"], status["pid"]) for status in result["servers"]] == [("api", pid)]
    assert (await s.request("get_status"))["status"] == "running"
    s.mark()
    assert (await s.request("restart"))["success"]
    assert "the old one" not in await s.logs_until("the new one")


async def test_a_replacement_replaces_the_whole_server(sidecar: LaunchSidecar) -> None:
    s = await sidecar()
    code = "import os, time\nprint('A is', os.environ.get('A'), flush=True)\ntime.sleep(600)"
    await s.request("initialize", servers={"api": portless(code, env={"A": "set"})})
    await s.request("initialize", servers={"api": portless(code)})
    assert (await s.request("start"))["success"]
    await s.logs_until("A is None")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (SLEEP | {"port": "eighty"}, "servers.bad.port"),
        (SLEEP | {"port": 70000}, "servers.bad.port"),
        (SLEEP | {"port": -1}, "servers.bad.port"),
        (SLEEP | {"prot": 80}, "servers.bad.prot"),
        (SLEEP | {"port_conflict": "next"}, "servers.bad.port_conflict"),
        (SLEEP | {"portConflict": "maybe"}, "servers.bad.portConflict"),
        (SLEEP | {"ready": {"htpp": "/"}}, "servers.bad.ready.htpp"),
        (SLEEP | {"stop": {"timeout": 0}}, "servers.bad.stop.timeout"),
        (SLEEP | {"env": {"A": 1}}, "servers.bad.env.A"),
        (SLEEP | {"encoding": "klingon"}, "servers.bad.encoding"),
        (SLEEP | {"autostart": "yes"}, "servers.bad.autostart"),
        (SLEEP | {"logs": {"lines": 0}}, "servers.bad.logs.lines"),
        (SLEEP | {"command": []}, "servers.bad.command"),
        (SLEEP | {"command": "ls"}, "servers.bad.command"),
        ({}, "servers.bad"),
        (SLEEP | {"app": "m:app"}, "servers.bad"),
        (5, "servers.bad"),
    ],
)
async def test_an_invalid_server_is_named_and_nothing_is_changed(
    spec: Any, field: str, sidecar: LaunchSidecar
) -> None:
    s = await sidecar({"api": sleeper()})
    with pytest.raises(RpcError) as refused:
        await s.request(
            "initialize", servers={"good": SLEEP, "bad": spec}, notifications=["python-log"]
        )
    assert refused.value.code == -32602
    assert refused.value.data["field"].startswith(field)
    assert [status["name"] for status in await s.request("list_servers")] == ["api"]
    assert (await s.request("start"))["success"]
    assert s.since_mark("python-server-status"), "the refused choice of notifications took effect"


async def test_an_unknown_key_comes_with_a_suggestion(sidecar: LaunchSidecar) -> None:
    s = await sidecar()
    with pytest.raises(RpcError, match="encoding") as refused:
        await s.request("initialize", servers={"api": SLEEP | {"encodign": "utf-8"}})
    assert refused.value.data["field"] == "servers.api.encodign"


async def test_it_picks_the_notifications(sidecar: LaunchSidecar) -> None:
    code = "print('hello', flush=True)\nimport time\ntime.sleep(600)"
    s = await sidecar({"api": portless(code, ready={"log": "hello"})})
    await s.request("initialize", notifications=["python-server-status"])
    assert (await s.request("start"))["success"]
    await s.request("initialize", notifications=["python-server-stopped"])
    assert (await s.request("stop"))["success"]
    assert (await s.request("get_logs"))["entries"]
    topics = [topic for topic, _ in s.notifications]
    assert set(topics[:-1]) == {"python-server-status"}
    assert topics[-1] == "python-server-stopped"


async def test_no_notifications_at_all_can_be_picked_and_repeating_keeps_the_choice(
    sidecar: LaunchSidecar,
) -> None:
    s = await sidecar({"api": sleeper()})
    await s.request("initialize", notifications=[])
    await s.request("initialize")
    assert (await s.request("start"))["success"]
    assert (await s.request("stop"))["success"]
    assert s.notifications == []


async def test_an_unknown_topic_is_refused(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": sleeper()})
    with pytest.raises(RpcError, match="unknown topic") as refused:
        await s.request("initialize", notifications=["python-log", "python-weather"])
    assert refused.value.code == -32602
    assert refused.value.data["field"] == "notifications.1"
    assert (await s.request("start"))["success"]
    assert s.since_mark("python-server-status"), "the refused choice of notifications took effect"
