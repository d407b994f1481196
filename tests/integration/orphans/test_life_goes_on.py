"""The sidecar outlives what it has lost: it tells so, and starts the server anew."""

import asyncio
import time
from typing import Any

import pytest

from tests.integration.orphans.chain import Chain, can_listen, find_chain, kill_at_once
from tests.integration.orphans.forest import Forest
from tests.support.sidecar import LaunchSidecar, Sidecar
from tests.support.trees import DEAF_BRANCHES, PROMISE, survivors_of_the_promise

PATIENT = {"timeout": 30}

# What was killed, and words of which `lastError` has at least one.
CAUSES = {
    "guardian": ("guard",),
    "keepers": ("keeper", "guard"),
    "guardian+keepers": ("keeper", "guard"),
    "mains": ("SIGKILL",),
}


def kill(chain: Chain, links: str) -> None:
    kill_at_once(*chain.pids(links))


async def told_of_a_crash(client: Sidecar, name: str) -> dict[str, Any]:
    """The notification of the end, which must say that nobody wanted it."""
    stopped = await client.until("python-server-stopped", lambda params: params["name"] == name)
    assert stopped["expected"] is False
    return stopped


@pytest.mark.parametrize("links", CAUSES)
async def test_the_loss_is_told_and_a_new_start_works(
    sidecar: LaunchSidecar, forest: Forest, links: str
) -> None:
    tree = forest.plant(*DEAF_BRANCHES, stop=PATIENT)
    client = await sidecar({"api": tree.spec})
    port = (await client.request("start"))["status"]["port"]
    chain = find_chain(client.pid, [tree])
    client.mark()

    kill(chain, links)
    killed = time.monotonic()

    stopped = await told_of_a_crash(client, "api")
    assert stopped["code"] is None
    status = await client.until_status("error")
    assert any(word in status["lastError"] for word in CAUSES[links]), status["lastError"]
    assert "pid" not in status
    assert not await survivors_of_the_promise([tree], killed)

    again = await client.request("start")

    assert again["success"] is True, again
    assert again["status"]["port"] == port
    await tree.grown()
    assert find_chain(client.pid, [tree]).mains == (again["status"]["pid"],)
    assert (await client.request("stop", force=True))["success"] is True
    assert can_listen(port)


async def test_a_killed_guardian_is_told_of_each_of_its_servers(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    trees = {"one": forest.plant("daemon"), "two": forest.plant_app("daemon")}
    client = await sidecar({name: tree.spec for name, tree in trees.items()})
    for name in trees:
        await client.request("start", name=name)
    client.mark()

    kill(find_chain(client.pid, trees.values()), "guardian")
    killed = time.monotonic()

    for name in trees:
        await told_of_a_crash(client, name)
        await client.until_status("error", name)
    assert not await survivors_of_the_promise(trees.values(), killed)


async def test_a_killed_keeper_costs_its_own_server_alone(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    lost, neighbour = forest.plant("child", "daemon"), forest.plant("child", "daemon", "bare")
    client = await sidecar({"lost": lost.spec, "neighbour": neighbour.spec})
    await client.request("start", name="neighbour")
    await client.request("start", name="lost")
    before = neighbour.survivors()
    client.mark()

    kill(find_chain(client.pid, [lost]), "keepers")
    killed = time.monotonic()

    await told_of_a_crash(client, "lost")
    assert not await survivors_of_the_promise([lost], killed)
    assert neighbour.survivors() == before
    assert (await client.request("get_status", name="neighbour"))["status"] == "running"
    assert (await client.request("start", name="lost"))["success"] is True


@pytest.mark.parametrize("links", ["guardian", "keepers", "guardian+keepers"])
async def test_a_start_that_loses_its_guard_is_answered(
    sidecar: LaunchSidecar, forest: Forest, links: str
) -> None:
    never = {"log": "this line never comes", "timeout": 60}
    tree = forest.plant("child", "bare", ready=never)
    client = await sidecar({"api": tree.spec})
    start = client.start_request("start")
    await tree.grown()

    kill(find_chain(client.pid, [tree]), links)
    killed = time.monotonic()

    answer = await start
    assert answer["success"] is False
    assert answer["error"]["code"] in ("EXITED_EARLY", "SPAWN_FAILED")
    assert answer["status"]["status"] == "error"
    assert not await survivors_of_the_promise([tree], killed)


@pytest.mark.parametrize("links", ["guardian", "keepers", "guardian+keepers", "mains"])
async def test_a_stop_that_loses_its_guard_is_answered_when_nothing_is_left(
    sidecar: LaunchSidecar, forest: Forest, links: str
) -> None:
    tree = forest.plant(*DEAF_BRANCHES, main="main:deaf", stop=PATIENT)
    client = await sidecar({"api": tree.spec})
    port = (await client.request("start"))["status"]["port"]
    chain = find_chain(client.pid, [tree])
    stop = client.start_request("stop", timeout=1)
    await client.until_status("stopping")

    kill(chain, links)

    answer = await stop
    left = tree.survivors()
    assert not left
    assert can_listen(port)
    assert answer["success"] is True
    assert answer["status"]["status"] == "stopped"


@pytest.mark.parametrize("links", ["guardian", "keepers"])
async def test_the_policy_restarts_a_server_that_lost_its_guard(
    sidecar: LaunchSidecar, forest: Forest, links: str
) -> None:
    policy = {"policy": "on-failure", "backoff": [0.05, 2.0, 1.0]}
    tree = forest.plant("daemon:deaf", "bare:deaf", restart=policy)
    client = await sidecar({"api": tree.spec})
    await client.request("start")
    old = tree.survivors()
    client.mark()

    kill(find_chain(client.pid, [tree]), links)
    killed = time.monotonic()

    await told_of_a_crash(client, "api")
    status = await client.until_status("running")
    assert status["restarts"] == 1
    while any(member.lives for member in old):
        assert time.monotonic() - killed < PROMISE, [one for one in old if one.lives]
        await asyncio.sleep(0.02)
