"""The search itself: without anybody who cleans up, it finds each kind of survivor."""

import os
import signal
import subprocess
import time

import pytest

from tests.integration.orphans.forest import Forest
from tests.support.trees import DEAF_BRANCHES, EVERY_BRANCH, Tree, survivors_of_the_promise


def run(tree: Tree) -> "subprocess.Popen[bytes]":
    """The tree's command as nobody's server, listening nowhere."""
    command = [part.replace("{port}", "0") for part in tree.spec["command"]]
    environment = os.environ | tree.spec["env"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("branches", [EVERY_BRANCH, DEAF_BRANCHES], ids=["docile", "deaf"])
async def test_every_branch_of_a_killed_server_is_found(
    forest: Forest, branches: tuple[str, ...]
) -> None:
    tree = forest.plant(*branches)
    with run(tree) as main:
        await tree.grown()
        main.kill()

    left = await survivors_of_the_promise([tree], time.monotonic(), limit=0.2)

    assert sorted(member.role for member in left) == sorted(branches)


async def test_only_the_deaf_are_left_when_all_are_asked_to_end(forest: Forest) -> None:
    tree = forest.plant("child", "bare", "session:deaf", "bare:deaf")
    with run(tree):
        await tree.grown()
        for member in tree.members():
            os.kill(member.pid, signal.SIGTERM)

    left = await survivors_of_the_promise([tree], time.monotonic(), limit=0.2)

    assert sorted(member.role for member in left) == ["bare:deaf", "session:deaf"]


async def test_a_storm_is_found_though_no_process_of_it_lives_for_long(forest: Forest) -> None:
    tree = forest.plant("storm")
    with run(tree) as main:
        await tree.grown()
        main.kill()

    left = await survivors_of_the_promise([tree], time.monotonic(), limit=0.5)

    assert left
    tree.kill()
    assert not await survivors_of_the_promise([tree], time.monotonic())


async def test_an_heir_is_found(forest: Forest) -> None:
    tree = forest.plant(main="main:heir")
    with run(tree) as main:
        await tree.grown()
        main.terminate()

    left = await survivors_of_the_promise([tree], time.monotonic(), limit=0.2)

    assert [member.role for member in left] == ["heir:deaf"]


async def test_a_process_that_writes_nothing_down_is_found_by_its_environment(
    forest: Forest,
) -> None:
    tree = forest.plant()
    with run(tree._replace(spec=tree.spec | {"command": ["sleep", "30"]})) as helper:
        left = await survivors_of_the_promise([tree], time.monotonic(), limit=0.2)
        helper.kill()

    assert [(member.pid, member.role) for member in left] == [(helper.pid, "unrecorded")]
    assert not await survivors_of_the_promise([tree], time.monotonic())
