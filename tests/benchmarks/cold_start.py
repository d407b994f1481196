"""How long a client waits for the first answer after it launched the manager.

python -m tests.benchmarks.cold_start [ROUNDS]
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.peers import ABSENT_PM2, Circus, Supervisor, pm2, pm2_is_there
from tests.benchmarks.pipe_client import PipeClient, write_config
from tests.benchmarks.report import Goal, Row, Samples, run_alone, times

ROUNDS = 15
PM2_ROUNDS = 5
PROGRAMS = {"idle": ["sleep", "infinity"]}
ONE_APP = '[servers.default]\napp = "main:app"\nport = 8121\n'
ASYNCIO_FLOOR = (
    "import asyncio, os, sys\n"
    "async def main(): os.write(1, sys.stdin.buffer.readline())\n"
    "asyncio.run(main())"
)


def _sidecar(*args: str) -> float:
    start = time.perf_counter()
    with PipeClient(*args) as client:
        client.call("initialize")
        return time.perf_counter() - start


def _supervisor() -> float:
    start = time.perf_counter()
    with Supervisor(PROGRAMS, autostart=False) as peer:
        peer.ask()
        return time.perf_counter() - start


def _circus() -> float:
    start = time.perf_counter()
    with Circus(PROGRAMS, autostart=False) as peer:
        peer.ask()
        return time.perf_counter() - start


def _floor() -> float:
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", ASYNCIO_FLOOR], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        os.write(process.stdin.fileno(), b"{}\n")
        process.stdout.readline()
        return time.perf_counter() - start


def measure(rounds: int = ROUNDS) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        config = write_config(Path(folder), ONE_APP)
        contestants: dict[str, Callable[[], float]] = {
            "bare": _sidecar,
            "config": lambda: _sidecar("--config", config),
            "supervisor": _supervisor,
            "circus": _circus,
            "floor": _floor,
        }
        samples = {name: Samples() for name in contestants}
        for launch in contestants.values():
            launch()  # once unmeasured: files come from the disk, and .pyc files are written
        for _ in range(rounds):
            for name, launch in contestants.items():
                samples[name].add(launch())
    beside = [
        f"supervisor {samples['supervisor'].text()}",
        f"circus {samples['circus'].text()}",
        f"python and asyncio alone {samples['floor'].text()}",
    ]
    pm2_median = float("inf")
    if pm2_is_there():
        pm2_samples = Samples([pm2("cold") for _ in range(PM2_ROUNDS)])
        pm2_median = pm2_samples.median
        beside.insert(0, f"pm2 {pm2_samples.text()}")
    else:
        beside.insert(0, ABSENT_PM2)
    return [
        _row("launch → first answer, bare", samples["bare"], samples, pm2_median, beside),
        _row("the same, one app configured", samples["config"], samples, pm2_median, []),
    ]


def _row(
    what: str, ours: Samples, all_: dict[str, Samples], pm2_median: float, beside: list[str]
) -> Row:
    theirs = all_["supervisor"].median
    return Row(
        what=f"{what} (ms, median / p95)",
        ours=ours.text(),
        beside=beside,
        ratio=times(ours.median, theirs, "supervisor"),
        reach=Goal("≤ 2 × supervisor, ahead of pm2", ours.median <= min(2 * theirs, pm2_median)),
        reach_for=Goal("1.3 ×", ours.median <= 1.3 * theirs),
    )


if __name__ == "__main__":
    run_alone(measure)
