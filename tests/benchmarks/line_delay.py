"""How long a single line takes from the server's write to the client that reads it.

    python -m tests.benchmarks.line_delay

Each line carries the monotonic clock, which all processes of a machine share.
"""

import os
import re
import subprocess
import sys
import time

from tests.benchmarks.peers import ABSENT_PM2, PROGRAMS, pm2, pm2_is_there
from tests.benchmarks.pipe_client import PipeClient, command
from tests.benchmarks.report import Goal, Row, Samples, run_alone, times

COUNT = 200
INTERVAL = 0.02
TICK = re.compile(rb"tick (\d+)")
ARGS = (str(PROGRAMS / "ticks.py"), str(COUNT), str(INTERVAL))
REACH, REACH_FOR = 0.001, 0.0005


def _stamp(samples: Samples, received: bytes) -> None:
    now = time.monotonic_ns()
    for match in TICK.finditer(received):
        samples.add((now - int(match[1])) / 1e9)


def _floor() -> Samples:
    samples = Samples()
    with subprocess.Popen([sys.executable, *ARGS], stdout=subprocess.PIPE) as child:
        assert child.stdout
        while received := os.read(child.stdout.fileno(), 4096):
            _stamp(samples, received)
    return samples


def _sidecar() -> Samples:
    samples = Samples()
    with PipeClient(servers={"ticks": command(sys.executable, *ARGS)}) as client:
        client.start("ticks")
        while len(samples.values) < COUNT:
            _stamp(samples, client.read())
    return samples


def measure() -> list[Row]:
    floor, ours = _floor(), _sidecar()
    beside = [f"the child's pipe read directly {floor.text()}"]
    ratio = times(ours.median, floor.median, "pipe")
    if pm2_is_there():
        bus = Samples(pm2("ticks", *ARGS))
        beside.append(f"pm2's bus {bus.text()}")
        ratio = times(ours.median, bus.median, "pm2")
    else:
        beside.append(ABSENT_PM2)
    return [
        Row(
            what="a single line, printed → read by the client (ms, median / p95)",
            ours=ours.text(),
            beside=beside,
            ratio=ratio,
            reach=Goal("≤ 1 ms", ours.median <= REACH),
            reach_for=Goal("0.5 ms", ours.median <= REACH_FOR),
        )
    ]


if __name__ == "__main__":
    run_alone(measure)
