"""How `sidecar web` starts, what it says when it cannot, and what its end leaves."""

import asyncio
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.integration.web.conftest import LaunchWeb
from tests.support.processes import is_alive
from tests.support.raw import run_bytes
from tests.support.servers import asgi_app, never_ready, sleeper, term_ignoring
from tests.support.toml import write_config

SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
END_LIMIT = 8.0


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
async def test_a_signal_stops_everything_and_tells_the_clients_first(
    launch: LaunchWeb, tmp_path: Path, number: signal.Signals
) -> None:
    web = await launch({"api": asgi_app(tmp_path), "deaf": term_ignoring()})
    async with web.client(await web.let_in()) as client:
        pids = [(await client.request("start", name=n))["status"]["pid"] for n in ("api", "deaf")]
        before = time.monotonic()
        assert await web.end(number) == 0
        assert time.monotonic() - before < END_LIMIT
        for name in ("api", "deaf"):
            stopped = [p for topic, p in client.told if topic == "python-server-stopped"]
            assert [p["expected"] for p in stopped if p["name"] == name] == [True]
        assert await client.until_closed() == 1001
    assert not any(map(is_alive, pids))


async def test_a_start_that_is_under_way_at_the_end_is_answered(launch: LaunchWeb) -> None:
    web = await launch({"api": never_ready()})
    async with web.client(await web.let_in()) as client:
        start = asyncio.create_task(client.request("start"))
        await client.until_told("python-log")
        end = asyncio.create_task(web.end())
        assert (await start)["error"]["code"] == "CANCELLED"
        assert await end == 0


async def test_after_it_was_killed_nothing_is_left(launch: LaunchWeb) -> None:
    web = await launch({"api": sleeper()})
    async with web.client(await web.let_in()) as client:
        pid = (await client.request("start"))["status"]["pid"]
        os.kill(web.pid, signal.SIGKILL)
        await client.until_closed()
        await web.process.wait()
    async with asyncio.timeout(END_LIMIT):
        while is_alive(pid):
            await asyncio.sleep(0.02)


async def test_what_starts_by_itself_runs_without_any_client(
    launch: LaunchWeb, tmp_path: Path
) -> None:
    web = await launch({"api": asgi_app(tmp_path, autostart=True)})
    async with web.client(await web.let_in()) as client:
        (status,) = await client.request("list_servers")
        assert status["status"] in ("starting", "running")


async def test_a_port_that_was_served_can_be_had_again_at_once(launch: LaunchWeb) -> None:
    web = await launch()
    port = web.port
    async with web.client(await web.let_in()) as client:
        await client.request("list_servers")
        assert await web.end() == 0
    again = await launch(None, "--port", str(port))
    assert again.port == port


def test_a_port_that_is_taken_ends_it_with_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        config = write_config(tmp_path / "sidecar.toml", {}, web={"port": port})
        done = run_bytes(b"", "web", "--config", str(config))
    assert done.exit_code == 2
    assert done.stdout == b""
    (line,) = done.stderr.splitlines()
    assert f"127.0.0.1:{port} is in use" in line
    assert "--port" in line


@pytest.mark.parametrize("by_file", [True, False])
def test_off_loopback_it_ends_with_one_clear_line(tmp_path: Path, by_file: bool) -> None:
    web = {"host": "0.0.0.0" if by_file else "127.0.0.1", "port": 0}
    config = write_config(tmp_path / "sidecar.toml", {}, web=web)
    options = [] if by_file else ["--host", "0.0.0.0"]
    done = run_bytes(b"", "web", "--config", str(config), *options)
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert "0.0.0.0 can be reached from other computers" in line
    assert "--host 127.0.0.1" in line


def test_a_configuration_that_cannot_be_used_is_told_as_ever(tmp_path: Path) -> None:
    config = write_config(tmp_path / "sidecar.toml", {}, web={"prot": 1})
    done = run_bytes(b"", "web", "--config", str(config))
    assert done.exit_code == 2
    assert done.stderr == f'{config}: web.prot: unknown key; did you mean "port"?\n'


@pytest.mark.parametrize("port", ["http", "-1", "65536", "٣"])
def test_what_is_no_port_is_wrong_usage(port: str) -> None:
    done = run_bytes(b"", "web", f"--port={port}")
    assert done.exit_code == 2
    assert "is no port" in done.stderr


async def test_the_browser_is_opened_if_asked_for(launch: LaunchWeb, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    whole, part = tmp_path / "opened", tmp_path / "opened.part"
    browser.write_text(f'#!/bin/sh\necho "$1" > {part}\nmv {part} {whole}\n')
    browser.chmod(0o755)
    web = await launch(None, "--open", env={"BROWSER": str(browser)})
    async with asyncio.timeout(10):
        while not whole.exists():
            await asyncio.sleep(0.02)
    assert whole.read_text() == f"{web.origin}/?token={web.tokens[0]}\n"
