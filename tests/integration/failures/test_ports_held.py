"""Ports that cannot be had: who holds them is told, and nobody else is harmed."""

import contextlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sidecar.client import SidecarClient
from tests.integration.failures.explanations import fails_to_start, says
from tests.integration.ports.holder import Holder, hold_port
from tests.support.processes import marked_environment, new_mark
from tests.support.servers import asgi_app, free_port, http_server
from tests.support.sidecar import LaunchSidecar
from tests.support.toml import write_config

FOREIGN_HOST = "203.0.113.7"  # reserved for documentation: no machine has it
PRIVILEGED_PORT = 81


@pytest.fixture
def holder() -> Iterator[Holder]:
    """Another program that listens on a port."""
    with hold_port() as holder:
        yield holder


@pytest.fixture(params=["app", "command"])
def kind(request: pytest.FixtureRequest) -> str:
    """Both kinds of server."""
    return str(request.param)


def _server(kind: str, folder: Path, port: int, **settings: Any) -> dict[str, Any]:
    if kind == "app":
        return asgi_app(folder, port, **settings)
    return http_server(port, **settings)


async def test_a_held_port_is_told_with_its_holder_who_lives_on(
    sidecar: LaunchSidecar, tmp_path: Path, kind: str, holder: Holder
) -> None:
    answer = await fails_to_start(sidecar, _server(kind, tmp_path, holder.port), "PORT_IN_USE")

    says(answer, rf"\b{holder.port}\b", rf"\b{holder.pid}\b")
    data = answer["error"]["data"]
    assert data["port"] == holder.port
    assert data["pid"] == holder.pid
    assert "python" in data["process"]
    assert data["process"] in answer["message"]
    assert data["suggestedPort"] != holder.port
    socket.create_server(("127.0.0.1", data["suggestedPort"])).close()
    assert holder.answers()


async def test_a_port_held_on_all_addresses_is_held_on_each(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    with hold_port("0.0.0.0") as holder:
        answer = await fails_to_start(sidecar, asgi_app(tmp_path, holder.port), "PORT_IN_USE")

        assert answer["error"]["data"]["pid"] == holder.pid


async def test_the_holder_is_the_one_on_the_servers_own_address(
    sidecar: LaunchSidecar, tmp_path: Path, holder: Holder
) -> None:
    with contextlib.ExitStack() as others:
        for number in range(2, 12):
            address = (f"127.0.0.{number}", holder.port)
            others.enter_context(socket.create_server(address))
        answer = await fails_to_start(sidecar, asgi_app(tmp_path, holder.port), "PORT_IN_USE")

    assert answer["error"]["data"]["pid"] == holder.pid


async def test_a_server_starts_once_its_port_is_free_again(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    with hold_port() as holder:
        client = await sidecar({"api": asgi_app(tmp_path, holder.port)})
        assert (await client.request("start"))["success"] is False

    answer = await client.request("start")

    assert answer["success"] is True
    assert answer["status"]["port"] == holder.port


async def test_a_restart_onto_a_port_that_was_taken_meanwhile_says_so(
    sidecar: LaunchSidecar, tmp_path: Path, holder: Holder
) -> None:
    client = await sidecar({"api": asgi_app(tmp_path, free_port())})
    await client.request("start")
    await client.request("update_server", changes={"port": holder.port})

    answer = await client.request("restart")

    assert answer["error"]["code"] == "PORT_IN_USE"
    assert answer["status"]["status"] == "error"
    assert holder.answers()


async def test_a_host_that_is_not_of_this_machine(
    sidecar: LaunchSidecar, tmp_path: Path, kind: str
) -> None:
    spec = _server(kind, tmp_path, free_port(), host=FOREIGN_HOST)
    client = await sidecar({"api": spec})

    answer = await client.request("start")

    assert answer["success"] is False
    assert answer["error"]["code"] in {"SPAWN_FAILED", "EXITED_EARLY"}
    assert answer["status"]["status"] == "error"
    says(answer, re.escape(FOREIGN_HOST), "address|machine")
    assert "host" in answer["error"]["hint"]


async def test_a_privileged_port_without_the_privilege(
    tmp_path: Path, kind: str, unprivileged_python: str
) -> None:
    config = write_config(
        tmp_path / "sidecar.toml", {"api": _server(kind, tmp_path, PRIVILEGED_PORT)}
    )

    async with await SidecarClient.launch(
        "--config", str(config), python=unprivileged_python, env=marked_environment(new_mark())
    ) as client:
        answer = await client.request("start")

    assert answer["success"] is False
    assert answer["error"]["code"] in {"SPAWN_FAILED", "EXITED_EARLY"}
    assert answer["status"]["status"] == "error"
    says(answer, rf"\b{PRIVILEGED_PORT}\b", "privileged")
    assert "1024" in answer["error"]["hint"]


@pytest.fixture
def unprivileged_python(tmp_path: Path) -> str:
    """An interpreter whose processes may not listen on a port below 1024."""
    first_free = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    if first_free <= PRIVILEGED_PORT:
        pytest.skip(f"here everyone may listen on port {PRIVILEGED_PORT}")
    if os.geteuid() != 0:
        return sys.executable
    # Root's right to low ports is one capability; everything else stays as it is.
    wrapper = tmp_path / "unprivileged-python"
    wrapper.write_text(
        f'#!/bin/sh\nexec setpriv --bounding-set -net_bind_service {sys.executable} "$@"\n'
    )
    wrapper.chmod(0o755)
    if subprocess.run([str(wrapper), "-c", ""], capture_output=True).returncode != 0:
        pytest.skip("needs setpriv to give the privilege up")
    return str(wrapper)
