"""What lives on 3 s after SIGKILL of whoever looks after the servers.

    python -m tests.benchmarks.orphans [ROUNDS]

A round: a client and its sidecar with 10 servers, each a tree of 5 processes: a child, one in a
session of its own, daemons that have forked twice, one of them with nothing in its environment. Of
every second tree nothing but SIGKILL is heeded. One tree outlives whoever is killed if any of it is
found; it is found by what its processes wrote down, not as the sidecar finds it.
"""

import asyncio
import os
import random
import signal
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.peers import Supervisor
from tests.benchmarks.report import Goal, Row, progress, run_alone
from tests.integration.orphans.chain import kill_at_once
from tests.integration.orphans.owner import owned
from tests.support.trees import (
    DEAF_BRANCHES,
    EVERY_BRANCH,
    PROMISE,
    Tree,
    survivors_of_the_promise,
    tree,
)

ROUNDS = 10
SERVERS = 10
# Who is killed, all at once; whether there is one in the trees that has cleared its environment.
# Nobody can tell whose that was, once all who knew it as a child were killed at the same time.
KILLED = {
    "client": True,
    "sidecar": True,
    "guardian": True,
    "sidecar+guardian": True,
    "sidecar+guardian+keepers": False,
}
# The kill comes at any moment of a life, not always at the same.
LATEST_KILL = 0.2
LOOK_AGAIN = 0.01
# So that trees are not ended while the start is still under way.
GRACE = 30


@dataclass
class Toll:
    """What was killed and what was left, over all rounds."""

    trees: int = 0
    processes: int = 0
    alive: int = 0
    seconds: list[float] = field(default_factory=list[float])

    def text(self, name: str) -> str:
        slowest = f", the last gone after {max(self.seconds):.2f} s" if not self.alive else ""
        return f"{name}: {self.alive} of {self.processes:,} in {self.trees} trees{slowest}"


def _plant(folder: Path, *, bare: bool) -> dict[str, Tree]:
    docile = [one for one in EVERY_BRANCH if bare or "bare" not in one]
    deaf = [one for one in DEAF_BRANCHES if bare or "bare" not in one]
    trees: dict[str, Tree] = {}
    for number in range(SERVERS):
        name, stop = f"tree-{number}", {"timeout": GRACE}
        trees[name] = (
            tree(folder / name, *deaf, main="main:deaf", stop=stop)
            if number % 2
            else tree(folder / name, *docile, stop=stop)
        )
    return trees


async def _round(links: str, toll: Toll, *, bare: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        trees = _plant(Path(folder), bare=bare)
        async with owned(Path(folder), trees) as family:
            await family.start_all()
            await asyncio.sleep(random.uniform(0, LATEST_KILL))
            chain = family.chain()
            toll.trees += len(trees)
            toll.processes += _alive(trees.values())
            kill_at_once(*chain.pids(links))
            killed = time.monotonic()
            toll.seconds.append(await _dying(trees.values(), killed))
            # Slower, and finds those too that wrote nothing down.
            toll.alive += len(await survivors_of_the_promise(trees.values(), killed))
            for one in trees.values():
                one.kill()


async def _dying(trees: Iterable[Tree], killed: float) -> float:
    """Seconds since the kill until nobody lives who wrote itself down, or the promise is broken."""
    living = [member for one in trees for member in one.members()]
    while living and time.monotonic() - killed < PROMISE:
        await asyncio.sleep(LOOK_AGAIN)
        living = [member for member in living if member.lives]
    return time.monotonic() - killed


def _alive(trees: Iterable[Tree]) -> int:
    return sum(len(one.survivors()) for one in trees)


def _supervisor() -> Toll:
    with tempfile.TemporaryDirectory() as folder:
        trees = _plant(Path(folder), bare=True)
        commands = {
            name: [part.replace("{port}", "0") for part in one.spec["command"]]
            for name, one in trees.items()
        }
        with Supervisor(commands) as supervisor:
            for one in trees.values():
                asyncio.run(one.grown())
            toll = Toll(len(trees), _alive(trees.values()))
            os.kill(supervisor.process.pid, signal.SIGKILL)
            supervisor.process.wait()
            time.sleep(PROMISE)
            toll.alive = _alive(trees.values())
            for one in trees.values():
                one.kill()
    return toll


def measure(rounds: int = ROUNDS) -> list[Row]:
    tolls: dict[str, Toll] = {}
    for links, bare in KILLED.items():
        progress(f"  SIGKILL of {links}, {rounds} rounds of {SERVERS} trees")
        toll = tolls[links.replace("+", ", ")] = Toll()
        for _ in range(rounds):
            asyncio.run(_round(links, toll, bare=bare))
    return [
        Row(
            what=f"processes alive {PROMISE:.0f} s after SIGKILL, with setsid, double fork, "
            "SIGTERM ignored",
            ours="\n".join(toll.text(name) for name, toll in tolls.items()),
            beside=[_supervisor().text("supervisor")],
            reach=Goal("0 processes", not any(toll.alive for toll in tolls.values())),
        )
    ]


if __name__ == "__main__":
    run_alone(measure)
