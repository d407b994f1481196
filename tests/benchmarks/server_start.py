"""What the sidecar adds to the start of a server: `start` → `running`, less a start by hand.

python -m tests.benchmarks.server_start
"""

import socket
import subprocess
import sys
import time
from contextlib import suppress

from tests.benchmarks.peers import PROGRAMS
from tests.benchmarks.pipe_client import LIMIT, PipeClient
from tests.benchmarks.report import Goal, Row, Samples, ms, run_alone

ROUNDS = 15
POLL = 0.001
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
REACH, REACH_FOR = 0.030, 0.010


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as peer:
        peer.sendall(REQUEST)
        return peer.recv(64).startswith(b"HTTP/1.1 200")
    return False


def _by_hand(port: int) -> float:
    argv = [sys.executable, "-m", "uvicorn", "hello:app", "--port", str(port)]
    start = time.perf_counter()
    process = subprocess.Popen(
        argv, cwd=PROGRAMS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _answers(port):
            if time.perf_counter() - start > LIMIT:
                raise TimeoutError("uvicorn did not answer")
            time.sleep(POLL)
        return time.perf_counter() - start
    finally:
        process.terminate()
        process.wait(LIMIT)


def _by_sidecar(client: PipeClient) -> float:
    start = time.perf_counter()
    request_id = client.send("start", {"name": "hello"})
    for line in client.lines():
        if b'"python-server-status"' in line[:64] and b'"status":"running"' in line:
            break
    seconds = time.perf_counter() - start
    client.answer(request_id)
    client.call("stop", {"name": "hello"})
    return seconds


def measure() -> list[Row]:
    by_hand, by_sidecar = Samples(), Samples()
    port = free_port()
    server = {"app": "hello:app", "cwd": str(PROGRAMS), "python": sys.executable, "port": port}
    with PipeClient(servers={"hello": server}) as client:
        _by_hand(port)
        _by_sidecar(client)
        for _ in range(ROUNDS):
            by_hand.add(_by_hand(port))
            by_sidecar.add(_by_sidecar(client))
    added = by_sidecar.median - by_hand.median
    return [
        Row(
            what="start → running, a minimal app (ms, median / p95)",
            ours=by_sidecar.text(),
            beside=[f"by hand → first HTTP 200 {by_hand.text()}"],
            ratio=f"{'+' if added >= 0 else '−'}{ms(abs(added))} ms",
            reach=Goal("≤ +30 ms", added <= REACH),
            reach_for=Goal("≤ +10 ms", added <= REACH_FOR),
        )
    ]


if __name__ == "__main__":
    run_alone(measure)
