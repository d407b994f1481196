"""Servers that live but do not become ready: what was waited for, and what came instead."""

from pathlib import Path

import pytest

from tests.integration.failures.explanations import fails_to_start, module, says, tail_of
from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.integration.ports.holder import hold_port
from tests.support.servers import free_port, script
from tests.support.sidecar import LaunchSidecar

SHORT = 0.6  # long enough for the first look, not for a test to notice
APP_SHORT = 2.0  # an app has to be imported first

ANSWERING = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({{"type": "lifespan.startup.complete"}})
        await receive()
        await send({{"type": "lifespan.shutdown.complete"}})
        return
    await send({{"type": "http.response.start", "status": {status}, "headers": []}})
    await send({{"type": "http.response.body", "body": b"warming up"}})
"""

HANGING_LIFESPAN = """
import asyncio
async def app(scope, receive, send):
    print("loading the model", flush=True)
    await asyncio.sleep(600)
"""


@pytest.mark.parametrize("status", [503, 404])
async def test_an_answer_that_is_not_a_success_is_named(
    sidecar: LaunchSidecar, tmp_path: Path, status: int
) -> None:
    ready = {"http": "/health", "timeout": APP_SHORT}
    spec = module(tmp_path, "warming", ANSWERING.format(status=status), ready=ready)

    answer = await fails_to_start(sidecar, spec, "READY_TIMEOUT")

    says(answer, rf"\b{status}\b", "/health", r"\b2(\.0)? s")


async def test_a_command_that_never_listens_is_named_with_its_port(
    sidecar: LaunchSidecar,
) -> None:
    port = free_port()
    spec = script("import time; time.sleep(60)", port=port, ready={"tcp": True, "timeout": SHORT})

    answer = await fails_to_start(sidecar, spec, "READY_TIMEOUT")

    says(answer, rf"\b{port}\b", "listen|refused|accept|answer")


async def test_an_app_whose_startup_hangs(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    spec = module(tmp_path, "hanging", HANGING_LIFESPAN, ready={"timeout": APP_SHORT})

    answer = await fails_to_start(sidecar, spec, "READY_TIMEOUT")

    says(answer, r"\b2(\.0)? s")
    assert "loading the model" in tail_of(answer)


async def test_a_line_that_never_comes_is_named_with_what_came(sidecar: LaunchSidecar) -> None:
    code = "import time; print('still loading', flush=True); time.sleep(60)"
    spec = script(code, ready={"log": "Listening on .*", "timeout": SHORT})

    answer = await fails_to_start(sidecar, spec, "READY_TIMEOUT")

    says(answer, r"Listening on \.\*")
    assert tail_of(answer) == "still loading"


async def test_a_program_that_accepts_and_never_answers(sidecar: LaunchSidecar) -> None:
    code = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(60)
"""
    spec = script(code, "{port}", port=free_port(), ready={"http": "/", "timeout": SHORT})

    answer = await fails_to_start(sidecar, spec, "READY_TIMEOUT")

    says(answer, "answer|respon")


async def test_a_program_that_speaks_no_http(sidecar: LaunchSidecar) -> None:
    code = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    connection, _ = server.accept()
    connection.sendall(b"220 mail.example ESMTP\\r\\n")
    connection.close()
"""
    spec = script(code, "{port}", port=free_port(), ready={"http": "/", "timeout": SHORT})

    answer = await fails_to_start(sidecar, spec, "READY_TIMEOUT")

    says(answer, "http|answer")


async def test_a_tree_that_ignores_sigterm_is_killed_when_its_time_is_over(
    sidecar: LaunchSidecar,
) -> None:
    code = """
import signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen(["sh", "-c", "trap '' TERM; while :; do sleep 60; done"])
time.sleep(60)
"""
    spec = script(code, ready={"log": "never", "timeout": SHORT}, stop={"timeout": 50})

    await fails_to_start(sidecar, spec, "READY_TIMEOUT")


@pytest.mark.parametrize("ready", [{"tcp": True}, {"http": "/"}])
async def test_another_program_on_the_port_is_not_taken_for_the_server(
    sidecar: LaunchSidecar, ready: dict[str, object]
) -> None:
    port = free_port()
    code = "import time; print('up', flush=True); time.sleep(60)"
    spec = script(code, port=port, ready={**ready, "timeout": 1.0})
    client = await sidecar({"api": tracked(spec)})
    start = client.start_request("start")
    await client.logs_until("up")

    # The port was free when the server was launched; another program takes it before the server.
    with hold_port("127.0.0.1", port) as holder:
        answer = await start

        assert answer["success"] is False
        assert answer["error"]["code"] in {"READY_TIMEOUT", "PORT_IN_USE"}
        says(answer, rf"\b{port}\b", rf"\b{holder.pid}\b")
        assert client.since_mark("python-server-ready") == []
        assert server_processes(client) == {}
        assert holder.answers()
