"""What the sidecar needs for itself goes with it, and no signal makes it fail its servers."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from tests.integration.orphans.chain import (
    FAREWELL_LIMIT,
    find_chain,
    kill_at_once,
    own_processes,
    send,
    until_own_processes_are_gone,
)
from tests.integration.orphans.forest import Forest
from tests.integration.orphans.owner import owned
from tests.support.sidecar import LaunchSidecar, Sidecar
from tests.support.trees import EVERY_BRANCH, survivors_of_the_promise

ASK_TO_END = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


async def end(client: Sidecar, how: str) -> None:
    """Ends the sidecar in good order, one way or another."""
    if how == "shutdown":
        await client.request("shutdown")
    elif how == "end of stdin":
        await client.finish()
    else:
        os.kill(client.pid, signal.SIGTERM)
    assert await client.client.wait() == 0


@pytest.mark.parametrize(
    ("how", "used"),
    [
        ("end of stdin", "running"),
        ("shutdown", "running"),
        ("SIGTERM", "running"),
        ("end of stdin", "stopped"),
    ],
)
async def test_an_orderly_end_leaves_no_process_of_the_sidecars_own(
    sidecar: LaunchSidecar, forest: Forest, how: str, used: str
) -> None:
    tree = forest.plant("daemon", "bare")
    client = await sidecar({"api": tree.spec})
    await client.request("start")
    chain = find_chain(client.pid, [tree])
    own = own_processes(client.pid)
    assert own == {client.pid, chain.guardian, chain.lookout, *chain.keepers}
    if used == "stopped":
        await client.request("stop")

    await end(client, how)

    assert not await until_own_processes_are_gone(own)
    assert not tree.survivors()


async def test_a_sidecar_that_started_nothing_leaves_nothing(sidecar: LaunchSidecar) -> None:
    client = await sidecar({})
    await client.request("list_servers")
    own = own_processes(client.pid)

    await end(client, "end of stdin")

    assert not await until_own_processes_are_gone(own)


@pytest.mark.parametrize(
    ("link", "number"),
    [("keepers", signal.SIGTERM), *(("guardian", number) for number in ASK_TO_END)],
)
async def test_a_signal_that_asks_the_guard_to_end_leaves_nothing_unguarded(
    sidecar: LaunchSidecar, forest: Forest, link: str, number: signal.Signals
) -> None:
    tree = forest.plant(*EVERY_BRANCH, stop={"timeout": 30})
    client = await sidecar({"api": tree.spec})
    await client.request("start")
    chain = find_chain(client.pid, [tree])
    client.mark()

    for pid in chain.pids(link):
        send(pid, number)
    sent = time.monotonic()

    # It may take the signal for a reason to end the servers, or go on; but nothing in between.
    if await ends(client):
        assert not await survivors_of_the_promise([tree], sent)
        assert (await client.request("start"))["success"] is True
    else:
        assert len(tree.survivors()) == tree.size
        assert (await client.request("get_status"))["status"] == "running"
    kill_at_once(client.pid)
    assert not await survivors_of_the_promise([tree], time.monotonic())


async def ends(client: Sidecar) -> bool:
    """Whether the server is told to have ended, within a time that lets it end."""
    try:
        await client.until_status("error", timeout=FAREWELL_LIMIT / 4)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=["Ctrl+C", "hang-up"])
async def test_a_signal_to_the_whole_foreground_group_leaves_nothing(
    tmp_path: Path, forest: Forest, number: signal.Signals
) -> None:
    trees = {"api": forest.plant("child", "daemon", "bare"), "app": forest.plant_app("daemon")}
    async with owned(tmp_path, trees) as family:
        await family.start_all()
        own = own_processes(family.sidecar)

        os.killpg(family.client, number)

        assert not await survivors_of_the_promise(trees.values(), time.monotonic())
        assert not await until_own_processes_are_gone(own)


async def test_a_guard_that_is_told_to_end_again_and_again_leaves_nothing(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant("child:deaf", "daemon:deaf", "bare:deaf", main="main:deaf")
    client = await sidecar({"api": tree.spec})
    await client.request("start")
    own = own_processes(client.pid)

    sent = time.monotonic()
    for number in ASK_TO_END * 3:
        for pid in own:
            send(pid, number)
        await asyncio.sleep(0.05)

    assert not await survivors_of_the_promise([tree], sent + 0.5)
    assert not await until_own_processes_are_gone(own)
