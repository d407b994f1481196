"""Who has ended is buried, and nothing is kept of it."""

import pytest

from tests.integration.orphans.chain import (
    children_of,
    descriptors_of,
    find_chain,
    find_guardian,
    kill_at_once,
    own_processes,
    until_own_processes_are,
    until_zombies_are_gone,
)
from tests.integration.orphans.forest import Forest
from tests.support.sidecar import LaunchSidecar, Sidecar
from tests.support.trees import Tree

CYCLES = 20
SIDECAR_GUARDIAN_AND_LOOKOUT = 3


async def start_and_stop(client: Sidecar, tree: Tree, times: int) -> None:
    for _ in range(times):
        assert (await client.request("start"))["success"] is True
        assert (await client.request("stop"))["success"] is True


async def test_many_starts_and_stops_leave_no_zombie_and_no_descriptor(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant("child", "daemon")
    client = await sidecar({"api": tree.spec})
    await start_and_stop(client, tree, 3)
    guardian = find_guardian(client.pid)
    before = descriptors_of(client.pid), descriptors_of(guardian)

    await start_and_stop(client, tree, CYCLES)

    assert not await until_zombies_are_gone(own_processes(client.pid))
    assert (descriptors_of(client.pid), descriptors_of(guardian)) == before
    assert find_guardian(client.pid) == guardian
    assert children_of([guardian]) == []


async def test_crashes_leave_no_zombie_and_no_descriptor(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant("child", "daemon")
    client = await sidecar({"api": tree.spec})

    async def crash(links: str) -> None:
        client.mark()
        assert (await client.request("start"))["success"] is True
        kill_at_once(*find_chain(client.pid, [tree]).pids(links))
        await client.until_status("error")

    kinds = ("mains", "keepers", "guardian")
    for links in kinds:
        await crash(links)
    before = descriptors_of(client.pid)

    for links in kinds * 2:
        await crash(links)

    # one more or less: the socket to a guardian that is not at work yet
    assert abs(descriptors_of(client.pid) - before) <= 1
    await start_and_stop(client, tree, 1)
    own = await until_own_processes_are(SIDECAR_GUARDIAN_AND_LOOKOUT, client.pid)
    assert len(own) == SIDECAR_GUARDIAN_AND_LOOKOUT, "helpers of before were left"
    assert not await until_zombies_are_gone(own)


@pytest.mark.parametrize("links", ["keepers", "guardian"])
async def test_who_was_killed_is_buried_before_anything_else_is_asked(
    sidecar: LaunchSidecar, forest: Forest, links: str
) -> None:
    tree = forest.plant("child", "daemon")
    client = await sidecar({"api": tree.spec})
    await client.request("start")
    own = own_processes(client.pid)

    kill_at_once(*find_chain(client.pid, [tree]).pids(links))

    await client.until_status("error")
    assert not await until_zombies_are_gone(own)


async def test_daemons_that_end_by_themselves_are_buried(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant("daemon", "bare", "session")
    client = await sidecar({"api": tree.spec})
    await client.request("start")
    own = own_processes(client.pid)
    daemons = [member for member in tree.members() if member.role in ("daemon", "bare")]

    kill_at_once(*(member.pid for member in daemons))

    assert not await until_zombies_are_gone(own)
    assert (await client.request("get_status"))["status"] == "running"
