"""How soon a client knows of a crash, and how soon an automatic restart has mended it.

    python -m tests.benchmarks.crash [ROUNDS]

The main process of a minimal app is killed with SIGKILL. A pidfd that a parent waits on is the
floor of knowing it, a start by hand that of mending it.
"""

import os
import select
import signal
import time

from tests.benchmarks.by_hand import ByHand, free_port, until_answered
from tests.benchmarks.peers import ABSENT_PM2, PROGRAMS, pm2, pm2_is_there
from tests.benchmarks.pipe_client import PipeClient, app
from tests.benchmarks.report import Goal, Row, Samples, added, run_alone, times

ROUNDS = 20
# The first delay, without growth; what is added at random, ±10 %, is no more than 1 ms.
DELAY = 0.01
RESTARTING = {"policy": "on-failure", "max": 10_000, "backoff": [DELAY, 1, DELAY]}
TOLD_REACH, TOLD_REACH_FOR = 0.005, 0.003
MENDED_REACH = 0.030


def _told_by_sidecar(client: PipeClient) -> float:
    pid = client.start("crash")["status"]["pid"]
    start = time.perf_counter()
    os.kill(pid, signal.SIGKILL)
    # Which of the two comes first is not promised.
    while b'"python-server-s' not in client.line()[:64]:
        pass
    return time.perf_counter() - start


def _seen_by_parent(server: ByHand) -> float:
    server.start()
    assert server.process
    pidfd = os.pidfd_open(server.process.pid)
    start = time.perf_counter()
    server.process.kill()
    select.select([pidfd], [], [])
    seconds = time.perf_counter() - start
    os.close(pidfd)
    server.stop()
    return seconds


def _mended(client: PipeClient, port: int) -> float:
    """From the kill to the first answer of the process that takes the place of the killed one."""
    before = until_answered(port)
    start = time.perf_counter()
    os.kill(before, signal.SIGKILL)
    until_answered(port, by_another_than=before)
    seconds = time.perf_counter() - start
    client.until("python-server-status", b'"status":"running"')
    return seconds


def _started_by_hand(server: ByHand) -> float:
    start = time.perf_counter()
    server.start()
    seconds = time.perf_counter() - start
    server.stop()
    return seconds


def measure(rounds: int = ROUNDS) -> list[Row]:
    told, seen, mended, by_hand = Samples(), Samples(), Samples(), Samples()
    port = free_port()
    server = ByHand(free_port())
    servers = {"crash": app(0), "restart": app(port, restart=RESTARTING)}
    with PipeClient(servers=servers) as client:
        client.start("restart")
        for number in range(rounds + 1):  # once unmeasured
            for samples, seconds in (
                (told, _told_by_sidecar(client)),
                (seen, _seen_by_parent(server)),
                (mended, _mended(client, port)),
                (by_hand, _started_by_hand(server)),
            ):
                if number:
                    samples.add(seconds)
    more = mended.median - DELAY - by_hand.median
    return [
        Row(
            what="SIGKILL of an app → notification at the client (ms, median / p95)",
            ours=told.text(),
            beside=[f"a parent's pidfd {seen.text()}", _pm2(rounds)],
            ratio=times(told.median, seen.median, "pidfd"),
            reach=Goal("median ≤ 5 ms", told.median <= TOLD_REACH),
            reach_for=Goal("≤ 3 ms", told.median <= TOLD_REACH_FOR),
        ),
        Row(
            what=f"SIGKILL of an app → the automatic restart answers, less the delay of "
            f"{DELAY * 1000:.0f} ms (ms, median / p95)",
            ours=Samples([seconds - DELAY for seconds in mended.values]).text(),
            beside=[f"start by hand → first HTTP 200 {by_hand.text()}"],
            ratio=added(more),
            reach=Goal("≤ +30 ms", more <= MENDED_REACH),
        ),
    ]


def _pm2(rounds: int) -> str:
    if not pm2_is_there():
        return ABSENT_PM2
    port = str(free_port())
    return f"pm2's bus {Samples(pm2('crash', str(rounds), str(PROGRAMS), port)).text()}"


if __name__ == "__main__":
    run_alone(measure)
