"""How soon the second `make demo` shows a panel that can be used.

    python -m tests.benchmarks.demo_start [ROUNDS]

From the command until a Chromium, launched when the address is printed and without a past, shows a
server that can be started and stopped. What a first run sets up is taken for done.
"""

import sys
from collections.abc import Mapping, Sequence

from tests.benchmarks.node_measure import measure_in_node
from tests.benchmarks.report import Goal, Row, Samples, run_alone

ROUNDS = 5
REACH = 5.0
COMMAND = [
    *("make", "--no-print-directory", "demo", f"VENV={sys.prefix}"),
    *(
        f"--old-file={done}"
        for done in (f"{sys.prefix}/.installed-demo", "sidecar/web/static/index.html")
    ),
]


def measure(rounds: int = ROUNDS) -> list[Row]:
    measure_in_node("demo-start", 1, *COMMAND)  # the first run
    starts: Sequence[Mapping[str, float]] = measure_in_node("demo-start", rounds, *COMMAND)
    panel = _samples(starts, "panel")
    return [
        Row(
            what="make demo, second run → a server in the panel (s, median / most)",
            ours=f"{_seconds(panel)}\n"
            f"the first one running there {_seconds(_samples(starts, 'running'))}",
            beside=[
                f"of that, until the address is printed {_seconds(_samples(starts, 'address'))}",
                f"until Chromium was launched as well {_seconds(_samples(starts, 'browser'))}",
            ],
            reach=Goal("≤ 5 s", panel.percentile(100) <= REACH),
        )
    ]


def _samples(starts: Sequence[Mapping[str, float]], name: str) -> Samples:
    return Samples([start[name] / 1000 for start in starts])


def _seconds(samples: Samples) -> str:
    return f"{samples.median:.2f} / {samples.percentile(100):.2f}"


if __name__ == "__main__":
    run_alone(measure)
