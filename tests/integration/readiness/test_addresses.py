"""Hosts and placeholders: where a server listens, and how it is told."""

import asyncio
import json
import socket
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.servers import asgi_app, portless, script
from tests.support.sidecar import LaunchSidecar

PRINT_ARGUMENTS = """
import json, os, socket, sys, time
print("TOLD", json.dumps([sys.argv[1:], os.environ["ADDRESS"]]), flush=True)
server = socket.create_server((sys.argv[1].split("=")[1], int(sys.argv[2])))
time.sleep(60)
"""


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def _body(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as response:
        return response.read()


@pytest.mark.parametrize("ready", [{}, {"http": "/health"}, {"tcp": True}])
async def test_an_ipv6_host_is_reached_and_written_in_brackets(
    sidecar: LaunchSidecar, tmp_path: Path, ready: dict[str, object]
) -> None:
    if not _has_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    client = await sidecar({"api": asgi_app(tmp_path, 0, host="::1", ready=ready)})

    status = (await client.request("start"))["status"]

    assert status["host"] == "::1"
    assert status["url"] == f"http://[::1]:{status['port']}"
    assert await asyncio.to_thread(_body, status["url"]) == b"hello"


async def test_a_server_on_all_addresses_has_a_url_on_loopback(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    client = await sidecar({"api": asgi_app(tmp_path, 0, host="0.0.0.0")})

    status = (await client.request("start"))["status"]

    assert status["host"] == "0.0.0.0"
    assert status["url"] == f"http://127.0.0.1:{status['port']}"
    assert await asyncio.to_thread(_body, status["url"]) == b"hello"


async def test_a_host_name_is_resolved(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    client = await sidecar({"api": asgi_app(tmp_path, 0, host="localhost")})

    status = (await client.request("start"))["status"]

    assert status["url"] == f"http://localhost:{status['port']}"
    assert await asyncio.to_thread(_body, status["url"]) == b"hello"


async def test_port_and_host_are_filled_in_in_command_and_environment(
    sidecar: LaunchSidecar,
) -> None:
    spec = script(
        PRINT_ARGUMENTS, "--host={host}", "{port}", '{"json": "{other}"}',
        port=0, host="127.0.0.2", env={"ADDRESS": "http://{host}:{port}/{x}"},
    )  # fmt: skip
    client = await sidecar({"api": spec})

    status = (await client.request("start"))["status"]

    told = next(line for line in client.log_text().splitlines() if line.startswith("TOLD"))
    arguments, address = json.loads(told.removeprefix("TOLD "))
    assert arguments == ["--host=127.0.0.2", str(status["port"]), '{"json": "{other}"}']
    assert address == f"http://127.0.0.2:{status['port']}/{{x}}"
    assert status["url"] == f"http://127.0.0.2:{status['port']}"


async def test_a_command_with_the_port_in_its_environment_alone(sidecar: LaunchSidecar) -> None:
    code = """
import os, socket, time
server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
time.sleep(60)
"""
    client = await sidecar({"api": script(code, env={"PORT": "{port}"})})

    status = (await client.request("start"))["status"]

    assert status["port"] > 0
    reader, writer = await asyncio.open_connection("127.0.0.1", status["port"])
    writer.close()
    assert not reader.at_eof()


async def test_a_server_without_a_port_has_port_0_and_no_url(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"worker": portless("import time; time.sleep(60)")})

    status = (await client.request("start"))["status"]

    assert status["port"] == 0
    assert "url" not in status


async def test_a_shell_script_serves_as_a_command(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    program = tmp_path / "serve.sh"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m http.server "$1" --bind 127.0.0.1\n')
    program.chmod(0o755)
    client = await sidecar({"api": {"command": ["./serve.sh", "{port}"], "port": 0}})

    status = (await client.request("start"))["status"]

    assert b"serve.sh" in await asyncio.to_thread(_body, status["url"])
