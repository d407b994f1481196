"""How long `getStatus` of a page takes in Electron, less the same question over the bare pipe.

    python -m tests.benchmarks.bridge_round_trip

The built package, main and preload in one Node, with an IPC between them that clones what crosses
it and costs nothing else: what is measured is the bridge, not Chromium. The same Node asks a second
sidecar over its pipe, in turns: the floor.
"""

from tests.benchmarks.node_measure import measure_in_node
from tests.benchmarks.report import Goal, Row, Samples, added, run_alone

REACH = 0.0005


def measure() -> list[Row]:
    found = measure_in_node("bridge-round-trip")
    ours = Samples([each / 1000 for each in found["api"]])
    pipe = Samples([each / 1000 for each in found["pipe"]])
    more = ours.median - pipe.median
    return [
        Row(
            what="getStatus: preload → IPC double → bridge → pipe → sidecar and back "
            "(ms, median / p95)",
            ours=ours.text(),
            beside=[f"the bare pipe, from the same Node {pipe.text()}"],
            ratio=added(more),
            reach=Goal("≤ +0.5 ms", more <= REACH),
        )
    ]


if __name__ == "__main__":
    run_alone(measure)
