"""Who has ended is buried, and nothing is kept of it."""

from tests.integration.orphans.chain import (
    children_of,
    descriptors_of,
    find_chain,
    find_guardian,
    find_lookout,
    kill_at_once,
    until_zombies_are_gone,
)
from tests.integration.orphans.forest import Forest
from tests.support.sidecar import LaunchSidecar, Sidecar
from tests.support.trees import Tree

CYCLES = 20


async def family_of(client: Sidecar) -> list[int]:
    """The sidecar and all beneath it that could have zombies of its making."""
    guardian = await find_guardian(client.pid)
    return [client.pid, guardian, *children_of([guardian])]


async def start_and_stop(client: Sidecar, tree: Tree, times: int) -> None:
    for _ in range(times):
        tree.forget()
        assert (await client.request("start"))["success"] is True
        assert (await client.request("stop"))["success"] is True


async def test_many_starts_and_stops_leave_no_zombie_and_no_descriptor(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant("child", "daemon")
    client = await sidecar({"api": tree.spec})
    await start_and_stop(client, tree, 3)
    guardian = await find_guardian(client.pid)
    before = descriptors_of(client.pid), descriptors_of(guardian)

    await start_and_stop(client, tree, CYCLES)

    assert not await until_zombies_are_gone(await family_of(client))
    assert (descriptors_of(client.pid), descriptors_of(guardian)) == before
    assert await find_guardian(client.pid) == guardian
    assert children_of([guardian]) == []


async def test_crashes_leave_no_zombie_and_no_descriptor(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant("child", "daemon")
    client = await sidecar({"api": tree.spec})

    async def crash(links: str) -> None:
        tree.forget()
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

    assert not await until_zombies_are_gone([client.pid])
    assert descriptors_of(client.pid) == before
    await start_and_stop(client, tree, 1)
    assert not await until_zombies_are_gone(await family_of(client))
    assert len(children_of([client.pid])) == 1


async def test_daemons_that_end_by_themselves_are_buried(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant("daemon", "bare", "session")
    client = await sidecar({"api": tree.spec})
    await client.request("start")
    chain = find_chain(client.pid, [tree])
    daemons = [member for member in tree.members() if member.role in ("daemon", "bare")]

    kill_at_once(*(member.pid for member in daemons))

    family = (*await family_of(client), find_lookout(chain))
    assert not await until_zombies_are_gone(family)
    assert (await client.request("get_status"))["status"] == "running"
