"""`make bench`: every measure in one run, one table. Exits 0 whatever the figures are, and 1 if one
could not be taken.

python -m tests.benchmarks [NAME…]
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
    "log_throughput",
    "line_delay",
    "memory",
    "stalled_reader",
]


def main() -> None:
    chosen = sys.argv[1:] or MEASURES
    if unknown := set(chosen) - set(MEASURES):
        sys.exit(f"no measure is called {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    rows: list[Row] = []
    failed = False
    for name in chosen:
        progress(f"measuring {name} …")
        try:
            rows += importlib.import_module(f"tests.benchmarks.{name}").measure()
        except Exception as error:  # noqa: BLE001 - the other measures took minutes: show them
            traceback.print_exc()
            rows.append(Row(what=name, ours=f"could not be measured: {type(error).__name__}"))
            failed = True
    print_table(rows)
    sys.exit(failed)


if __name__ == "__main__":
    main()
