"""How long a question for the status takes at worst while a server floods its output.

    python -m tests.benchmarks.status_under_flood

The client reads on all the while, as one does that shows the logs. `yes` writes as fast as it is
read, from C, which no server of ours will do.
"""

import time
from contextlib import ExitStack

from tests.benchmarks.peers import Circus, Peer, Supervisor
from tests.benchmarks.pipe_client import PipeClient, command
from tests.benchmarks.report import Goal, Row, Samples, run_alone, times

QUESTIONS = 1000
PAUSE = 0.002
FLOOD = ["yes", "x" * 99]
PEER_QUESTIONS = 200
WARM_UP_BYTES = 50_000_000
REACH, REACH_FOR = 0.005, 0.002


def _sidecar() -> tuple[Samples, float]:
    samples, received = Samples(), 0
    with PipeClient(servers={"flood": command(*FLOOD)}) as client:
        client.start("flood")
        while received < WARM_UP_BYTES:
            received += len(client.line())
        begin, received = time.perf_counter(), 0
        for _ in range(QUESTIONS):
            start = time.perf_counter()
            request_id = client.send("get_status", {"name": "flood"})
            wanted = b'"id":%d' % request_id
            while wanted not in (line := client.line())[-64:] and wanted not in line[:64]:
                received += len(line)
            now = time.perf_counter()
            samples.add(now - start)
            while time.perf_counter() < now + PAUSE:
                received += len(client.line())
        return samples, received / (time.perf_counter() - begin)


def _peer(peer: Peer) -> Samples:
    samples = Samples()
    for _ in range(PEER_QUESTIONS):
        start = time.perf_counter()
        peer.status("flood")
        samples.add(time.perf_counter() - start)
        time.sleep(PAUSE)
    return samples


def measure() -> list[Row]:
    ours, rate = _sidecar()
    with ExitStack() as stack:
        supervisor = _peer(stack.enter_context(Supervisor({"flood": FLOOD})))
    with ExitStack() as stack:
        circus = _peer(stack.enter_context(Circus({"flood": FLOOD})))
    worst = ours.percentile(99)
    return [
        Row(
            what="get_status while a server floods its stdout (ms, median / p99)",
            ours=f"{ours.text(99)}\nwhile {rate / 1e6:.0f} MB/s of logs come along",
            beside=[
                f"circus {circus.text(99)}, logging to a file",
                f"supervisor {supervisor.text(99)}, logging to a file",
            ],
            ratio=times(worst, circus.percentile(99), "circus (p99)"),
            reach=Goal("p99 < 5 ms", worst < REACH),
            reach_for=Goal("p99 < 2 ms", worst < REACH_FOR),
        )
    ]


if __name__ == "__main__":
    run_alone(measure)
