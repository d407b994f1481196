"""How signals and the death of the client end the sidecar."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.support.processes import kill_marked, marked_environment, new_mark, until_gone
from tests.support.raw import call, lines, open_raw
from tests.support.servers import asgi_app, never_ready, sleeper, term_ignoring
from tests.support.sidecar import LaunchSidecar
from tests.support.toml import write_config

END_LIMIT = 8.0

SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
async def test_a_signal_stops_the_servers_and_ends_with_zero(
    number: signal.Signals, sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s = await sidecar({"web": asgi_app(tmp_path), "worker": sleeper()})
    for name in ("web", "worker"):
        assert (await s.request("start", name=name))["success"]
    os.kill(s.pid, number)
    async with asyncio.timeout(END_LIMIT):
        assert await s.client.wait() == 0
    stopped = {
        params["name"]: params["expected"] for params in s.since_mark("python-server-stopped")
    }
    assert stopped == {"web": True, "worker": True}


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
async def test_a_signal_ends_an_idle_sidecar(number: signal.Signals) -> None:
    async with open_raw() as raw:
        await raw.write(lines(call("list_servers")))
        await raw.read_line()
        os.kill(raw.process.pid, number)
        assert await raw.wait(END_LIMIT) == 0
        assert "Traceback" not in raw.stderr_text


async def test_a_signal_cancels_a_start_in_progress(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": never_ready()})
    start = s.start_request("start")
    await s.logs_until("still loading")
    os.kill(s.pid, signal.SIGTERM)
    response = await start
    assert response["error"]["code"] == "CANCELLED"
    async with asyncio.timeout(END_LIMIT):
        assert await s.client.wait() == 0


async def test_a_second_signal_changes_nothing(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": term_ignoring(stop={"timeout": 60})})
    assert (await s.request("start"))["success"]
    os.kill(s.pid, signal.SIGINT)
    await s.until_status("stopping")
    os.kill(s.pid, signal.SIGINT)
    async with asyncio.timeout(END_LIMIT):
        assert await s.client.wait() == 0


# Launches a sidecar on pipes that an outsider holds open as well, and tells what it did.
CLIENT = """
import json, os, subprocess, sys
command, requests, clean = sys.argv[1:4]
from_us, to_sidecar = os.pipe()
from_sidecar, to_us = os.pipe()
outsider = subprocess.Popen(
    ["sleep", "600"], pass_fds=(from_us, to_sidecar, from_sidecar, to_us), env=json.loads(clean),
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
sidecar = subprocess.Popen(json.loads(command), stdin=from_us, stdout=to_us)
os.write(to_sidecar, requests.encode() + b"\\n")
with os.fdopen(from_sidecar) as answers:
    for line in answers:
        message = json.loads(line)
        if message.get("id") == 1:
            report = {"outsider": outsider.pid, "started": message["result"]["success"]}
            print(json.dumps(report), flush=True)
"""


def test_the_death_of_the_client_is_noticed_though_another_holds_the_pipes_open(
    tmp_path: Path,
) -> None:
    config = write_config(tmp_path / "sidecar.toml", {"api": term_ignoring()})
    mark = new_mark()
    environment = marked_environment(mark)
    arguments = [
        as_json([sys.executable, "-m", "sidecar", "--config", str(config)]),
        as_json(call("start")),
        as_json({"PATH": environment["PATH"]}),
    ]
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, *arguments], env=environment, stdout=subprocess.PIPE
    )
    outsider = 0
    try:
        assert client.stdout
        report = orjson.loads(client.stdout.readline())
        outsider = report["outsider"]
        assert report["started"]
        client.kill()
        client.communicate()
        assert asyncio.run(until_gone(mark, limit=END_LIMIT)) == {}
        os.kill(outsider, 0)  # the pipes were held open all the time
    finally:
        client.kill()
        kill_marked(mark)
        if outsider:
            os.kill(outsider, signal.SIGKILL)


def as_json(value: object) -> str:
    """`value` as JSON text."""
    return orjson.dumps(value).decode()
