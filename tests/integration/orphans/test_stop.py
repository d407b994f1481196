"""Stopping a server whose tree does not want to go, or has left home."""

import asyncio
import time

import pytest

from tests.integration.lifecycle.programs import says_force
from tests.integration.orphans.chain import can_listen
from tests.integration.orphans.forest import Forest
from tests.support.sidecar import LaunchSidecar
from tests.support.trees import DEAF_BRANCHES, EVERY_BRANCH

GRACE = 2.0

# Beyond the grace, for a machine with other things to do.
FORCE_LIMIT = 2.0


async def test_who_ignores_sigterm_is_gone_after_the_grace_and_the_answer_says_so(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    trees = {
        "main": forest.plant(main="main:deaf", stop={"timeout": GRACE}),
        "grandchild": forest.plant("daemon:deaf", stop={"timeout": GRACE}),
        "all": forest.plant(*DEAF_BRANCHES, main="main:deaf", stop={"timeout": GRACE}),
    }
    client = await sidecar({name: tree.spec for name, tree in trees.items()})

    async def stop(name: str) -> None:
        port = (await client.request("start", name=name))["status"]["port"]
        asked = time.monotonic()

        answer = await client.request("stop", name=name)

        took = time.monotonic() - asked
        assert not trees[name].survivors()
        assert can_listen(port)
        assert answer["success"] is True
        assert says_force(answer["message"])
        assert GRACE <= took < GRACE + FORCE_LIMIT

    async with asyncio.TaskGroup() as stops:
        for name in trees:
            stops.create_task(stop(name))


async def test_who_ends_when_asked_is_not_waited_for(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant(*EVERY_BRANCH, stop={"timeout": 30})
    client = await sidecar({"api": tree.spec})
    port = (await client.request("start"))["status"]["port"]
    asked = time.monotonic()

    answer = await client.request("stop")

    assert not tree.survivors()
    assert can_listen(port)
    assert not says_force(answer["message"])
    assert time.monotonic() - asked < FORCE_LIMIT


@pytest.mark.parametrize("force", [False, True], ids=["stop", "force"])
async def test_a_daemon_that_is_born_of_the_stop_itself_is_stopped_too(
    sidecar: LaunchSidecar, forest: Forest, force: bool
) -> None:
    tree = forest.plant("child", main="main:heir", stop={"timeout": 0.5})
    client = await sidecar({"api": tree.spec})
    port = (await client.request("start"))["status"]["port"]

    answer = await client.request("stop", force=force)

    assert not tree.survivors()
    assert can_listen(port)
    assert answer["success"] is True


async def test_who_forks_faster_than_one_can_look_is_stopped(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant("storm:1", "storm:2", "storm:3", stop={"timeout": 0.3})
    client = await sidecar({"api": tree.spec})
    port = (await client.request("start"))["status"]["port"]

    answer = await client.request("stop")

    assert not tree.survivors()
    assert can_listen(port)
    assert answer["success"] is True
    await asyncio.sleep(0.2)
    assert not tree.survivors()


async def test_a_stop_takes_a_servers_own_daemons_and_leaves_its_neighbours(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    ours = forest.plant(*DEAF_BRANCHES, stop={"timeout": 0.3})
    neighbour = forest.plant(*DEAF_BRANCHES, stop={"timeout": 0.3})
    app = forest.plant_app(*EVERY_BRANCH)
    client = await sidecar({"ours": ours.spec, "neighbour": neighbour.spec, "app": app.spec})
    async with asyncio.TaskGroup() as starts:
        for name in ("ours", "neighbour", "app"):
            starts.create_task(client.request("start", name=name))
    before = neighbour.survivors(), app.survivors()
    assert [len(each) for each in before] == [neighbour.size, app.size]

    await client.request("stop", name="ours")

    assert not ours.survivors()
    assert (neighbour.survivors(), app.survivors()) == before
    assert (await client.request("get_status", name="neighbour"))["status"] == "running"


async def test_a_restart_leaves_nothing_of_the_run_before(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant(*DEAF_BRANCHES, stop={"timeout": 0.3})
    client = await sidecar({"api": tree.spec})
    await client.request("start")
    before = tree.survivors()
    assert len(before) == tree.size

    assert (await client.request("restart"))["success"] is True

    assert not [member for member in before if member.lives]
    assert len(tree.survivors()) == tree.size


async def test_workers_of_uvicorn_and_their_children_are_stopped(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant_app("child:deaf", args=["--workers", "2"], stop={"timeout": 1})
    client = await sidecar({"api": tree.spec})
    port = (await client.request("start"))["status"]["port"]
    await tree.grown()

    answer = await client.request("stop")

    assert answer["success"] is True
    assert not tree.survivors()
    assert can_listen(port)
