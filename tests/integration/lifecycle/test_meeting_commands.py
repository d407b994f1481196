"""Commands that meet another one in progress, and the readers that must not wait for them."""

import asyncio

from tests.integration.lifecycle.programs import slow_to_end
from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.support.servers import never_ready, script, sleeper, term_ignoring
from tests.support.sidecar import LaunchSidecar


async def test_a_stop_cancels_a_start(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": tracked(never_ready())})
    start = client.start_request("start")
    await client.logs_until("still loading")

    stop = await client.request("stop")

    assert stop["success"] is True
    assert stop["status"]["status"] == "stopped"
    cancelled = await start
    assert cancelled["success"] is False
    assert cancelled["error"]["code"] == "CANCELLED"
    stopped = await client.until("python-server-stopped")
    assert stopped["expected"] is True
    assert server_processes(client) == {}
    statuses = [params["status"] for params in client.since_mark("python-server-status")]
    assert statuses == ["starting", "stopping", "stopped"]


async def test_a_stop_in_the_same_breath_as_a_start_leaves_nothing(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": tracked(never_ready())})

    start, stop = await asyncio.gather(client.request("start"), client.request("stop"))

    assert stop["success"] is True
    assert start["error"]["code"] == "CANCELLED"
    assert (await client.request("get_status"))["status"] == "stopped"
    assert server_processes(client) == {}


async def test_every_joined_start_is_told_of_the_cancellation(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": never_ready()})
    starts = [client.start_request("start") for _ in range(3)]
    await client.logs_until("still loading")

    await client.request("stop")

    for answer in await asyncio.gather(*starts):
        assert answer["error"]["code"] == "CANCELLED"


async def test_a_start_that_ignores_sigterm_is_cancelled_by_force(sidecar: LaunchSidecar) -> None:
    spec = term_ignoring(ready={"log": "this line never comes"}, stop={"timeout": 50})
    client = await sidecar({"api": tracked(spec)})
    start = client.start_request("start")
    await client.logs_until("deaf to SIGTERM")

    stop = await client.request("stop", force=True)

    assert stop["success"] is True
    assert (await start)["error"]["code"] == "CANCELLED"
    assert server_processes(client) == {}


async def test_a_start_during_a_stop_waits_for_it_and_then_starts(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": slow_to_end(0.4)})
    before = (await client.request("start"))["status"]["pid"]
    stop = client.start_request("stop")
    await client.until_status("stopping")

    start = await client.request("start")

    assert start["success"] is True
    assert start["status"]["status"] == "running"
    assert start["status"]["pid"] != before
    assert (await stop)["success"] is True
    assert "goodbye" in client.log_text()


async def test_a_stop_after_a_start_after_a_stop_has_the_last_word(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": slow_to_end(0.4)})
    await client.request("start")
    first = client.start_request("stop")
    await client.until_status("stopping")

    start, second = await asyncio.gather(client.request("start"), client.request("stop"))

    assert second["success"] is True
    assert (await first)["success"] is True
    assert start["error"]["code"] == "CANCELLED"
    assert (await client.request("get_status"))["status"] == "stopped"


async def test_a_slow_start_delays_no_other_answer(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"slow": never_ready(), "quick": sleeper()})
    slow = client.start_request("start", name="slow")
    await client.until_status("starting", "slow")

    assert (await client.request("get_status", name="slow"))["status"] == "starting"
    assert (await client.request("start", name="quick"))["success"] is True
    assert (await client.request("stop", name="quick"))["success"] is True
    assert not slow.done()
    await client.request("stop", name="slow")
    await slow


async def test_a_slow_stop_delays_no_other_answer(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"slow": term_ignoring(stop={"timeout": 50}), "quick": sleeper()})
    await client.request("start", name="slow")
    slow = client.start_request("stop", name="slow")
    await client.until_status("stopping", "slow")

    assert (await client.request("get_status", name="slow"))["status"] == "stopping"
    assert (await client.request("start", name="quick"))["success"] is True
    assert not slow.done()
    await client.request("stop", name="slow", force=True)
    assert (await slow)["success"] is True


async def test_several_servers_live_their_own_lives(sidecar: LaunchSidecar) -> None:
    names = ["one", "two", "three", "four"]
    crash = "import time, os; time.sleep(0.1); os._exit(9)"
    client = await sidecar(
        {name: sleeper() for name in names} | {"ill": script(crash, ready={"none": True})}
    )

    answers = await asyncio.gather(*(client.request("start", name=name) for name in names))
    await client.request("start", name="ill")
    await client.until_status("error", "ill")

    assert len({answer["status"]["pid"] for answer in answers}) == len(names)
    statuses = {one["name"]: one["status"] for one in await client.request("list_servers")}
    assert statuses == dict.fromkeys(names, "running") | {"ill": "error"}


async def test_the_order_of_statuses_is_kept_over_many_quick_commands(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": sleeper()})

    for _ in range(5):
        assert (await client.request("start"))["success"] is True
        assert (await client.request("stop", force=True))["success"] is True

    statuses = [params["status"] for params in client.since_mark("python-server-status")]
    assert statuses == ["starting", "running", "stopping", "stopped"] * 5
