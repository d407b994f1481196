"""How long a stop takes when nothing of the tree heeds SIGTERM, and what is left after it.

    python -m tests.benchmarks.stubborn_stop [ROUNDS]

The tree: a main process, a child, one in a session of its own and two daemons. Each manager allows
2 s, is told to end the whole tree as far as it can, and is timed until it says that it is done.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.peers import Circus, Supervisor
from tests.benchmarks.pipe_client import PipeClient
from tests.benchmarks.report import Goal, Row, Samples, run_alone
from tests.support.trees import DEAF_BRANCHES, Tree, tree

ROUNDS = 3
GRACE = 2.0
REACH = 2.05
TO_SUPERVISOR = [f"stopwaitsecs={GRACE:.0f}", "stopasgroup=true", "killasgroup=true"]
TO_CIRCUS = [f"graceful_timeout = {GRACE:.0f}", "stop_children = True"]


class Stops:
    """Seconds of each stop, and how many processes were left alive by all of them."""

    def __init__(self) -> None:
        self.samples = Samples()
        self.left = 0
        self.processes = 0

    def take(self, one: Tree, stop: Callable[[], object]) -> None:
        asyncio.run(one.grown())
        start = time.perf_counter()
        stop()
        self.samples.add(time.perf_counter() - start)
        self.left += len(one.survivors())
        self.processes += one.size
        one.kill()

    def text(self) -> str:
        return f"{self.samples.text(100)}, {self.left} of {self.processes} left alive"


def _plant(folder: Path, name: str) -> Tree:
    return tree(folder / name, *DEAF_BRANCHES, main="main:deaf", stop={"timeout": GRACE})


def _command(one: Tree) -> list[str]:
    """For a manager that knows no placeholders; the tree needs no port."""
    return [part.replace("{port}", "0") for part in one.spec["command"]]


def measure(rounds: int = ROUNDS) -> list[Row]:
    ours, supervisors, circuses = Stops(), Stops(), Stops()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            planted = _plant(Path(folder), f"sidecar-{number}")
            with PipeClient(servers={"tree": planted.spec}) as client:
                client.start("tree")
                ours.take(planted, lambda: client.control("stop", "tree"))
            planted = _plant(Path(folder), f"supervisor-{number}")
            with Supervisor({"tree": _command(planted)}, options=TO_SUPERVISOR) as supervisor:
                supervisors.take(planted, lambda: supervisor.stop("tree"))
            planted = _plant(Path(folder), f"circus-{number}")
            with Circus({"tree": _command(planted)}, options=TO_CIRCUS) as circus:
                circuses.take(planted, lambda: circus.stop("tree"))
    worst = ours.samples.percentile(100)
    return [
        Row(
            what=f"stop of a tree of {1 + len(DEAF_BRANCHES)} that ignores SIGTERM, "
            f"{GRACE:.0f} s of grace (ms, median / most)",
            ours=ours.text(),
            beside=[f"supervisor {supervisors.text()}", f"circus {circuses.text()}"],
            reach=Goal("all dead, ≤ 2.05 s", worst <= REACH and not ours.left),
        )
    ]


if __name__ == "__main__":
    run_alone(measure)
