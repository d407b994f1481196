"""When automatic restarts end: at the limit, and where trying again cannot help."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.restarts.programs import QUIET_FOR, fragile, quick
from tests.support.changing_app import ChangingApp
from tests.support.servers import portless, sleeper
from tests.support.sidecar import LaunchSidecar
from tests.support.story import alerts, statuses


async def test_past_the_limit_it_is_an_error_with_an_alert_and_the_cause(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    client = await sidecar({"api": fragile(0.1, quick("on-failure", max=2), tmp_path / "flag")})

    await client.request("start")

    failed = await client.until_status("error")
    assert failed["restarts"] == 2
    assert failed["exitCode"] == 3
    assert "retryAt" not in failed
    assert "pid" not in failed
    assert "the disk is full" in failed["lastError"]
    assert "2" in failed["lastError"]
    alert = await client.until("python-server-alert")
    assert alert["name"] == "api"
    assert alert["kind"] == "restart-limit"
    assert alert["message"]
    await asyncio.sleep(QUIET_FOR)
    assert statuses(client)[-1] == "error"
    assert len(client.since_mark("python-server-stopped")) == 3
    assert len(alerts(client, "restart-limit")) == 1


async def test_a_start_by_a_client_after_the_limit_begins_anew(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    client = await sidecar({"api": fragile(0.1, quick("on-failure", max=1), tmp_path / "flag")})
    await client.request("start")
    await client.until_status("error")
    client.mark()

    answer = await client.request("start")

    assert answer["success"] is True
    assert answer["status"]["restarts"] == 0
    assert (await client.until_status("error"))["restarts"] == 1
    assert len(client.since_mark("python-server-stopped")) == 2


async def test_restarts_further_apart_than_the_window_have_no_limit(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    restart = quick("on-failure", max=1, window=0.3)
    client = await sidecar({"api": fragile(0.5, restart, tmp_path / "flag")})

    await client.request("start")

    await client.until("python-server-status", lambda told: told["restarts"] == 3)
    assert "error" not in statuses(client)
    assert alerts(client, "restart-limit") == []
    await client.request("stop")


@pytest.mark.parametrize(
    ("harm", "cause"),
    [
        (ChangingApp.remove, "'changing'|\"changing\""),
        (lambda app: app.write("broken", "def app(:"), "SyntaxError|syntax error"),
        (lambda app: app.write("broken", "import no_such_module_7"), "no_such_module_7"),
        (lambda app: app.raise_flag("no-startup"), "the licence has expired"),
    ],
    ids=["no module", "syntax error", "no package", "failed startup"],
)
async def test_an_automatic_start_that_cannot_succeed_is_not_repeated(
    sidecar: LaunchSidecar, app: ChangingApp, harm: Callable[[ChangingApp], None], cause: str
) -> None:
    client = await sidecar({"api": app.spec(restart=quick("always", max=20))})
    pid = (await client.request("start"))["status"]["pid"]
    harm(app)
    client.mark()

    os.kill(pid, signal.SIGKILL)

    failed = await client.until_status("error")
    assert any(one in failed["lastError"] for one in cause.split("|"))
    assert "retryAt" not in failed
    await asyncio.sleep(QUIET_FOR)
    assert statuses(client) == ["starting", "error"]
    assert (await client.request("get_status"))["restarts"] <= 1


@pytest.mark.parametrize("code", [0, 7])
async def test_a_failed_start_by_a_client_is_answered_and_not_repeated(
    sidecar: LaunchSidecar, code: int
) -> None:
    spec = portless(f"import sys; sys.exit({code})", ready={"log": "never"})
    client = await sidecar({"api": spec | {"restart": quick("always")}})

    answer = await client.request("start")

    assert answer["success"] is False
    assert answer["error"]["code"] == "EXITED_EARLY"
    assert answer["status"]["status"] == "error"
    await asyncio.sleep(QUIET_FOR)
    assert statuses(client) == ["starting", "error"]
    assert len(client.since_mark("python-server-stopped")) == 1


async def test_a_failed_restart_by_a_client_is_answered_and_not_repeated(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(restart=quick("always"))})
    await client.request("start")
    app.write("broken", "os._exit(7)")
    client.mark()

    answer = await client.request("restart")

    assert answer["success"] is False
    assert answer["status"]["status"] == "error"
    await asyncio.sleep(QUIET_FOR)
    assert statuses(client)[-2:] == ["starting", "error"]
    assert len(client.since_mark("python-server-stopped")) == 2


async def test_max_counts_restarts_over_several_crashes(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper(restart=quick("always", max=2))})
    pid = (await client.request("start"))["status"]["pid"]
    for _ in range(2):
        client.mark()
        os.kill(pid, signal.SIGKILL)
        pid = (await client.until_status("running"))["pid"]
    client.mark()

    os.kill(pid, signal.SIGKILL)

    failed = await client.until_status("error")
    assert "SIGKILL" in failed["lastError"]
    assert (await client.until("python-server-alert"))["kind"] == "restart-limit"
