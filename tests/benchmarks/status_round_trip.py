"""How long one question for a server's status takes, asked again and again of a warm manager.

python -m tests.benchmarks.status_round_trip
"""

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack

from tests.benchmarks.peers import ABSENT_PM2, Circus, Supervisor, pm2, pm2_is_there
from tests.benchmarks.pipe_client import PipeClient, command
from tests.benchmarks.report import Goal, Row, Samples, run_alone, times

BLOCKS = 10
PER_BLOCK = 200
IDLE = ["sleep", "infinity"]
QUESTION = b'{"jsonrpc":"2.0","id":1,"method":"get_status","params":{"name":"idle"}}\n'
REACH = 0.00025


class _Cat:
    """The floor: two pipes and a process that sends back what it gets."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def status(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        os.write(self.process.stdin.fileno(), QUESTION)
        os.read(self.process.stdout.fileno(), len(QUESTION))

    def close(self) -> None:
        self.process.communicate()


def measure() -> list[Row]:
    with ExitStack() as stack:
        client = stack.enter_context(PipeClient(servers={"idle": command(*IDLE)}))
        client.start("idle")
        supervisor = stack.enter_context(Supervisor({"idle": IDLE}))
        circus = stack.enter_context(Circus({"idle": IDLE}))
        cat = _Cat()
        stack.callback(cat.close)
        asking: dict[str, Callable[[], object]] = {
            "sidecar": lambda: client.call("get_status", {"name": "idle"}),
            "supervisor": lambda: supervisor.status("idle"),
            "circus": lambda: circus.status("idle"),
            "cat": cat.status,
        }
        samples = {name: Samples() for name in asking}
        for ask in asking.values():
            for _ in range(PER_BLOCK):
                ask()
        for _ in range(BLOCKS):
            for name, ask in asking.items():
                for _ in range(PER_BLOCK):
                    start = time.perf_counter()
                    ask()
                    samples[name].add(time.perf_counter() - start)
    beside = [
        f"circus {samples['circus'].text()}",
        f"supervisor {samples['supervisor'].text()}",
        f"cat {samples['cat'].text()}",
        _pm2(),
    ]
    ours, theirs = samples["sidecar"].median, samples["circus"].median
    return [
        Row(
            what="get_status round trip, warm (ms, median / p95)",
            ours=samples["sidecar"].text(),
            beside=beside,
            ratio=times(ours, theirs, "circus"),
            reach=Goal("≤ 0.25 ms", ours <= REACH),
            reach_for=Goal("ahead of circus", ours < theirs),
        )
    ]


def _pm2() -> str:
    if not pm2_is_there():
        return ABSENT_PM2
    seconds = pm2("status", str(BLOCKS * PER_BLOCK))
    return f"pm2 {Samples(seconds[PER_BLOCK:]).text()}"


if __name__ == "__main__":
    run_alone(measure)
