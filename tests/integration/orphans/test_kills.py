"""Whatever is killed, in whatever order: nothing of a server's tree lives three seconds later.

Three servers at once: one whose whole tree ignores everything but SIGKILL, an app whose tree ends
when it is asked to, and one that forks faster than one can look.
"""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.integration.orphans.chain import (
    Chain,
    kill_at_once,
    own_processes,
    until_can_listen,
    until_own_processes_are_gone,
)
from tests.integration.orphans.forest import Forest
from tests.integration.orphans.owner import owned
from tests.support.trees import (
    DEAF_BRANCHES,
    EVERY_BRANCH,
    PROMISE,
    Tree,
    survivors_of_the_promise,
)

PATIENT = {"timeout": 30}

# Between two kills: the survivors have begun to act, and are not done.
PAUSE = 0.3


def three_servers(forest: Forest, *, bare: bool) -> Mapping[str, Tree]:
    """Without `bare`, every process carries the environment that its server was given."""
    deaf = [one for one in DEAF_BRANCHES if bare or "bare" not in one]
    docile = [one for one in EVERY_BRANCH if bare or "bare" not in one]
    return {
        "deaf": forest.plant(*deaf, main="main:deaf", stop=PATIENT),
        "docile": forest.plant_app(*docile, stop=PATIENT),
        "storm": forest.plant("storm:1", "storm:2", stop=PATIENT),
    }


async def kill_in_steps(chain: Chain, steps: str) -> None:
    """ "guardian, sidecar+keepers": the guardian, and a moment later the others at once."""
    for number, step in enumerate(steps.split(", ")):
        if number:
            await asyncio.sleep(PAUSE)
        kill_at_once(*chain.pids(step))


# Who has left its family and cleared its environment can be told from a stranger only while one of
# sidecar, guardian and keeper lives to know whose child it was: where all three are killed at once,
# there is no such process (`bare`) in the trees.
@pytest.mark.parametrize(
    ("steps", "bare"),
    [
        ("client", True),
        ("sidecar", True),
        ("guardian", True),
        ("keepers", True),
        ("mains", True),
        ("sidecar+guardian", True),
        ("sidecar+keepers", True),
        ("guardian+keepers", True),
        ("sidecar+guardian+keepers", False),
        ("client, sidecar, guardian", True),
        ("lookout, sidecar+guardian", True),
        ("guardian, sidecar", True),
        ("keepers, guardian", True),
        ("mains, keepers, sidecar", True),
        ("keepers, guardian, sidecar", False),
    ],
)
async def test_nothing_of_a_server_lives_on(
    tmp_path: Path, forest: Forest, steps: str, bare: bool
) -> None:
    async with owned(tmp_path, three_servers(forest, bare=bare)) as family:
        ports = await family.start_all()
        chain, own = family.chain(), own_processes(family.sidecar)

        await kill_in_steps(chain, steps)
        killed = time.monotonic()

        assert not await survivors_of_the_promise(family.trees.values(), killed)
        for name in ("deaf", "docile"):
            assert await until_can_listen(ports[name], killed, PROMISE), name
        if "client" in steps or "sidecar" in steps:
            assert not await until_own_processes_are_gone(own)


@pytest.mark.parametrize("killed_at_once", ["sidecar", "guardian+keepers"])
async def test_nothing_of_uvicorn_with_workers_lives_on(
    tmp_path: Path, forest: Forest, killed_at_once: str
) -> None:
    tree = forest.plant_app("child:deaf", args=["--workers", "2"], stop=PATIENT)
    async with owned(tmp_path, {"api": tree}) as family:
        ports = await family.start_all()

        await kill_in_steps(family.chain(), killed_at_once)
        killed = time.monotonic()

        assert not await survivors_of_the_promise([tree], killed)
        assert await until_can_listen(ports["api"], killed, PROMISE)
