"""Which port a server gets: the configured one, the next free one, any free one."""

import asyncio
import contextlib
import socket
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ports.holder import hold_port
from tests.support.servers import asgi_app, free_port, http_server, sleeper
from tests.support.sidecar import LaunchSidecar, RpcError


def _body(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as response:
        return response.read()


async def test_with_next_a_server_takes_the_next_free_port_and_says_so(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    with hold_port() as holder:
        spec = asgi_app(tmp_path, holder.port, portConflict="next")
        client = await sidecar({})
        await client.request("initialize", servers={"api": spec})

        answer = await client.request("start")

        status = answer["status"]
        assert answer["success"] is True
        assert status["port"] > holder.port
        assert str(holder.port) in answer["message"]
        assert str(status["port"]) in answer["message"]
        assert status["url"].endswith(f":{status['port']}")
        assert await asyncio.to_thread(_body, status["url"]) == b"hello"
        assert holder.answers()
        ready = await client.until("python-server-ready")
        assert ready["port"] == status["port"]


async def test_with_next_a_port_that_is_held_too_is_passed_over(sidecar: LaunchSidecar) -> None:
    with hold_port() as holder, contextlib.ExitStack() as held:
        for port in (holder.port + 1, holder.port + 2):
            with contextlib.suppress(OSError):  # then another program holds it: just as good
                held.enter_context(socket.create_server(("127.0.0.1", port)))
        client = await sidecar({"api": http_server(holder.port, port_conflict="next")})

        answer = await client.request("start")

        assert answer["success"] is True
        assert answer["status"]["port"] not in range(holder.port, holder.port + 3)


async def test_a_free_port_is_used_with_next_as_it_is(sidecar: LaunchSidecar) -> None:
    port = free_port()
    client = await sidecar({"api": http_server(port, port_conflict="next")})

    answer = await client.request("start")

    assert answer["status"]["port"] == port


@pytest.mark.parametrize("kind", ["app", "command"])
async def test_port_0_is_chosen_once_and_kept(
    sidecar: LaunchSidecar, tmp_path: Path, kind: str
) -> None:
    spec = asgi_app(tmp_path, 0) if kind == "app" else http_server(0)
    client = await sidecar({"api": spec})

    first = await client.request("start")
    restarted = await client.request("restart")
    await client.request("stop")
    again = await client.request("start")

    ports = {answer["status"]["port"] for answer in (first, restarted, again)}
    assert len(ports) == 1
    assert ports.pop() > 0


async def test_servers_on_port_0_do_not_meet(sidecar: LaunchSidecar) -> None:
    names = [f"server-{number}" for number in range(5)]
    client = await sidecar({name: http_server(0) for name in names})

    answers = await asyncio.gather(*(client.request("start", name=name) for name in names))

    assert all(answer["success"] for answer in answers)
    assert len({answer["status"]["port"] for answer in answers}) == len(names)


async def test_a_chosen_port_is_shown_after_the_server_has_stopped(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": http_server(0)})
    port = (await client.request("start"))["status"]["port"]

    stopped = (await client.request("stop"))["status"]

    assert stopped["port"] == port
    assert "pid" not in stopped


async def test_two_servers_on_one_port_are_refused_at_initialize(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"old": sleeper()})
    port = free_port()

    with pytest.raises(RpcError) as refused:
        await client.request(
            "initialize", servers={"one": http_server(port), "two": http_server(port)}
        )

    assert refused.value.code == -32602
    assert refused.value.data["field"] in {"servers.one.port", "servers.two.port"}
    assert str(port) in refused.value.message
    assert await _names(client) == ["old"]


async def test_a_server_on_the_port_of_a_configured_one_is_refused(
    sidecar: LaunchSidecar,
) -> None:
    port = free_port()
    client = await sidecar({"one": http_server(port)})

    with pytest.raises(RpcError) as refused:
        await client.request("initialize", servers={"two": http_server(port)})

    assert refused.value.code == -32602
    assert "one" in refused.value.message
    assert await _names(client) == ["one"]


async def test_two_servers_may_exchange_their_ports_at_once(sidecar: LaunchSidecar) -> None:
    first, second = free_port(), free_port()
    client = await sidecar({"one": http_server(first), "two": http_server(second)})

    result = await client.request(
        "initialize", servers={"one": http_server(second), "two": http_server(first)}
    )

    ports = {one["name"]: one["port"] for one in result["servers"]}
    assert ports == {"one": second, "two": first}


async def _names(client: Any) -> list[str]:
    return [one["name"] for one in await client.request("list_servers")]
