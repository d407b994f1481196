"""What 500 starts and stops leave behind in the sidecar's own processes.

    python -m tests.benchmarks.start_stop_cycles [CYCLES]

Own processes: the sidecar, its guardian and the lookout; there is no keeper without a server.
"""

import subprocess
import time
from typing import NamedTuple

import psutil

from tests.benchmarks.memory import pss
from tests.benchmarks.pipe_client import PipeClient, command
from tests.benchmarks.report import Goal, Row, megabytes, ms, run_alone
from tests.integration.orphans.chain import descriptors_of, own_processes

CYCLES = 500
# What is made once, whether by the first start or by the tenth, is made by then.
WARM_UP = 20
SETTLE = 1.5
IDLE = ["sleep", "infinity"]
MOST_DESCRIPTORS, MOST_BYTES = 3, 5e6


class Footprint(NamedTuple):
    """What the sidecar's own processes hold."""

    processes: dict[int, str]
    descriptors: dict[int, int]
    bytes: int
    zombies: int

    def text(self) -> str:
        counts = " + ".join(str(count) for count in self.descriptors.values())
        return (
            f"{len(self.processes)} processes, {counts} descriptors, {megabytes(self.bytes)}, "
            f"{self.zombies} zombies"
        )


def _footprint(client: PipeClient) -> Footprint:
    client.pass_over(SETTLE)
    own = [psutil.Process(pid) for pid in sorted(own_processes(client.process.pid))]
    children = [child for each in own for child in each.children()]
    return Footprint(
        {each.pid: each.name() for each in own},
        {each.pid: descriptors_of(each.pid) for each in own},
        sum(pss(each.pid) for each in own),
        sum(child.status() == psutil.STATUS_ZOMBIE for child in children),
    )


def _cycle(client: PipeClient, cycles: int) -> float:
    begin = time.perf_counter()
    for _ in range(cycles):
        client.start("idle")
        client.control("stop", "idle")
    return (time.perf_counter() - begin) / cycles


def _by_hand(cycles: int) -> float:
    begin = time.perf_counter()
    for _ in range(cycles):
        process = subprocess.Popen(IDLE)
        process.terminate()
        process.wait()
    return (time.perf_counter() - begin) / cycles


def measure(cycles: int = CYCLES) -> list[Row]:
    with PipeClient(servers={"idle": command(*IDLE)}) as client:
        _cycle(client, WARM_UP)
        before = _footprint(client)
        seconds = _cycle(client, cycles)
        after = _footprint(client)
    by_hand = _by_hand(cycles)
    same = before.processes == after.processes
    more = [after.descriptors.get(pid, 0) - count for pid, count in before.descriptors.items()]
    growth = after.bytes - before.bytes
    clean = same and not after.zombies and max(map(abs, more)) <= MOST_DESCRIPTORS
    return [
        Row(
            what=f"{cycles} starts and stops: what the sidecar's own processes hold after them",
            ours=f"{after.text()}\n{ms(seconds)} ms for each",
            beside=[f"before {before.text()}", f"by hand {ms(by_hand)} ms for each"],
            ratio=f"{growth / 1e6:+.1f} MB",
            reach=Goal("no zombie, ± 3 descriptors, ± 5 MB", clean and abs(growth) <= MOST_BYTES),
        )
    ]


if __name__ == "__main__":
    run_alone(measure)
