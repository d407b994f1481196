"""How soon the panel shows that a server starts, after a click on Start.

    python -m tests.benchmarks.click_to_starting [CLICKS]

In a real Chromium on `sidecar web`: from the moment the browser takes the click in until a frame
with the badge "Starting" has been painted, at rest and while another server prints 100,000 lines a
second. The frame that shows that the click was taken at all needs no sidecar: it is the floor.
"""

from collections.abc import Mapping, Sequence

from tests.benchmarks.node_measure import measure_in_node
from tests.benchmarks.report import Goal, Row, Samples, run_alone, times

CLICKS = 40
REACH = 0.100


def measure(clicks: int = CLICKS) -> list[Row]:
    found = measure_in_node("click-to-starting", clicks)
    return [
        _row("at rest", found["idle"]),
        _row("while 100,000 lines/s come in", found["flood"]),
    ]


def _row(when: str, shown: Sequence[Mapping[str, float]]) -> Row:
    answered = Samples([each["answered"] / 1000 for each in shown])
    ours = Samples([max(each["answered"], each["shown"]) / 1000 for each in shown])
    return Row(
        what=f"click on Start → button answered and Starting on screen, {when} (ms, median / p95)",
        ours=ours.text(),
        beside=[f"the button alone {answered.text()}"],
        ratio=times(ours.median, answered.median, "button"),
        reach=Goal("p95 < 100 ms", ours.percentile(95) < REACH),
    )


if __name__ == "__main__":
    run_alone(measure)
