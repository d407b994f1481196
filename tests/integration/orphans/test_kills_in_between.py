"""The same while servers start or stop: there is no moment at which a kill leaves something."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.integration.orphans.chain import (
    children_of,
    find_guardian,
    first_helper,
    kill_at_once,
)
from tests.integration.orphans.forest import Forest
from tests.integration.orphans.owner import owned
from tests.support.raw import call, lines
from tests.support.trees import (
    DEAF_BRANCHES,
    EVERY_BRANCH,
    Member,
    Tree,
    survivors_of_the_promise,
)

PATIENT = {"timeout": 30}
NEVER_READY = {"log": "this line never comes", "timeout": 60}

# A program whose launch had begun would have written itself down by then.
BIRTH = 0.5

# From the request to well after the server is ready.
MOMENTS = (0.0, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2)

AT_ONCE = ["guardian", "keepers", "sidecar+guardian", "guardian+keepers"]


@pytest.mark.parametrize("links", AT_ONCE)
async def test_nothing_lives_on_of_a_server_that_was_starting(
    tmp_path: Path, forest: Forest, links: str
) -> None:
    tree = forest.plant(*EVERY_BRANCH, stop=PATIENT, ready=NEVER_READY)
    app = forest.plant_app(*EVERY_BRANCH, stop=PATIENT, ready=NEVER_READY)
    async with owned(tmp_path, {"tree": tree, "app": app}) as family:
        await family.begin_to_start_all()
        chain = family.chain()

        kill_at_once(*chain.pids(links))

        assert not await survivors_of_the_promise((tree, app), time.monotonic())


@pytest.mark.parametrize("links", ["client", *AT_ONCE])
async def test_nothing_lives_on_of_a_server_that_was_stopping(
    tmp_path: Path, forest: Forest, links: str
) -> None:
    deaf = forest.plant(*DEAF_BRANCHES, main="main:deaf", stop=PATIENT)
    heir = forest.plant("bare:deaf", main="main:heir", stop=PATIENT)
    async with owned(tmp_path, {"deaf": deaf, "heir": heir}) as family:
        await family.start_all()
        chain = family.chain()
        await family.ask_all("stop")
        for name in family.trees:
            await family.raw.until("python-server-status", name=name, status="stopping")

        kill_at_once(*chain.pids(links))

        assert not await survivors_of_the_promise((deaf, heir), time.monotonic())


@pytest.mark.parametrize("with_guardian", [False, True], ids=["sidecar", "sidecar+guardian"])
async def test_at_whatever_moment_of_a_start_the_kill_comes_nothing_lives_on(
    tmp_path: Path, forest: Forest, with_guardian: bool
) -> None:
    async def kill_after(seconds: float) -> None:
        tree = forest.plant("session:deaf", "daemon:deaf")
        async with owned(tmp_path, {"api": tree}) as family:
            await family.ask_all("start")
            helper = [await first_helper(family.sidecar)] if with_guardian else []
            await asyncio.sleep(seconds)

            kill_at_once(family.sidecar, *helper)

            assert not await ever_survivors(tree), seconds

    async with asyncio.TaskGroup() as rounds:
        for seconds in MOMENTS:
            rounds.create_task(kill_after(seconds))


async def test_a_keeper_killed_in_its_first_moments_leaves_nothing(
    tmp_path: Path, forest: Forest
) -> None:
    async def kill_after(seconds: float) -> None:
        neighbour, tree = forest.plant(), forest.plant("session:deaf", "daemon:deaf")
        async with owned(tmp_path, {"neighbour": neighbour, "api": tree}) as family:
            await family.raw.write(lines(call("start", 1, name="neighbour")))
            await family.raw.answer_to(1)
            guardian = find_guardian(family.sidecar)
            known = children_of([guardian])
            await family.raw.write(lines(call("start", 2, name="api")))
            keeper = await new_child(guardian, known)
            await asyncio.sleep(seconds)

            kill_at_once(keeper)

            await family.raw.answer_to(2)
            assert not await ever_survivors(tree), seconds
            assert neighbour.survivors()

    async with asyncio.TaskGroup() as rounds:
        for seconds in MOMENTS[:5]:
            rounds.create_task(kill_after(seconds))


async def new_child(parent: int, known: list[int]) -> int:
    """The first child besides those that are known, as soon as there is one."""
    async with asyncio.timeout(10):
        while not (new := [pid for pid in children_of([parent]) if pid not in known]):
            await asyncio.sleep(0)
    return new[0]


async def ever_survivors(tree: Tree) -> list[Member]:
    """Who lives on, those included who were only just about to be born."""
    if left := await survivors_of_the_promise([tree], time.monotonic()):
        return left
    await asyncio.sleep(BIRTH)
    return tree.survivors()
