"""What 100,000 lines a second, for ten seconds, do to a panel that shows them.

    python -m tests.benchmarks.panel_flood [ROUNDS]

In a real Chromium on `sidecar web`. Every line carries its number: the page counts what reaches it
and what it is told was left out, and the log that the panel exports is looked through for what is
neither. The worst of all rounds counts.
"""

from tests.benchmarks.node_measure import measure_in_node
from tests.benchmarks.report import Goal, Row, Samples, megabytes, progress, run_alone

ROUNDS = 3
# Chromium makes no more where no screen sets the pace.
MOST_FRAMES = 60
REACH_FRAMES, REACH_STOP = 30, 0.100
# The log of the panel is bounded by 10,000 lines, 1 MB of these.
MOST_GROWTH = 3e6


def measure(rounds: int = ROUNDS) -> list[Row]:
    floods = []
    for number in range(rounds):
        progress(f"  flood {number + 1} of {rounds}")
        floods.append(measure_in_node("panel-flood"))
    slowest = min(floods, key=lambda flood: flood["framesPerSecond"])
    growth = [flood["heap"][1] - flood["heap"][0] for flood in floods]
    largest = max(floods, key=lambda flood: flood["heap"][1] - flood["heap"][0])["heap"]
    stops = Samples([flood["stop"] / 1000 for flood in floods])
    lines = [flood["lines"] for flood in floods]
    uncounted = sum(each["uncounted"] for each in lines)
    flood = "100,000 lines/s for 10 s into the open panel:"
    return [
        Row(
            what=f"{flood} frames/s, the slowest round",
            ours=f"{slowest['framesPerSecond']:.0f}\n"
            f"{slowest['fewestFrames']} in the worst second, "
            f"longest frame {slowest['longestFrameMs']:.0f} ms",
            beside=[f"the most there can be {MOST_FRAMES}"],
            ratio=f"{slowest['framesPerSecond'] / MOST_FRAMES:.2f} × the most",
            reach=Goal("≥ 30 frames/s", slowest["framesPerSecond"] >= REACH_FRAMES),
        ),
        Row(
            what=f"{flood} dialog answered → Stopping on screen (ms, median / most)",
            ours=stops.text(100),
            reach=Goal("≤ 100 ms", stops.percentile(100) <= REACH_STOP),
        ),
        Row(
            what=f"{flood} the page's heap with a full log → 5 s later, the round that grew most",
            ours=" → ".join(map(megabytes, largest)),
            ratio=f"{max(growth) / 1e6:+.1f} MB",
            reach=Goal("flat (± 3 MB)", max(growth) <= MOST_GROWTH),
        ),
        Row(
            what=f"{flood} lines lost and not counted",
            ours=f"{uncounted} of {sum(each['last'] for each in lines):,}\n"
            f"{sum(each['dropped'] for each in lines):,} left out and counted",
            reach=Goal("none", uncounted == 0),
        ),
    ]


if __name__ == "__main__":
    run_alone(measure)
