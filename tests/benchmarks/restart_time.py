"""How long a restart takes: `restart` → `running`, beside a stop and start by hand, and circus.

    python -m tests.benchmarks.restart_time [ROUNDS]

Of what we stand beside, the first answer of the new process counts. circus is set up as uvicorn's
documentation has it: it listens and the app inherits the socket.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack

from tests.benchmarks.by_hand import ByHand, free_port, until_answered
from tests.benchmarks.peers import Circus, circus_with_app
from tests.benchmarks.pipe_client import PipeClient, app
from tests.benchmarks.report import Goal, Row, Samples, run_alone, times

ROUNDS = 15
HANDOFFS = ("overlap", "socket")
# What was replaced is gone by then, and takes no time from the next.
SETTLE = 0.3


def _by_sidecar(client: PipeClient, name: str) -> float:
    start = time.perf_counter()
    request_id = client.send("restart", {"name": name})
    client.until("python-server-status", b'"status":"running"')
    seconds = time.perf_counter() - start
    client.answer(request_id)
    return seconds


def _by_circus(circus: Circus, port: int) -> float:
    before = until_answered(port)
    start = time.perf_counter()
    circus.reload("app")
    until_answered(port, by_another_than=before)
    return time.perf_counter() - start


def _by_hand(server: ByHand) -> float:
    start = time.perf_counter()
    server.restart()
    return time.perf_counter() - start


def measure(rounds: int = ROUNDS) -> list[Row]:
    port = free_port()
    with ExitStack() as stack:
        servers = {handoff: app(0, handoff=handoff) for handoff in HANDOFFS}
        client = stack.enter_context(PipeClient(servers=servers))
        for handoff in HANDOFFS:
            client.start(handoff)
        circus = stack.enter_context(circus_with_app(port))
        server = stack.enter_context(ByHand(free_port()))
        restarting: dict[str, Callable[[], float]] = {
            "overlap": lambda: _by_sidecar(client, "overlap"),
            "socket": lambda: _by_sidecar(client, "socket"),
            "circus": lambda: _by_circus(circus, port),
            "by hand": lambda: _by_hand(server),
        }
        samples = {name: Samples() for name in restarting}
        for number in range(rounds + 1):  # once unmeasured
            for name, restart in restarting.items():
                seconds = restart()
                client.pass_over(SETTLE)
                if number:
                    samples[name].add(seconds)
    return [_row(handoff, samples) for handoff in HANDOFFS]


def _row(handoff: str, samples: dict[str, Samples]) -> Row:
    ours, circus, floor = samples[handoff], samples["circus"], samples["by hand"]
    ahead_of_circus = Goal("ahead of circus", ours.median < circus.median)
    return Row(
        what=f"restart → running, {handoff}, a minimal app (ms, median / p95)",
        ours=ours.text(),
        beside=[f"stop and start by hand {floor.text()}", f"circus' reload {circus.text()}"],
        ratio=f"{times(ours.median, floor.median, 'by hand')}\n"
        f"{times(ours.median, circus.median, 'circus')}",
        reach=Goal("ahead of by hand", ours.median < floor.median),
        reach_for=ahead_of_circus if handoff == "overlap" else None,
    )


if __name__ == "__main__":
    run_alone(measure)
