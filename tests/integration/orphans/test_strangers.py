"""A child that was the sidecar's before it was one is none of its business, whoever is killed."""

import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.integration.orphans.chain import (
    GUARDIAN,
    children_of,
    find_chain,
    find_guardian,
    kill_at_once,
    own_processes,
    until_own_processes_are_gone,
)
from tests.integration.orphans.forest import Forest
from tests.integration.orphans.starter import Started, started_after
from tests.support.processes import is_alive
from tests.support.trees import Tree, survivors_of_the_promise

# As `sh -c 'helper & exec python -m sidecar'` has it.
LEAVE_A_CHILD = """
if os.fork() == 0:
    null = os.open(os.devnull, os.O_RDWR)
    for place in (0, 1, 2):
        os.dup2(null, place)
    os.execv("/bin/sleep", ["sleep", "271"])
"""


@asynccontextmanager
async def beside_a_stranger(tmp_path: Path, tree: Tree) -> AsyncIterator[tuple[Started, int]]:
    async with started_after(LEAVE_A_CHILD, tmp_path, {"api": tree.spec}) as sidecar:
        own = own_processes(sidecar.pid)
        (stranger,) = set(children_of([sidecar.pid])) - own
        try:
            await sidecar.start("api")
            await tree.grown()
            yield sidecar, stranger
        finally:
            os.kill(stranger, signal.SIGKILL)


@pytest.mark.parametrize("links", ["guardian", "keepers", "guardian+keepers"])
async def test_the_stranger_lives_on_and_the_servers_tree_does_not(
    tmp_path: Path, forest: Forest, links: str
) -> None:
    tree = forest.plant("child", "daemon:deaf")
    async with beside_a_stranger(tmp_path, tree) as (sidecar, stranger):
        kill_at_once(*find_chain(sidecar.pid, [tree]).pids(links))
        killed = time.monotonic()

        assert not await survivors_of_the_promise([tree], killed)
        await sidecar.raw.until("python-server-stopped")
        await sidecar.start("api")
        assert is_alive(stranger)
        assert find_guardian(sidecar.pid), f"there is one {GUARDIAN} again"


async def test_an_orderly_end_leaves_the_stranger_and_nobody_else(
    tmp_path: Path, forest: Forest
) -> None:
    tree = forest.plant("child", "daemon")
    async with beside_a_stranger(tmp_path, tree) as (sidecar, stranger):
        own = own_processes(sidecar.pid)

        sidecar.raw.stdin.close()

        assert not await until_own_processes_are_gone(own)
        assert not tree.survivors()
        assert is_alive(stranger)
