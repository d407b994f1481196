"""What a client has asked for before a restart, and the goodbye of the process that answers it."""

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.support.changing_app import ChangingApp
from tests.support.processes import is_alive
from tests.support.sidecar import LaunchSidecar
from tests.support.traffic import ask

SERVICE_RESTART = 1012
BOTH = pytest.mark.parametrize("handoff", ["socket", "overlap"])


@BOTH
@pytest.mark.parametrize("path", ["wait", "trickle"])
async def test_a_long_request_is_answered_by_the_process_that_took_it(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str, path: str
) -> None:
    client = await sidecar({"api": app.spec(handoff=handoff, stop={"timeout": 30})})
    before = (await client.request("start"))["status"]
    long = asyncio.create_task(ask(before["port"], f"/{path}/done"))
    await client.logs_until("waiting for done")
    client.mark()
    restart = client.start_request("restart")
    await client.until_status("starting" if handoff == "overlap" else "stopping")
    if handoff == "overlap":
        after = (await restart)["status"]
        assert after["pid"] != before["pid"]
        assert is_alive(before["pid"])

    app.raise_flag("done")

    assert (await long)["pid"] == before["pid"]
    assert (await restart)["success"] is True
    assert (await client.until("python-server-stopped"))["expected"] is True
    assert (await ask(before["port"]))["pid"] == (await restart)["status"]["pid"]


@BOTH
async def test_the_lifespan_of_the_old_process_is_shut_down(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    client = await sidecar({"api": app.spec(handoff=handoff)})
    before = (await client.request("start"))["status"]
    client.mark()

    await client.request("restart")
    await client.until("python-server-stopped")

    await client.logs_until(f"lifespan of {before['pid']} ended")


async def test_while_an_old_process_drains_the_new_one_is_asked(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(handoff="overlap", stop={"timeout": 30})})
    before = (await client.request("start"))["status"]
    long = asyncio.create_task(ask(before["port"], "/wait/done"))
    await client.logs_until("waiting for done")

    after = (await client.request("restart"))["status"]

    async with asyncio.timeout(10):  # the old one accepts no more from a moment of its own on
        while await _answering(before["port"]) != {after["pid"]}:
            await asyncio.sleep(0.01)
    assert not long.done()
    app.raise_flag("done")
    assert (await long)["pid"] == before["pid"]


async def _answering(port: int) -> set[int]:
    """The processes that answer ten requests."""
    return {answer["pid"] for answer in await asyncio.gather(*(ask(port) for _ in range(10)))}


@BOTH
async def test_a_websocket_is_closed_with_service_restart(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    client = await sidecar({"api": app.spec(handoff=handoff)})
    before = (await client.request("start"))["status"]

    async with connect(f"ws://127.0.0.1:{before['port']}/", proxy=None) as chat:
        await chat.send("hello")
        assert await chat.recv() == "hello"
        restart = client.start_request("restart")
        with pytest.raises(ConnectionClosed) as closed:
            await chat.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == SERVICE_RESTART
    assert (await restart)["success"] is True
    async with connect(f"ws://127.0.0.1:{before['port']}/", proxy=None) as chat:
        await chat.send("again")
        assert await chat.recv() == "again"
