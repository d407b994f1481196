"""A running server is asked how it is: what is told of it."""

import pytest

from tests.integration.health.checks import checked
from tests.support.changing_app import ChangingApp
from tests.support.sidecar import LaunchSidecar, Sidecar
from tests.support.story import alerts, statuses
from tests.support.traffic import ask, fetch


async def _until_health(client: Sidecar, health: str) -> dict[str, object]:
    return await client.until("python-server-status", lambda told: told.get("health") == health)


async def test_a_server_that_answers_well_is_healthy(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(health=checked())})
    await client.request("start")

    told = await _until_health(client, "healthy")

    assert told["status"] == "running"
    assert (await client.request("get_status"))["health"] == "healthy"
    await client.logs_until("health check 5")
    assert alerts(client, "unhealthy") == []


async def test_a_server_that_falls_ill_is_told_with_an_alert_and_so_is_its_recovery(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(health=checked())})
    pid = (await client.request("start"))["status"]["pid"]
    await _until_health(client, "healthy")
    client.mark()

    app.raise_flag("health", "503")

    ill = await _until_health(client, "unhealthy")
    assert ill["status"] == "running"
    assert ill["pid"] == pid
    alert = await client.until("python-server-alert")
    assert (alert["name"], alert["kind"]) == ("api", "unhealthy")
    assert "503" in alert["message"]
    app.lower_flag("health")
    well = await _until_health(client, "healthy")
    assert well["pid"] == pid
    assert well["restarts"] == 0
    assert len(alerts(client, "unhealthy")) == 1
    assert statuses(client) == ["running"]


async def test_single_failures_are_not_an_illness(sidecar: LaunchSidecar, app: ChangingApp) -> None:
    app.raise_flag("flaky")
    client = await sidecar({"api": app.spec(health=checked())})
    await client.request("start")

    await client.logs_until("health check 12")

    assert alerts(client, "unhealthy") == []
    told = client.since_mark("python-server-status")
    assert "unhealthy" not in {status.get("health") for status in told}


@pytest.mark.parametrize(
    ("status", "health"),
    [(201, "healthy"), (302, "healthy"), (399, "healthy"), (404, "unhealthy"), (500, "unhealthy")],
)
async def test_health_is_a_status_of_200_to_399(
    sidecar: LaunchSidecar, app: ChangingApp, status: int, health: str
) -> None:
    app.raise_flag("health", str(status))
    client = await sidecar({"api": app.spec(health=checked())})
    await client.request("start")

    await client.until("python-server-status", lambda told: "health" in told)
    await _until_health(client, health)


async def test_an_answer_that_takes_too_long_is_a_failure(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    settings = checked(http="/wait/never", timeout=0.2)
    client = await sidecar({"api": app.spec(health=settings, stop={"timeout": 0.2})})

    await client.request("start")

    ill = await _until_health(client, "unhealthy")
    assert ill["status"] == "running"
    assert (await client.until("python-server-alert"))["kind"] == "unhealthy"


async def test_a_stopped_server_has_no_health(sidecar: LaunchSidecar, app: ChangingApp) -> None:
    client = await sidecar({"api": app.spec(health=checked())})
    await client.request("start")
    await _until_health(client, "healthy")

    stopped = (await client.request("stop"))["status"]

    assert "health" not in stopped


async def test_a_server_without_health_checks_is_not_asked(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec()})

    status = (await client.request("start"))["status"]

    assert "health" not in status
    await fetch(status["port"], "/health")
    await client.logs_until("health check 1")


async def test_checks_that_are_configured_later_begin_without_a_restart(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec()})
    pid = (await client.request("start"))["status"]["pid"]

    answer = await client.request("update_server", changes={"health": checked()})

    assert answer["restartRequired"] is False
    assert (await _until_health(client, "healthy"))["pid"] == pid


async def test_the_new_process_of_an_overlap_restart_is_asked_and_not_the_old_one(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    spec = app.spec(handoff="overlap", health=checked())
    client = await sidecar({"api": spec})
    port = (await client.request("start"))["status"]["port"]
    await ask(port, "/sicken")
    await client.until("python-server-alert")
    client.mark()

    after = (await client.request("restart"))["status"]

    assert (await _until_health(client, "healthy"))["pid"] == after["pid"]
    assert alerts(client, "unhealthy") == []
