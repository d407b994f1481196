"""Requests that the sidecar sends to its servers for a client."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.requests.answering import answering_app
from tests.support.servers import http_server, sleeper
from tests.support.sidecar import LaunchSidecar, RpcError, Sidecar

LIMIT = 1024 * 1024
LONG = 60  # seconds; no test waits that long
TIME_LIMIT = 10.0


@pytest.fixture
async def client(sidecar: LaunchSidecar, tmp_path: Path) -> Sidecar:
    """A sidecar with the app running."""
    client = await sidecar({"api": answering_app(tmp_path)})
    assert (await client.request("start"))["success"]
    return client


async def ask(client: Sidecar, path: str, **more: Any) -> dict[str, Any]:
    """What the server answered."""
    return await client.client.request("send_request", {"path": path, "timeout": LONG, **more})


async def refusal(client: Sidecar, path: str = "/echo", **more: Any) -> str:
    """Why the server did not answer."""
    with pytest.raises(RpcError) as refused:
        await ask(client, path, **more)
    assert refused.value.code == -32005
    return refused.value.message


async def test_a_get_tells_all_of_the_answer(client: Sidecar) -> None:
    answer = await ask(client, "/echo?limit=2&q=%EC%97%B0")
    port = (await client.request("get_status"))["port"]

    assert (answer["status"], answer["reason"]) == (200, "OK")
    assert answer["headers"]["content-type"] == "application/json"
    assert answer["durationSeconds"] > 0
    assert answer.keys() == {"status", "reason", "headers", "body", "durationSeconds"}
    told = json.loads(answer["body"])
    assert (told["method"], told["query"], told["body"]) == ("GET", "limit=2&q=%EC%97%B0", "")
    assert told["headers"]["host"] == f"127.0.0.1:{port}"
    assert "content-length" not in told["headers"]


async def test_json_is_posted_as_it_is_korean_too(client: Sidecar) -> None:
    body = '{"name":"연필","가격":1200}'
    headers = {"Content-Type": "application/json", "X-Who": "김"}

    answer = await ask(client, "/echo", method="POST", headers=headers, body=body)

    told = json.loads(answer["body"])
    assert (told["method"], told["body"]) == ("POST", body)
    assert told["headers"]["content-type"] == "application/json"
    assert told["headers"]["x-who"] == "김"
    assert told["headers"]["content-length"] == str(len(body.encode()))


async def test_every_other_method_reaches_the_server(client: Sidecar) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        assert json.loads((await ask(client, "/echo", method=method))["body"])["method"] == method


async def test_a_head_tells_the_headers_alone(client: Sidecar) -> None:
    answer = await ask(client, "/echo", method="HEAD")
    assert (answer["status"], answer["body"]) == (200, "")
    assert answer["headers"]["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [("/nowhere", 404, "Not Found"), ("/broken", 500, "Internal Server Error")],
)
async def test_an_error_of_the_server_is_an_answer(
    client: Sidecar, path: str, status: int, reason: str
) -> None:
    answer = await ask(client, path)
    assert (answer["status"], answer["reason"]) == (status, reason)


async def test_a_redirect_is_not_followed(client: Sidecar) -> None:
    answer = await ask(client, "/moved")
    assert (answer["status"], answer["headers"]["location"]) == (307, "/echo")


async def test_what_is_no_text_comes_as_base64(client: Sidecar) -> None:
    answer = await ask(client, "/image")
    assert answer["encoding"] == "base64"
    assert base64.b64decode(answer["body"]).startswith(b"\x89PNG\r\n")


async def test_a_chunked_answer_is_put_together(client: Sidecar) -> None:
    answer = await ask(client, "/parts")
    assert answer["headers"]["transfer-encoding"] == "chunked"
    assert answer["body"] == "연필, 지우개, 자"


async def test_a_big_answer_is_cut_and_says_so(client: Sidecar) -> None:
    answer = await ask(client, "/big")
    assert answer["truncated"] is True
    assert LIMIT - 3 < len(answer["body"].encode()) <= LIMIT
    assert set(answer["body"]) == set("가나다")


async def test_a_header_cannot_smuggle_another_request(client: Sidecar) -> None:
    injected = "1\r\nConnection: keep-alive\r\n\r\nGET /broken HTTP/1.1"
    with pytest.raises(RpcError) as refused:
        await ask(client, "/echo", headers={"X-Good": "1", "X-Evil": injected})
    assert refused.value.code == -32602
    assert refused.value.data["field"] == "headers.X-Evil"
    assert "GET /broken" not in refused.value.message


async def test_a_server_that_hangs_is_given_up_in_time_and_delays_nobody(client: Sidecar) -> None:
    hanging = asyncio.create_task(ask(client, "/hanging"))
    await client.logs_until("hanging")

    assert "did not answer GET /hanging within 0.2 s" in await refusal(
        client, "/hanging", timeout=0.2
    )
    assert (await ask(client, "/echo"))["status"] == 200
    assert not hanging.done()
    assert (await client.request("get_status"))["status"] == "running"

    await client.request("stop", force=True)
    with pytest.raises(RpcError) as refused:
        await asyncio.wait_for(hanging, TIME_LIMIT)
    assert refused.value.code == -32005
    assert "hung up before it had answered GET /hanging" in refused.value.message


async def test_the_sidecar_ends_while_a_server_hangs(client: Sidecar) -> None:
    hanging = asyncio.create_task(ask(client, "/hanging"))
    await client.logs_until("hanging")
    async with asyncio.timeout(TIME_LIMIT):
        assert await client.finish() == 0
    with pytest.raises(RpcError, match="hung up"):
        await hanging


async def test_a_server_that_does_not_run_says_what_to_do(client: Sidecar) -> None:
    await client.request("stop")
    assert await refusal(client) == "api is not running, so it cannot answer; start it first"


async def test_a_server_without_a_port_cannot_be_asked(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"worker": sleeper()})
    await client.request("start")
    assert await refusal(client) == "worker listens on no port, so it cannot be asked"


async def test_a_server_that_listens_no_more_is_told(sidecar: LaunchSidecar) -> None:
    deaf = "import time\ntime.sleep(3600)"
    spec = {**sleeper(), "handoff": "none", "port": 0, "env": {"ITS_PORT": "{port}"}}
    client = await sidecar({"api": {**spec, "command": [*spec["command"][:-1], deaf]}})
    port = (await client.request("start"))["status"]["port"]
    assert port
    assert await refusal(client) == (
        f"nothing listens on 127.0.0.1:{port}, where api should answer; see its log, or restart it"
    )


async def test_unanswered_requests_do_not_make_a_server_unhealthy(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    health = {"http": "/echo", "interval": 0.1, "failures": 1, "action": "restart"}
    client = await sidecar({"api": answering_app(tmp_path, health=health)})
    pid = (await client.request("start"))["status"]["pid"]
    await client.until("python-server-status", lambda told: told.get("health") == "healthy")
    client.mark()

    for _ in range(3):
        await refusal(client, "/hanging", timeout=0.1)
    assert (await ask(client, "/broken"))["status"] == 500

    status = await client.request("get_status")
    assert (status["pid"], status["health"], status["restarts"]) == (pid, "healthy", 0)
    assert client.since_mark("python-server-alert") == []


async def test_a_command_is_asked_as_well(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": http_server(0)})
    await client.request("start")
    assert (await ask(client, "/anything"))["body"] == "ok"
    answer = await ask(client, "/anything", method="DELETE")  # which it does not know
    assert answer["status"] == 501
