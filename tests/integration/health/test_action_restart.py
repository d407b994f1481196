"""`action = "restart"`: a server that is ill is replaced."""

import asyncio

import pytest

from tests.integration.health.checks import checked
from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.support.changing_app import ChangingApp
from tests.support.processes import is_alive
from tests.support.sidecar import LaunchSidecar
from tests.support.story import alerts, until_restarted
from tests.support.traffic import ask

BOTH = pytest.mark.parametrize("handoff", ["socket", "overlap"])
QUICKLY = {"backoff": [0.05, 1.0, 0.05]}


@BOTH
async def test_an_ill_server_is_replaced_and_the_restart_is_counted(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    spec = app.spec(handoff=handoff, health=checked(action="restart"), restart=QUICKLY)
    client = await sidecar({"api": tracked(spec)})
    before = (await client.request("start"))["status"]
    client.mark()

    await ask(before["port"], "/sicken")

    running = await until_restarted(client, before["pid"])
    assert running["restarts"] == 1
    assert running["port"] == before["port"]
    assert len(alerts(client, "unhealthy")) == 1
    await client.until("python-server-stopped")
    assert (await ask(before["port"]))["pid"] == running["pid"]
    await client.until(
        "python-server-status",
        lambda told: told.get("health") == "healthy" and told.get("pid") == running["pid"],
    )
    assert list(server_processes(client)) == [running["pid"]]


@BOTH
async def test_a_hung_event_loop_is_found_and_the_process_replaced(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    spec = app.spec(
        handoff=handoff,
        health=checked(action="restart", timeout=0.5),
        stop={"timeout": 0.3},
        restart=QUICKLY,
    )
    client = await sidecar({"api": tracked(spec)})
    before = (await client.request("start"))["status"]
    client.mark()
    hung = asyncio.create_task(ask(before["port"], "/hang"))
    await client.logs_until("hanging")

    running = await until_restarted(client, before["pid"])

    await client.until("python-server-stopped")
    assert not is_alive(before["pid"])
    assert running["restarts"] == 1
    assert len(alerts(client, "unhealthy")) == 1
    assert (await ask(before["port"]))["pid"] == running["pid"]
    with pytest.raises((OSError, EOFError)):
        await hung


async def test_why_an_ill_server_was_replaced_can_be_read(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    restart = {"backoff": [30.0, 1.0, 30.0]}
    spec = app.spec(health=checked(action="restart"), restart=restart)
    client = await sidecar({"api": spec})
    port = (await client.request("start"))["status"]["port"]
    client.mark()

    await ask(port, "/sicken")

    told = await client.until(
        "python-server-status", lambda told: told["restarts"] == 1 or "retryAt" in told
    )
    assert "503" in told["lastError"]


@BOTH
async def test_restarts_that_do_not_heal_are_limited(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    spec = app.spec(
        handoff=handoff,
        health=checked(action="restart"),
        restart=QUICKLY | {"max": 1},
        stop={"timeout": 1},
    )
    client = await sidecar({"api": tracked(spec)})
    app.raise_flag("health", "503")
    await client.request("start")

    failed = await client.until_status("error")

    assert failed["restarts"] == 1
    assert "503" in failed["lastError"]
    assert "pid" not in failed
    await client.until("python-server-alert", lambda told: told["kind"] == "restart-limit")
    assert server_processes(client) == {}
    app.lower_flag("health")
    answer = await client.request("start")
    assert answer["success"] is True
    assert answer["status"]["restarts"] == 0


async def test_an_ill_server_that_a_client_stops_stays_stopped(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    spec = app.spec(health=checked(action="restart", interval=0.3, failures=1), restart=QUICKLY)
    client = await sidecar({"api": spec})
    port = (await client.request("start"))["status"]["port"]
    await ask(port, "/sicken")
    client.mark()

    await client.request("stop")

    await asyncio.sleep(0.6)
    assert client.since_mark("python-server-status")[-1]["status"] == "stopped"
