"""How long a single line takes from the server that prints it to `onLog` in a page.

    python -m tests.benchmarks.bridge_line_delay

The built package in one Node, with an IPC double between its parts, as in `bridge_round_trip`;
beside it, the same lines read from the bare pipe of a sidecar.
"""

from tests.benchmarks.node_measure import measure_in_node
from tests.benchmarks.report import Goal, Row, Samples, run_alone, times

REACH = 0.005


def measure() -> list[Row]:
    found = measure_in_node("bridge-line-delay")
    ours = Samples([each / 1000 for each in found["api"]])
    pipe = Samples([each / 1000 for each in found["pipe"]])
    return [
        Row(
            what="a single line, printed → onLog in the renderer double (ms, median / p95)",
            ours=ours.text(),
            beside=[f"the sidecar's bare pipe {pipe.text()}"],
            ratio=times(ours.median, pipe.median, "pipe"),
            reach=Goal("median ≤ 5 ms", ours.median <= REACH),
        )
    ]


if __name__ == "__main__":
    run_alone(measure)
