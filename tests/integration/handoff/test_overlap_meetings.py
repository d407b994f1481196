"""What meets an overlap restart: stops, more restarts, an end, an old process that drains."""

import asyncio
import os
import signal

import pytest

from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.support.changing_app import ChangingApp
from tests.support.processes import is_alive
from tests.support.sidecar import LaunchSidecar
from tests.support.traffic import ask, can_listen

OVERLAP = {"handoff": "overlap"}


async def test_a_stop_during_a_restart_ends_both_processes(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": tracked(app.spec(**OVERLAP))})
    before = (await client.request("start"))["status"]
    app.raise_flag("hold")
    client.mark()
    restart = client.start_request("restart")
    await client.until_status("starting")
    async with asyncio.timeout(10):
        while len(server_processes(client)) < 2:
            await asyncio.sleep(0.01)

    stop = await client.request("stop")

    assert stop["success"] is True
    assert stop["status"]["status"] == "stopped"
    assert server_processes(client) == {}
    assert can_listen(before["port"])
    assert (await restart)["error"]["code"] == "CANCELLED"
    assert all(one["expected"] for one in client.since_mark("python-server-stopped"))


async def test_a_stop_in_the_same_breath_as_a_restart_leaves_nothing(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": tracked(app.spec(**OVERLAP))})
    port = (await client.request("start"))["status"]["port"]

    restart, stop = await asyncio.gather(client.request("restart"), client.request("stop"))

    assert stop["success"] is True
    assert restart["error"]["code"] == "CANCELLED"
    assert (await client.request("get_status"))["status"] == "stopped"
    assert server_processes(client) == {}
    assert can_listen(port)


async def test_a_stop_while_the_old_process_drains_answers_when_both_are_gone(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": tracked(app.spec(**OVERLAP, stop={"timeout": 30}))})
    before = (await client.request("start"))["status"]
    long = asyncio.create_task(ask(before["port"], "/wait/done"))
    await client.logs_until("waiting for done")
    after = (await client.request("restart"))["status"]
    assert set(server_processes(client)) == {before["pid"], after["pid"]}

    stop = client.start_request("stop")
    async with asyncio.timeout(10):
        while is_alive(after["pid"]):
            await asyncio.sleep(0.01)
    assert is_alive(before["pid"])
    assert not stop.done()
    app.raise_flag("done")

    assert (await long)["pid"] == before["pid"]
    assert (await stop)["success"] is True
    assert server_processes(client) == {}
    assert can_listen(before["port"])


async def test_a_forced_stop_ends_an_old_process_that_still_drains(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": tracked(app.spec(**OVERLAP, stop={"timeout": 30}))})
    before = (await client.request("start"))["status"]
    long = asyncio.create_task(ask(before["port"], "/wait/never"))
    await client.logs_until("waiting for never")
    await client.request("restart")

    stop = await client.request("stop", force=True)

    assert stop["success"] is True
    assert server_processes(client) == {}
    with pytest.raises((OSError, EOFError)):
        await long


async def test_an_old_process_that_does_not_end_is_killed_after_its_time(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": tracked(app.spec(**OVERLAP, stop={"timeout": 1}))})
    before = (await client.request("start"))["status"]
    long = asyncio.create_task(ask(before["port"], "/wait/never"))
    await client.logs_until("waiting for never")
    client.mark()

    after = (await client.request("restart"))["status"]

    assert (await client.until("python-server-stopped"))["expected"] is True
    assert list(server_processes(client)) == [after["pid"]]
    assert (await client.request("get_status"))["status"] == "running"
    await asyncio.gather(long, return_exceptions=True)


async def test_a_restart_while_an_older_process_still_drains(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": tracked(app.spec(**OVERLAP, stop={"timeout": 30}))})
    first = (await client.request("start"))["status"]
    long = asyncio.create_task(ask(first["port"], "/wait/done"))
    await client.logs_until("waiting for done")
    second = (await client.request("restart"))["status"]
    client.mark()

    restart = client.start_request("restart")
    await client.until_status("starting")
    app.raise_flag("done")

    third = (await restart)["status"]
    assert (await long)["pid"] == first["pid"]
    assert len({first["pid"], second["pid"], third["pid"]}) == 3
    assert third["status"] == "running"
    async with asyncio.timeout(10):
        while list(server_processes(client)) != [third["pid"]]:
            await asyncio.sleep(0.01)


async def test_the_end_of_stdin_ends_an_old_process_that_still_drains(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": tracked(app.spec(**OVERLAP, stop={"timeout": 30}))})
    before = (await client.request("start"))["status"]
    long = asyncio.create_task(ask(before["port"], "/wait/never"))
    await client.logs_until("waiting for never")
    await client.request("restart")

    assert await client.finish() == 0

    assert server_processes(client) == {}
    await asyncio.gather(long, return_exceptions=True)


async def test_a_restart_goes_on_when_the_old_process_dies_meanwhile(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(**OVERLAP)})
    before = (await client.request("start"))["status"]
    app.raise_flag("hold")
    client.mark()
    restart = client.start_request("restart")
    await client.until_status("starting")

    os.kill(before["pid"], signal.SIGKILL)
    await client.until("python-server-stopped")
    waiting = asyncio.create_task(ask(before["port"]))
    app.lower_flag("hold")

    after = await restart
    assert after["success"] is True
    assert (await waiting)["pid"] == after["status"]["pid"]
    assert (await client.request("get_status"))["status"] == "running"


async def test_a_forced_restart_kills_the_old_process(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": tracked(app.spec(**OVERLAP, stop={"timeout": 50}))})
    before = (await client.request("start"))["status"]
    long = asyncio.create_task(ask(before["port"], "/wait/never"))
    await client.logs_until("waiting for never")
    client.mark()

    after = await client.request("restart", force=True)

    assert after["success"] is True
    assert (await client.until("python-server-stopped"))["signal"] == "SIGKILL"
    assert list(server_processes(client)) == [after["status"]["pid"]]
    await asyncio.gather(long, return_exceptions=True)
