"""How many requests fail while an app is restarted again and again under load.

    python -m tests.benchmarks.failed_requests [RESTARTS]

Two kinds of load, one after the other: 200 new connections a second, and 8 clients that keep theirs
and ask back to back, which is all that the machine can take. Every failure counts, also one that a
browser would mend by trying again.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from tests.benchmarks.by_hand import ByHand, free_port, until_answered
from tests.benchmarks.load import Kind, Load, Met
from tests.benchmarks.peers import circus_with_app
from tests.benchmarks.pipe_client import PipeClient, app
from tests.benchmarks.report import Goal, Row, ms, progress, run_alone

RESTARTS = 20
LOADS: dict[Kind, tuple[int, str]] = {
    "rate": (200, "200 new connections/s"),
    "kept": (8, "8 clients that keep theirs, back to back"),
}
# Between two restarts, and after the last: all is as it was.
PAUSE = 0.5
# circus does not tell when the new process is there.
CIRCUS_PAUSE = 1.0

Contestant = Callable[[int], AbstractContextManager[Callable[[], None]]]


@contextmanager
def _sidecar(handoff: str, port: int) -> Iterator[Callable[[], None]]:
    with PipeClient(servers={"app": app(port, handoff=handoff)}) as client:
        client.start("app")

        def restart() -> None:
            client.control("restart", "app")
            client.pass_over(PAUSE)

        yield restart


@contextmanager
def _circus(port: int) -> Iterator[Callable[[], None]]:
    with circus_with_app(port) as circus:
        until_answered(port)

        def restart() -> None:
            circus.reload("app")
            time.sleep(CIRCUS_PAUSE)

        yield restart


@contextmanager
def _by_hand(port: int) -> Iterator[Callable[[], None]]:
    with ByHand(port) as server:

        def restart() -> None:
            server.restart()
            time.sleep(PAUSE)

        yield restart


CONTESTANTS: dict[str, Contestant] = {
    "overlap": partial(_sidecar, "overlap"),
    "socket": partial(_sidecar, "socket"),
    "circus' reload": _circus,
    "by hand": _by_hand,
}


def _meet(contestant: Contestant, kind: Kind, restarts: int) -> Met:
    port = free_port()
    with contestant(port) as restart, Load(port, kind, LOADS[kind][0]) as load:
        for _ in range(restarts):
            restart()
        return load.finish()


def measure(restarts: int = RESTARTS) -> list[Row]:
    rows: list[Row] = []
    for kind, (_, words) in LOADS.items():
        met: dict[str, Met] = {}
        for name, contestant in CONTESTANTS.items():
            progress(f"  {words}, {restarts} restarts: {name}")
            met[name] = _meet(contestant, kind, restarts)
        ours = [met["overlap"], met["socket"]]
        rows.append(
            Row(
                what=f"failed requests in {restarts} restarts, {words} (longest time without "
                "an answer, ms)",
                ours="\n".join(_text(name, met[name]) for name in ("overlap", "socket")),
                beside=[_text(name, met[name]) for name in ("circus' reload", "by hand")],
                reach=Goal("0 failed", not sum(each.failed for each in ours)),
            )
        )
    return rows


def _text(name: str, met: Met) -> str:
    if met.failed:
        progress(f"    {name}: {met.reasons()}")
    return f"{name} {met.failed:,} of {met.failed + met.answers:,} ({ms(met.gap)})"


if __name__ == "__main__":
    run_alone(measure)
