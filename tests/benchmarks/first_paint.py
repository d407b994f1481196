"""How soon the panel is on screen in a browser that never saw it, and how much script that takes.

    python -m tests.benchmarks.first_paint [ROUNDS]

Each round has a `sidecar web` of its own and a browser context without a cache; times are
Chromium's own, from the begin of the navigation on. The first paint of a page of one word, from the
same sidecar, is the floor.
"""

import gzip
from pathlib import PurePosixPath

from tests.benchmarks.node_measure import measure_in_node
from tests.benchmarks.peers import ROOT
from tests.benchmarks.report import Goal, Row, Samples, run_alone, times

ROUNDS = 10
STATIC = ROOT / "sidecar/web/static"
REACH = 1.0
REACH_BYTES = 250_000


def measure(rounds: int = ROUNDS) -> list[Row]:
    paints = measure_in_node("first-paint", rounds)
    samples = {
        name: Samples([paint[name] / 1000 for paint in paints])
        for name in ("first", "server", "word")
    }
    first = samples["first"]
    scripts = {script for paint in paints for script in paint["scripts"]}
    size = sum(map(_gzipped, scripts))
    return [
        Row(
            what="the panel from sidecar web, cold: first paint (ms, median / p95)",
            ours=f"{first.text()}\nfirst server on screen {samples['server'].text()}",
            beside=[f"a page of one word {samples['word'].text()}"],
            ratio=times(first.median, samples["word"].median, "one word"),
            reach=Goal("< 1 s", first.percentile(95) < REACH),
            reach_for=Goal("the server too", samples["server"].percentile(95) < REACH),
        ),
        Row(
            what="JavaScript loaded until the first server is on screen (KB, gzip)",
            ours=f"{size / 1000:.0f} in {len(scripts)} files",
            reach=Goal("≤ 250 KB", size <= REACH_BYTES),
        ),
    ]


def _gzipped(path: str) -> int:
    script = STATIC.joinpath(*PurePosixPath(path).parts[1:])
    return len(gzip.compress(script.read_bytes()))


if __name__ == "__main__":
    run_alone(measure)
