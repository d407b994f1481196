"""`make bench`: every measure in one run, one table. Exits 0 whatever the figures are, and 1 if one
could not be taken.

    python -m tests.benchmarks [NAME[:ROUNDS]…]

ROUNDS, where a measure takes rounds, is for a quick look, or for a thorough one.
"""

import importlib
import inspect
import sys
import traceback
from collections.abc import Callable
from functools import partial

from tests.benchmarks.report import Row, print_table, progress

MEASURES = [
    "cold_start",
    "status_round_trip",
    "status_under_flood",
    "server_start",
    "restart_time",
    "restart_gap",
    "failed_requests",
    "crash",
    "stubborn_stop",
    "orphans",
    "start_stop_cycles",
    "log_throughput",
    "line_delay",
    "memory",
    "stalled_reader",
    "bridge_round_trip",
    "bridge_line_delay",
    "click_to_starting",
    "panel_flood",
    "first_paint",
    "demo_start",
]


def _chosen(argument: str) -> Callable[[], list[Row]]:
    """What takes the measure that an argument means."""
    name, _, rounds = argument.partition(":")
    if name not in MEASURES:
        sys.exit(f"no measure is called {name}; there are {', '.join(MEASURES)}")
    measure = importlib.import_module(f"tests.benchmarks.{name}").measure
    if not rounds:
        return measure
    if not rounds.isdigit() or not int(rounds) or not inspect.signature(measure).parameters:
        sys.exit(f"{argument}: that is no number of rounds, or {name} takes none")
    return partial(measure, int(rounds))


def main() -> None:
    arguments = sys.argv[1:] or MEASURES
    measures = {argument: _chosen(argument) for argument in arguments}
    rows: list[Row] = []
    failed = False
    for name, measure in measures.items():
        progress(f"measuring {name} …")
        try:
            rows += measure()
        except Exception as error:  # noqa: BLE001 - the other measures took minutes: show them
            traceback.print_exc()
            rows.append(Row(what=name, ours=f"could not be measured: {type(error).__name__}"))
            failed = True
    print_table(rows)
    sys.exit(failed)


if __name__ == "__main__":
    main()
