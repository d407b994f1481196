"""`make bench`: every measure in one run, one table. Exits 0 whatever the figures are, and 1 if one
could not be taken.

    python -m tests.benchmarks [NAME[:ROUNDS]…]

ROUNDS, where a measure takes rounds, is for a quick look, or for a thorough one.
"""

import importlib
import sys
import traceback

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
]


def main() -> None:
    chosen = [each.partition(":") for each in sys.argv[1:] or MEASURES]
    if unknown := {name for name, _, _ in chosen} - set(MEASURES):
        sys.exit(f"no measure is called {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    rows: list[Row] = []
    failed = False
    for name, _, rounds in chosen:
        progress(f"measuring {name} …")
        try:
            measure = importlib.import_module(f"tests.benchmarks.{name}").measure
            rows += measure(int(rounds)) if rounds else measure()
        except Exception as error:  # noqa: BLE001 - the other measures took minutes: show them
            traceback.print_exc()
            rows.append(Row(what=name, ours=f"could not be measured: {type(error).__name__}"))
            failed = True
    print_table(rows)
    sys.exit(failed)


if __name__ == "__main__":
    main()
