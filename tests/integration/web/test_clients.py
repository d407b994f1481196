"""Clients on `/rpc`: several at once, what they may not do, and what they get for nonsense."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from sidecar.client import RpcError
from sidecar.protocol import codes
from sidecar.transports.framing import MAX_MESSAGE_BYTES
from sidecar.web.app import MOST_CLIENTS
from tests.integration.web.conftest import LaunchWeb
from tests.support.processes import is_alive
from tests.support.servers import asgi_app, sleeper, stepped
from tests.support.web import WebClient


def is_status(status: str) -> Any:
    return lambda params: params["status"] == status


async def test_every_client_is_told_what_one_of_them_causes(
    launch: LaunchWeb, tmp_path: Path
) -> None:
    web = await launch({"api": asgi_app(tmp_path)})
    cookie = await web.let_in()
    async with web.client(cookie) as one, web.client(cookie) as other:
        await other.request("list_servers")  # from here on it is surely there
        answer = await one.request("start")
        assert answer["success"]
        for client in (one, other):
            for status in ("starting", "running"):
                await client.until_told("python-server-status", is_status(status))
            ready = await client.until_told("python-server-ready")
            assert ready["pid"] == answer["status"]["pid"]
        assert (await other.request("stop"))["success"]
        await one.until_told("python-server-stopped")


async def test_topics_are_each_clients_own_choice(launch: LaunchWeb) -> None:
    web = await launch({"api": sleeper()})
    cookie = await web.let_in()
    async with web.client(cookie) as one, web.client(cookie) as other:
        await one.request("initialize", notifications=["python-server-metrics"])
        await other.request("start")
        await one.until_told("python-server-metrics")
        await other.until_told("python-server-status", is_status("running"))
        assert {topic for topic, _ in one.told} == {"python-server-metrics"}
        assert "python-server-metrics" not in {topic for topic, _ in other.told}
        # Whoever wants them no more ends them for itself alone.
        await other.request("initialize", notifications=["python-server-metrics"])
        await one.request("initialize", notifications=[])
        await other.until_told("python-server-metrics")


async def test_a_client_that_leaves_stops_nothing_and_its_start_goes_on(
    launch: LaunchWeb, tmp_path: Path
) -> None:
    slow = stepped(tmp_path, "wait_for('go')\nout(b'up\\n')", ready={"log": "up"})
    web = await launch({"slow": slow, "quick": sleeper()})
    cookie = await web.let_in()
    async with web.client(cookie) as watcher:
        async with web.client(cookie) as client:
            pid = (await client.request("start", name="quick"))["status"]["pid"]
            start = asyncio.create_task(client.request("start", name="slow"))
            await watcher.until_told("python-server-status", lambda p: p["name"] == "slow")
            start.cancel()
        (tmp_path / "go").touch()
        await watcher.until_told(
            "python-server-status", lambda p: p["name"] == "slow" and p["status"] == "running"
        )
        assert is_alive(pid)


@pytest.mark.parametrize(
    ("method", "params", "field"),
    [
        ("shutdown", {}, None),
        ("shutdown", {"now": True}, None),
        ("initialize", {"servers": {"new": {"command": ["true"]}}}, "servers"),
        ("initialize", {"servers": {}, "notifications": []}, "servers"),
        ("update_server", {"changes": {"command": ["true"]}}, "changes.command"),
        ("update_server", {"changes": {"port": 1, "env": {"A": "b"}}}, "changes.env"),
        ("update_server", {"name": "api", "changes": {"cwd": "/"}}, "changes.cwd"),
        ("update_server", {"changes": {"python": "/bin/sh"}}, "changes.python"),
        ("update_server", {"changes": {"logs": {"file": "/tmp/x"}}}, "changes.logs"),
    ],
)
async def test_what_a_browser_may_not_do_is_refused_and_changes_nothing(
    launch: LaunchWeb, method: str, params: dict[str, Any], field: str | None
) -> None:
    web = await launch({"api": sleeper(port=0)})
    async with web.client(await web.let_in()) as client:
        before = await client.request("list_servers")
        with pytest.raises(RpcError) as refused:
            await client.request(method, **params)
        assert refused.value.code == codes.NOT_ALLOWED
        assert refused.value.data == (None if field is None else {"field": field})
        assert await client.request("list_servers") == before
        assert (await client.request("start"))["success"], "notifications and settings as before"
        await client.until_told("python-server-status", is_status("running"))


async def test_positional_params_get_no_further(launch: LaunchWeb) -> None:
    web = await launch({"api": sleeper()})
    async with web.client(await web.let_in()) as client:
        params = ["api", {"command": ["true"]}]
        answer = await exchange(client, {"method": "update_server", "params": params})
        assert answer["error"]["code"] == codes.NOT_ALLOWED
        params = ["1", {}, {"new": {"command": ["true"]}}]
        answer = await exchange(client, {"method": "initialize", "params": params})
        assert answer["error"]["code"] == codes.NOT_ALLOWED


async def test_what_a_browser_may_change_is_changed(launch: LaunchWeb) -> None:
    web = await launch({"api": sleeper()})
    changes = {
        "port": 8121,
        "host": "localhost",
        "portConflict": "next",
        "autostart": True,
        "restart": {"policy": "always"},
    }
    async with web.client(await web.let_in()) as client:
        answer = await client.request("update_server", changes=changes)
        assert answer["success"]
        assert answer["status"]["port"] == 8121
        with pytest.raises(RpcError) as wrong:
            await client.request("update_server", changes={"port": "http"})
        assert wrong.value.code == codes.INVALID_PARAMS


async def test_a_host_that_a_browser_may_change_leads_no_request_to_another_machine(
    launch: LaunchWeb,
) -> None:
    web = await launch({"api": sleeper(port=8122)})
    async with web.client(await web.let_in()) as client:
        await client.request("update_server", changes={"host": "203.0.113.9", "port": 80})
        assert (await client.request("start"))["success"], "it is ready without being asked"
        with pytest.raises(RpcError, match=r"203\.0\.113\.9 is not an address of this machine"):
            await client.request("send_request", path="/latest/meta-data", timeout=60)


async def test_what_is_no_request_is_answered_and_the_connection_goes_on(
    launch: LaunchWeb,
) -> None:
    web = await launch({"api": sleeper()})
    async with web.raw_client(await web.let_in()) as connection:
        for nonsense, code in (
            ("not json", codes.PARSE_ERROR),
            ("[]", codes.INVALID_REQUEST),
            (b"\0binary", codes.INVALID_REQUEST),
            ("x" * (MAX_MESSAGE_BYTES + 1), codes.INVALID_REQUEST),
            ("ü" * (MAX_MESSAGE_BYTES // 2 + 1), codes.INVALID_REQUEST),
        ):
            await connection.send(nonsense)
            answer = orjson.loads(await connection.recv())
            assert (answer["error"]["code"], answer["id"]) == (code, None)
        batch = [{"jsonrpc": "2.0", "id": n, "method": "get_status"} for n in (1, 2)]
        await connection.send(orjson.dumps([*batch, 3]).decode())
        answers = orjson.loads(await connection.recv())
        assert [answer["id"] for answer in answers] == [1, 2, None]


async def test_the_largest_message_is_taken(launch: LaunchWeb) -> None:
    web = await launch({"api": sleeper()})
    async with web.raw_client(await web.let_in()) as connection:
        request = '{"jsonrpc":"2.0","id":1,"method":"get_status"}'
        await connection.send(request + " " * (MAX_MESSAGE_BYTES - len(request)))
        assert orjson.loads(await connection.recv())["result"]["name"] == "api"


async def test_more_clients_than_memory_is_meant_for_are_told_so(launch: LaunchWeb) -> None:
    web = await launch()
    cookie = await web.let_in()
    connections = [await web.raw_client(cookie) for _ in range(MOST_CLIENTS)]
    refused = await web.handshake(cookie=cookie, origin=web.origin)
    assert refused.status == 503
    await connections.pop().close()
    async with asyncio.timeout(10):
        while (await web.handshake(cookie=cookie, origin=web.origin)).status != 101:
            pass
    await asyncio.gather(*[connection.close() for connection in connections])


async def exchange(client: WebClient, request: dict[str, Any]) -> Any:
    """The answer to a request as it stands, on a connection of a client that waits for none."""
    number = 1000 + len(client.told)
    message = {"jsonrpc": "2.0", "id": number, **request}
    await client.connection.send(orjson.dumps(message).decode())
    return await client.answer(number)
