"""The time between a crash and the automatic restart: what is told, and who may end it."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.restarts.programs import QUIET_FOR, fragile, quick, slow
from tests.support.changing_app import ChangingApp
from tests.support.servers import sleeper
from tests.support.sidecar import LaunchSidecar, Sidecar
from tests.support.story import statuses, until_restarted

# An app that ends soon after it has come up.
FAILS_SOON = """
import threading
def fail():
    print("the disk is full", file=sys.stderr, flush=True)
    os._exit(9)
def fail_once_up():
    while not health_checks:
        time.sleep(0.005)
    time.sleep(0.5)  # the answer to the check is still on its way
    fail()
threading.Thread(target=fail_once_up, daemon=True).start()
"""


async def _crashes_and_waits(client: Sidecar) -> dict[str, Any]:
    """Starts the server, kills it, and returns the status while it waits for its restart."""
    pid = (await client.request("start"))["status"]["pid"]
    client.mark()
    os.kill(pid, signal.SIGKILL)
    return await client.until("python-server-status", lambda told: "retryAt" in told)


async def test_while_it_waits_a_server_is_starting_and_says_why_and_until_when(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": sleeper(restart=slow("always"))})

    waiting = await _crashes_and_waits(client)

    assert waiting["status"] == "starting"
    assert "SIGKILL" in waiting["lastError"]
    assert waiting["signal"] == "SIGKILL"
    assert "pid" not in waiting
    assert "uptime" not in waiting
    until = datetime.fromisoformat(waiting["retryAt"])
    assert until.utcoffset() == timedelta(0)
    assert timedelta(seconds=15) < until - datetime.now(UTC) < timedelta(seconds=34)
    asked = await client.request("get_status")
    assert asked["retryAt"] == waiting["retryAt"]
    assert statuses(client)[-1] == "starting"


async def test_the_wait_grows_by_its_factor(sidecar: LaunchSidecar) -> None:
    restart = {"policy": "always", "backoff": [0.05, 600.0, 60.0]}
    client = await sidecar({"api": sleeper(restart=restart)})
    pid = (await client.request("start"))["status"]["pid"]
    client.mark()
    os.kill(pid, signal.SIGKILL)
    pid = (await until_restarted(client, pid))["pid"]
    client.mark()

    os.kill(pid, signal.SIGKILL)

    waiting = await client.until("python-server-status", lambda told: "retryAt" in told)
    wait = datetime.fromisoformat(waiting["retryAt"]) - datetime.now(UTC)
    assert timedelta(seconds=15) < wait < timedelta(seconds=34)


@pytest.mark.parametrize("method", ["start", "restart"])
async def test_a_client_that_starts_it_during_the_wait_need_not_wait(
    sidecar: LaunchSidecar, method: str
) -> None:
    client = await sidecar({"api": sleeper(restart=slow("always"))})
    await _crashes_and_waits(client)

    answer = await client.request(method)

    assert answer["success"] is True
    assert answer["status"]["status"] == "running"
    assert answer["status"]["restarts"] == 0
    assert "retryAt" not in answer["status"]
    assert (await client.until_status("running"))["pid"] == answer["status"]["pid"]


async def test_a_stop_during_the_wait_is_final(sidecar: LaunchSidecar) -> None:
    restart = {"policy": "always", "backoff": [0.3, 1.0, 0.3]}
    client = await sidecar({"api": sleeper(restart=restart)})
    await _crashes_and_waits(client)

    answer = await client.request("stop")

    assert answer["success"] is True
    assert answer["status"]["status"] == "stopped"
    assert "retryAt" not in answer["status"]
    await asyncio.sleep(QUIET_FOR)
    assert (await client.request("get_status"))["status"] == "stopped"
    assert "running" not in statuses(client)


async def test_the_sidecar_ends_without_waiting(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper(restart=slow("always"))})
    await _crashes_and_waits(client)

    async with asyncio.timeout(10):
        assert await client.request("shutdown") is None
        assert await client.client.wait() == 0


async def test_an_app_says_its_last_lines_while_it_waits(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    app.write("failing", FAILS_SOON)
    client = await sidecar({"api": app.spec(ready={"http": "/health"}, restart=slow("on-failure"))})
    await client.request("start")

    waiting = await client.until("python-server-status", lambda told: "retryAt" in told)

    assert "the disk is full" in waiting["lastError"]
    assert waiting["exitCode"] == 9
    assert "the disk is full" in (await client.request("get_status"))["logs"]
    stopped = await client.until("python-server-stopped")
    assert stopped == {"name": "api", "code": 9, "expected": False}


async def test_an_automatic_start_that_fails_for_now_is_tried_again(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    full = tmp_path / "full"
    client = await sidecar({"api": fragile(60, quick("on-failure", max=1000), full)})
    pid = (await client.request("start"))["status"]["pid"]
    client.mark()
    full.touch()
    os.kill(pid, signal.SIGKILL)

    await client.until("python-server-status", lambda told: told["restarts"] >= 3)
    full.unlink()

    running = await until_restarted(client, pid)
    assert running["restarts"] >= 3
    assert "error" not in statuses(client)
