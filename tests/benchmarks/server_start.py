"""What the sidecar adds to the start of a server: `start` → `running`, less a start by hand.

python -m tests.benchmarks.server_start [ROUNDS]
"""

import time

from tests.benchmarks.by_hand import ByHand, free_port
from tests.benchmarks.pipe_client import PipeClient, app
from tests.benchmarks.report import Goal, Row, Samples, added, run_alone

ROUNDS = 15
REACH, REACH_FOR = 0.030, 0.010


def _by_hand(port: int) -> float:
    start = time.perf_counter()
    with ByHand(port):
        return time.perf_counter() - start


def _by_sidecar(client: PipeClient) -> float:
    start = time.perf_counter()
    request_id = client.send("start", {"name": "hello"})
    client.until("python-server-status", b'"status":"running"')
    seconds = time.perf_counter() - start
    client.answer(request_id)
    client.control("stop", "hello")
    return seconds


def measure(rounds: int = ROUNDS) -> list[Row]:
    by_hand, by_sidecar = Samples(), Samples()
    port = free_port()
    with PipeClient(servers={"hello": app(port)}) as client:
        _by_hand(port)
        _by_sidecar(client)
        for _ in range(rounds):
            by_hand.add(_by_hand(port))
            by_sidecar.add(_by_sidecar(client))
    more = by_sidecar.median - by_hand.median
    return [
        Row(
            what="start → running, a minimal app (ms, median / p95)",
            ours=by_sidecar.text(),
            beside=[f"by hand → first HTTP 200 {by_hand.text()}"],
            ratio=added(more),
            reach=Goal("≤ +30 ms", more <= REACH),
            reach_for=Goal("≤ +10 ms", more <= REACH_FOR),
        )
    ]


if __name__ == "__main__":
    run_alone(measure)
