"""A port that another program holds, for each way of handing over."""

import pytest

from tests.integration.ports.holder import hold_port
from tests.support.changing_app import ChangingApp
from tests.support.servers import free_port
from tests.support.sidecar import LaunchSidecar
from tests.support.traffic import ask, can_listen, until_answered_by

EACH = pytest.mark.parametrize("handoff", ["socket", "overlap", "none"])


@EACH
async def test_a_held_port_is_told_with_its_holder(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    with hold_port() as holder:
        client = await sidecar({"api": app.spec(handoff=handoff, port=holder.port)})

        answer = await client.request("start")

        assert answer["error"]["code"] == "PORT_IN_USE"
        data = answer["error"]["data"]
        assert (data["port"], data["pid"]) == (holder.port, holder.pid)
        assert can_listen(data["suggestedPort"])
        assert answer["status"]["status"] == "error"
        assert holder.answers()


@EACH
async def test_with_next_the_next_free_port_is_taken_and_kept(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    with hold_port() as holder:
        spec = app.spec(handoff=handoff, port=holder.port, port_conflict="next")
        client = await sidecar({"api": spec})

        started = await client.request("start")
        restarted = await client.request("restart")

        port = started["status"]["port"]
        assert port > holder.port
        assert str(port) in started["message"]
        assert restarted["status"]["port"] == port
        await until_answered_by(port, restarted["status"]["pid"])
        assert holder.answers()


@pytest.mark.parametrize("handoff", ["socket", "none"])
async def test_a_restart_moves_to_a_port_that_was_changed(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    client = await sidecar({"api": app.spec(handoff=handoff)})
    before = (await client.request("start"))["status"]
    port = free_port()
    answer = await client.request("update_server", changes={"port": port})
    assert answer["restartRequired"] is True

    after = (await client.request("restart"))["status"]

    assert after["port"] == port
    assert (await ask(port))["pid"] == after["pid"]
    assert can_listen(before["port"])
