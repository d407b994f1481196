"""Restarts under load: no request fails, whichever way the socket is handed over."""

import pytest

from tests.integration.handoff.commands import accepting
from tests.support.changing_app import ChangingApp
from tests.support.sidecar import LaunchSidecar
from tests.support.traffic import load

RESTARTS = 3


@pytest.mark.parametrize("handoff", ["socket", "overlap"])
async def test_no_request_fails_while_an_app_is_restarted_under_load(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    client = await sidecar({"api": app.spec(handoff=handoff)})
    status = (await client.request("start"))["status"]
    pids = [status["pid"]]

    async with load(status["port"]) as found:
        await found.until_answered_by(pids[0])
        for _ in range(RESTARTS):
            answer = await client.request("restart")
            assert answer["success"] is True
            pids.append(answer["status"]["pid"])
            await found.until_answered_by(pids[-1])

    assert found.failures == []
    assert found.pids == set(pids)
    assert len(found.pids) == RESTARTS + 1


async def test_no_request_fails_while_failing_overlap_restarts_are_tried_under_load(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(handoff="overlap")})
    status = (await client.request("start"))["status"]
    app.write("broken", "os._exit(7)")

    async with load(status["port"]) as found:
        await found.until_answered_by(status["pid"])
        for _ in range(RESTARTS):
            assert (await client.request("restart"))["success"] is False

    assert found.failures == []
    assert found.pids == {status["pid"]}


@pytest.mark.parametrize("handoff", ["socket", "overlap"])
async def test_no_connection_fails_while_a_command_with_the_socket_is_restarted_under_load(
    sidecar: LaunchSidecar, handoff: str
) -> None:
    client = await sidecar({"api": accepting(handoff=handoff)})
    status = (await client.request("start"))["status"]
    pids = [status["pid"]]

    async with load(status["port"], kept_connections=0) as found:
        await found.until_answered_by(pids[0])
        for _ in range(RESTARTS):
            answer = await client.request("restart")
            assert answer["success"] is True
            pids.append(answer["status"]["pid"])
            await found.until_answered_by(pids[-1])

    assert found.failures == []
    assert found.pids == set(pids)
