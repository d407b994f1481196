"""What a client that stops reading for 5 s costs the server and the sidecar, under a flood.

python -m tests.benchmarks.stalled_reader
"""

import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.memory import pss
from tests.benchmarks.pipe_client import PipeClient, command
from tests.benchmarks.report import Goal, Row, megabytes, run_alone

READING = 3.0
STALL = 5.0
LOOK_EVERY = 0.1
FLOOD = ["yes", "x" * 99]
LEAST_THROUGHPUT = 0.9  # of that with a reading client; the rest is the machine's own drift
REACH_GROWTH = 32e6


def _written(pid: int) -> int:
    """The bytes a process has written so far, by the kernel's count."""
    for line in Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines():
        if line.startswith("wchar:"):
            return int(line.split()[1])
    raise RuntimeError(f"process {pid} tells no I/O")


def _rate(pid: int, seconds: float, meanwhile: Callable[[], object]) -> float:
    begin, before = time.perf_counter(), _written(pid)
    while time.perf_counter() - begin < seconds:
        meanwhile()
    return (_written(pid) - before) / (time.perf_counter() - begin)


def measure() -> list[Row]:
    with PipeClient(servers={"flood": command(*FLOOD)}) as client:
        server = client.start("flood")["status"]["pid"]
        weights: list[int] = []

        def look() -> None:
            weights.append(pss(client.process.pid))
            time.sleep(LOOK_EVERY)

        _rate(server, READING, client.line)
        reading = _rate(server, READING, client.line)
        before = pss(client.process.pid)
        stalled = _rate(server, STALL, look)
        growth = max(weights) - before
        answer_after = _answer_after_stall(client)
    ratio = stalled / reading
    return [
        Row(
            what=f"a client that stops reading for {STALL:.0f} s under a flood",
            ours=f"the server writes {stalled / 1e6:.0f} MB/s, the sidecar grows "
            f"{megabytes(growth)}, first answer after {answer_after * 1000:.0f} ms of reading",
            beside=[f"the same server, client reading {reading / 1e6:.0f} MB/s"],
            ratio=f"{ratio:.2f} × reading",
            reach=Goal(
                "server not slowed, growth < 32 MB",
                ratio >= LEAST_THROUGHPUT and growth < REACH_GROWTH,
            ),
        )
    ]


def _answer_after_stall(client: PipeClient) -> float:
    begin = time.perf_counter()
    client.call("get_status", {"name": "flood"})
    return time.perf_counter() - begin


if __name__ == "__main__":
    run_alone(measure)
