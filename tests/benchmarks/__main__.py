"""`make bench`: every measure in one run, one table. Exits 0 whatever the figures are.

python -m tests.benchmarks [NAME…]
"""

import importlib
import sys

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
    for name in chosen:
        progress(f"measuring {name} …")
        rows += importlib.import_module(f"tests.benchmarks.{name}").measure()
    print_table(rows)


if __name__ == "__main__":
    main()
