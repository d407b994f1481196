"""The longest gap between two answers while an app that takes 2 s to start is replaced.

    python -m tests.benchmarks.restart_gap [RESTARTS]

One client asks back to back, once with a new connection for each request and once over one that it
keeps. The same without any restart is the floor: what the machine itself makes one wait.
"""

import time
from typing import NamedTuple

from tests.benchmarks.by_hand import free_port, until_answered
from tests.benchmarks.load import Kind, Load, Met
from tests.benchmarks.peers import circus_with_app
from tests.benchmarks.pipe_client import PipeClient, app
from tests.benchmarks.report import Goal, Row, ms, progress, run_alone

RESTARTS = 4
LOADS: dict[Kind, str] = {"new": "new connections", "kept": "a kept connection"}
SLOW = "slow:app"
# After a restart: the old process still drains, and its connections go over to the new one.
PAUSE = 1.0
# The start of the app, the drain of the old process and a margin: circus does not tell.
CIRCUS_PAUSE = 4.0
REACH, REACH_FOR = 0.050, 0.010


class Gaps(NamedTuple):
    """Seconds."""

    restart: float
    floor: float
    failed: int


def _with_sidecar(client: PipeClient, port: int, kind: Kind, restarts: int) -> Gaps:
    begin = time.monotonic()
    with Load(port, kind, 1) as load:
        for _ in range(restarts):
            client.control("restart", "slow")
            client.pass_over(PAUSE)
        with_restarts = load.finish()
    seconds = time.monotonic() - begin
    with Load(port, kind, 1) as load:
        client.pass_over(seconds)
        without = load.finish()
    return Gaps(with_restarts.gap, without.gap, with_restarts.failed)


def _with_circus(port: int, kind: Kind) -> Met:
    with circus_with_app(port, SLOW) as circus:
        until_answered(port)
        with Load(port, kind, 1) as load:
            circus.reload("app")
            time.sleep(CIRCUS_PAUSE)
            return load.finish()


def measure(restarts: int = RESTARTS) -> list[Row]:
    port = free_port()
    gaps: dict[Kind, Gaps] = {}
    with PipeClient(servers={"slow": app(port, SLOW, handoff="overlap")}) as client:
        client.start("slow")
        for kind, words in LOADS.items():
            progress(f"  {restarts} restarts of an app that takes 2 s to start, {words}")
            gaps[kind] = _with_sidecar(client, port, kind, restarts)
    return [_row(kind, found, restarts) for kind, found in gaps.items()]


def _row(kind: Kind, found: Gaps, restarts: int) -> Row:
    circus = _with_circus(free_port(), kind)
    failed = f", {found.failed} FAILED" if found.failed else ""
    return Row(
        what=f"longest gap between two answers, {restarts} overlap restarts of an app that takes "
        f"2 s to start, one client, {LOADS[kind]} (ms)",
        ours=f"{ms(found.restart)}{failed}",
        beside=[
            f"no restart, as long {ms(found.floor)}",
            f"one reload by circus {ms(circus.gap)}, {circus.failed} failed",
        ],
        ratio=f"{found.restart / found.floor:.1f} × no restart",
        reach=Goal("≤ 50 ms", found.restart <= REACH and not found.failed),
        reach_for=Goal("≤ 10 ms", found.restart <= REACH_FOR and not found.failed),
    )


if __name__ == "__main__":
    run_alone(measure)
