"""When a server counts as running: by HTTP, by its port, by a line, or at once."""

import asyncio
from pathlib import Path

import pytest

from tests.support.servers import app_file, fastapi_app, http_server, script
from tests.support.sidecar import LaunchSidecar

# Answers `status` to every path but /late, which is 503 until the fourth request.
STATUS_APP = """
import os
seen = 0
async def app(scope, receive, send):
    global seen
    if scope["type"] == "lifespan":
        await receive()
        await send({{"type": "lifespan.startup.complete"}})
        await receive()
        await send({{"type": "lifespan.shutdown.complete"}})
        return
    status = {status}
    if scope["path"] == "/late":
        seen += 1
        print("asked", seen, flush=True)
        status = 503 if seen < 4 else 200
    headers = [(b"location", b"http://127.0.0.1:9/elsewhere")]
    await send({{"type": "http.response.start", "status": status, "headers": headers}})
    await send({{"type": "http.response.body", "body": b""}})
"""


async def test_a_health_path_that_answers_200_is_ready(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    client = await sidecar({"api": fastapi_app(tmp_path, ready={"http": "/health"})})

    answer = await client.request("start")

    assert answer["status"]["status"] == "running"


async def test_a_redirect_is_ready_and_not_followed(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    spec = app_file(
        tmp_path, "redirecting", STATUS_APP.format(status=307), ready={"http": "/moved"}
    )
    client = await sidecar({"api": spec})

    answer = await client.request("start")

    assert answer["success"] is True


@pytest.mark.parametrize("status", [404, 500, 401])
async def test_an_app_is_by_default_ready_with_any_answer(
    sidecar: LaunchSidecar, tmp_path: Path, status: int
) -> None:
    client = await sidecar({"api": app_file(tmp_path, "any_app", STATUS_APP.format(status=status))})

    answer = await client.request("start")

    assert answer["success"] is True


async def test_a_health_path_is_asked_until_it_answers_well(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    spec = app_file(tmp_path, "late_app", STATUS_APP.format(status=200), ready={"http": "/late"})
    client = await sidecar({"api": spec})

    answer = await client.request("start")

    assert answer["success"] is True
    assert "asked 4" in await client.logs_until("asked 4")


async def test_an_app_is_ready_only_after_its_startup(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    slow = """
import asyncio
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await asyncio.sleep(0.5)
        print("startup is over", flush=True)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""
    client = await sidecar({"api": app_file(tmp_path, "slow_app", slow)})

    answer = await client.request("start")

    assert answer["success"] is True
    assert "startup is over" in client.log_text()


async def test_a_command_is_ready_when_its_port_accepts(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": http_server(0)})

    status = (await client.request("start"))["status"]

    reader, writer = await asyncio.open_connection("127.0.0.1", status["port"])
    writer.close()
    assert status["status"] == "running"
    assert not reader.at_eof()


async def test_an_answer_that_comes_in_pieces_is_read_to_its_status(sidecar: LaunchSidecar) -> None:
    code = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    connection, _ = server.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.recv(4096)
    for piece in (b"HTTP/1.1 ", b"20", b"0 OK\\r\\ncontent-length: 0\\r\\n\\r\\n"):
        connection.sendall(piece)
        time.sleep(0.05)
    connection.close()
"""
    client = await sidecar({"api": script(code, "{port}", ready={"http": "/", "timeout": 2})})

    assert (await client.request("start"))["success"] is True


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_a_line_on_either_stream_makes_ready(sidecar: LaunchSidecar, stream: str) -> None:
    code = (
        f"import sys, time; print('Listening on 5', file=sys.{stream}, flush=True); time.sleep(60)"
    )
    client = await sidecar({"api": script(code, ready={"log": r"^Listening on \d+$"})})

    answer = await client.request("start")

    assert answer["status"]["status"] == "running"
    assert "Listening on 5" in client.log_text(stream)


async def test_an_unfinished_line_makes_ready_too(sidecar: LaunchSidecar) -> None:
    code = "import sys, time; sys.stdout.write('ready> '); sys.stdout.flush(); time.sleep(60)"
    client = await sidecar({"api": script(code, ready={"log": "ready>"})})

    answer = await client.request("start")

    assert answer["success"] is True


async def test_a_line_of_the_previous_run_does_not_make_ready(sidecar: LaunchSidecar) -> None:
    code = """
import os, sys, time
again = os.path.exists(sys.argv[1])
open(sys.argv[1], "w").close()
if not again: print("Listening", flush=True)
time.sleep(60)
"""
    client = await sidecar(
        {"api": script(code, "once", ready={"log": "Listening", "timeout": 0.6})}
    )
    assert (await client.request("start"))["success"] is True

    answer = await client.request("restart")

    assert answer["error"]["code"] == "READY_TIMEOUT"


async def test_a_line_among_thousands_in_one_burst_makes_ready(sidecar: LaunchSidecar) -> None:
    code = """
import sys, time
lines = ["noise %d" % n for n in range(20000)]
lines[11111] = "now Listening"
sys.stdout.write("\\n".join(lines) + "\\n"); sys.stdout.flush()
time.sleep(60)
"""
    client = await sidecar({"api": script(code, ready={"log": "^now Listening$", "timeout": 10})})

    assert (await client.request("start"))["success"] is True


async def test_none_is_ready_as_soon_as_the_process_lives(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": script("import time; time.sleep(60)", ready={"none": True})})

    answer = await client.request("start")

    assert answer["status"]["status"] == "running"


async def test_a_proxy_in_the_environment_is_not_asked(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    proxy = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    client = await sidecar(
        {"api": fastapi_app(tmp_path, ready={"http": "/health", "timeout": 8})}, env=proxy
    )

    assert (await client.request("start"))["success"] is True
