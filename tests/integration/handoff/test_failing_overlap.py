"""An overlap restart that fails leaves the old process running and serving."""

from typing import Any

import pytest

from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.integration.ports.holder import hold_port
from tests.support.changing_app import ChangingApp
from tests.support.sidecar import LaunchSidecar, Sidecar
from tests.support.story import statuses
from tests.support.traffic import ask

QUICK = {"ready": {"http": "/health", "timeout": 1}}


async def _fails_and_the_old_one_goes_on(
    client: Sidecar, before: dict[str, Any], code: str
) -> dict[str, Any]:
    """Restarts, and checks what every failing overlap restart promises; returns the answer."""
    client.mark()
    answer = await client.request("restart")

    assert answer["success"] is False
    assert answer["error"]["code"] == code
    assert answer["error"]["hint"]
    told = await client.request("get_status")
    for status in (answer["status"], told):
        assert status["status"] == "running"
        assert status["pid"] == before["pid"]
        assert status["port"] == before["port"]
        assert status["lastError"]
        assert status["restarts"] == 0
        assert status["uptime"] > 0
    assert statuses(client) == ["starting", "running"]
    assert list(server_processes(client)) == [before["pid"]]
    assert (await ask(before["port"]))["pid"] == before["pid"]
    return answer


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        ("def app(:", "SyntaxError|syntax error"),
        ("import no_such_module_7", "no_such_module_7"),
        ("os._exit(7)", "7"),
        ("os._exit(0)", "0"),
        ("os.kill(os.getpid(), 9)", "SIGKILL"),
    ],
)
async def test_a_new_process_that_ends_at_once_changes_nothing(
    sidecar: LaunchSidecar, app: ChangingApp, broken: str, cause: str
) -> None:
    client = await sidecar({"api": tracked(app.spec(handoff="overlap"))})
    before = (await client.request("start"))["status"]
    app.write("broken", broken)

    answer = await _fails_and_the_old_one_goes_on(client, before, "EXITED_EARLY")

    assert any(one in answer["message"] for one in cause.split("|"))
    assert any(one in answer["status"]["lastError"] for one in cause.split("|"))


async def test_the_readiness_check_is_asked_of_the_new_process_and_not_of_the_old_one(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    spec = app.spec(handoff="overlap", ready={"http": "/health"})
    client = await sidecar({"api": tracked(spec)})
    before = (await client.request("start"))["status"]
    await client.request("update_server", changes=QUICK)
    app.write("ill", "HEALTH = 503")

    await _fails_and_the_old_one_goes_on(client, before, "READY_TIMEOUT")


async def test_a_new_process_that_never_comes_up_changes_nothing(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": tracked(app.spec(handoff="overlap"))})
    before = (await client.request("start"))["status"]
    await client.request("update_server", changes={"ready": {"timeout": 1}})
    app.raise_flag("hold")

    await _fails_and_the_old_one_goes_on(client, before, "READY_TIMEOUT")


async def test_a_port_to_move_to_that_is_held_changes_nothing(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    with hold_port() as holder:
        client = await sidecar({"api": tracked(app.spec(handoff="overlap"))})
        before = (await client.request("start"))["status"]
        await client.request("update_server", changes={"port": holder.port})

        answer = await _fails_and_the_old_one_goes_on(client, before, "PORT_IN_USE")

        assert answer["error"]["data"]["port"] == holder.port
        assert answer["error"]["data"]["pid"] == holder.pid
        assert holder.answers()


async def test_the_failure_is_not_retried_and_the_policy_goes_on_watching_the_old_process(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    restart = {"policy": "always", "backoff": [0.05, 2.0, 1.0]}
    client = await sidecar({"api": tracked(app.spec(handoff="overlap", restart=restart))})
    before = (await client.request("start"))["status"]
    app.write("broken", "os._exit(7)")
    await _fails_and_the_old_one_goes_on(client, before, "EXITED_EARLY")
    app.write("repaired")
    client.mark()

    await ask(before["port"], "/health")
    assert statuses(client) == []
    answer = await client.request("restart")

    assert answer["success"] is True
    assert answer["status"]["pid"] != before["pid"]
    await client.until("python-server-stopped")
    assert (await ask(before["port"]))["version"] == "repaired"
