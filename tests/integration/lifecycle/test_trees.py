"""Everything that a server started goes with it, and nothing that others started."""

import asyncio

from tests.integration.lifecycle.programs import says_force, stubborn_tree, tree_pids
from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.support.processes import is_alive
from tests.support.servers import script
from tests.support.sidecar import LaunchSidecar


async def test_a_tree_with_shells_and_a_daemon_that_ignore_sigterm_is_gone_after_a_stop(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": tracked(stubborn_tree(stop={"timeout": 0.3}))})
    await client.request("start")
    pids = tree_pids(await client.logs_until("tree"))
    assert all(is_alive(pid) for pid in pids)

    answer = await client.request("stop")

    assert answer["success"] is True
    assert says_force(answer["message"])
    assert not any(is_alive(pid) for pid in pids)
    assert server_processes(client) == {}


async def test_stopping_one_server_leaves_its_neighbours_daemon_alone(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar(
        {
            "one": tracked(stubborn_tree(stop={"timeout": 0.2}), "one"),
            "two": tracked(stubborn_tree(stop={"timeout": 0.2}), "two"),
        }
    )
    await asyncio.gather(client.request("start", name="one"), client.request("start", name="two"))
    before = server_processes(client, "two")

    await client.request("stop", name="one")

    assert server_processes(client, "one") == {}
    assert server_processes(client, "two") == before
    assert (await client.request("get_status", name="two"))["status"] == "running"


async def test_a_stop_finds_a_child_that_left_home_and_changed_its_name(
    sidecar: LaunchSidecar,
) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen(['sleep', '300'], env={}, start_new_session=True)\n"
        "print('child', child.pid, flush=True)\n"
        "time.sleep(300)"
    )
    client = await sidecar({"api": script(code, ready={"log": "child"})})
    await client.request("start")
    child = int((await client.logs_until("child")).split()[1])
    assert is_alive(child)

    answer = await client.request("stop")

    assert answer["success"] is True
    assert not is_alive(child)
