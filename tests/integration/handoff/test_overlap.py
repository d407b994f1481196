"""`handoff = "overlap"`: the new process is ready before the old one goes."""

import asyncio

from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.support.changing_app import ChangingApp
from tests.support.processes import is_alive
from tests.support.servers import free_port
from tests.support.sidecar import LaunchSidecar
from tests.support.story import statuses, story
from tests.support.traffic import ask, can_listen, connects

OVERLAP = {"handoff": "overlap"}


async def test_a_restart_tells_starting_then_the_new_process_then_the_end_of_the_old_one(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(**OVERLAP)})
    before = (await client.request("start"))["status"]
    client.mark()

    after = (await client.request("restart"))["status"]

    stopped = await client.until("python-server-stopped")
    assert stopped["expected"] is True
    assert not is_alive(before["pid"])
    assert after["status"] == "running"
    assert after["pid"] != before["pid"]
    assert after["port"] == before["port"]
    wanted = ("starting", "stopping", "stopped", "running", "python-server-stopped")
    assert story(client, *wanted) == ["starting", "running", "python-server-stopped"]
    (ready,) = client.since_mark("python-server-ready")
    assert ready["pid"] == after["pid"]
    assert "lastError" not in (await client.request("get_status"))


async def test_the_old_process_serves_until_the_new_one_is_ready(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(**OVERLAP)})
    before = (await client.request("start"))["status"]
    app.raise_flag("hold")
    client.mark()
    restart = client.start_request("restart")
    await client.until_status("starting")

    answers = [await ask(before["port"]) for _ in range(20)]

    assert {one["pid"] for one in answers} == {before["pid"]}
    assert (await client.request("get_status"))["status"] == "starting"
    assert is_alive(before["pid"])
    assert not restart.done()
    app.lower_flag("hold")
    after = (await restart)["status"]
    await client.until("python-server-stopped")
    assert (await ask(after["port"]))["pid"] == after["pid"]


async def test_the_new_source_is_served_after_a_restart(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(**OVERLAP)})
    port = (await client.request("start"))["status"]["port"]
    assert (await ask(port))["version"] == "one"
    app.write("second")

    await client.request("restart")
    await client.until("python-server-stopped")

    assert (await ask(port))["version"] == "second"


async def test_restarting_a_stopped_server_starts_it(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(**OVERLAP)})

    answer = await client.request("restart")

    assert answer["success"] is True
    assert statuses(client) == ["starting", "running"]


async def test_restarts_at_the_same_time_join_one_operation(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": tracked(app.spec(**OVERLAP))})
    before = (await client.request("start"))["status"]
    client.mark()

    answers = await asyncio.gather(*(client.request("restart") for _ in range(3)))

    assert all(answer["success"] for answer in answers)
    (pid,) = {answer["status"]["pid"] for answer in answers}
    assert pid != before["pid"]
    assert statuses(client) == ["starting", "running"]
    await client.until("python-server-stopped")
    assert len(client.since_mark("python-server-ready")) == 1
    assert list(server_processes(client)) == [pid]


async def test_without_waiting_a_restart_is_answered_while_the_old_process_serves(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(**OVERLAP)})
    before = (await client.request("start"))["status"]
    app.raise_flag("hold")
    client.mark()

    answer = await client.request("restart", wait=False)

    assert answer["success"] is True
    assert answer["status"]["status"] == "starting"
    assert (await ask(before["port"]))["pid"] == before["pid"]
    app.lower_flag("hold")
    assert (await client.until_status("running"))["pid"] != before["pid"]


async def test_a_restart_moves_to_a_port_that_was_changed(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(**OVERLAP)})
    before = (await client.request("start"))["status"]
    port = free_port()
    answer = await client.request("update_server", changes={"port": port})
    assert answer["restartRequired"] is True
    assert (await ask(before["port"]))["pid"] == before["pid"]
    client.mark()

    after = (await client.request("restart"))["status"]

    assert after["port"] == port
    assert after["url"].endswith(f":{port}")
    assert (await ask(port))["pid"] == after["pid"]
    await client.until("python-server-stopped")
    assert not connects(before["port"])
    assert can_listen(before["port"])
