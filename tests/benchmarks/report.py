"""The table: rows, goals and how figures are written. Knows nothing of what is measured."""

import math
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Table

TABLE_WIDTH = 150


@dataclass(frozen=True)
class Goal:
    text: str
    met: bool


@dataclass(frozen=True)
class Row:
    """One measure: our figure, those it stands beside, and what we want of it."""

    what: str
    ours: str
    beside: Sequence[str] = ()
    ratio: str = ""
    reach: Goal | None = None
    reach_for: Goal | None = None


@dataclass
class Samples:
    """Seconds, gathered one by one; written in milliseconds."""

    values: list[float] = field(default_factory=list[float])

    def add(self, seconds: float) -> None:
        self.values.append(seconds)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def percentile(self, percent: float) -> float:
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * percent / 100) - 1)]

    def text(self, percent: int = 95) -> str:
        return f"{ms(self.median)} / {ms(self.percentile(percent))}"


def ms(seconds: float) -> str:
    """Milliseconds with about three digits."""
    value = seconds * 1000
    digits = 3 if value < 1 else 2 if value < 10 else 1
    return f"{value:.{digits}f}"


def millions(number: float) -> str:
    return f"{number / 1e6:.2f} M"


def megabytes(number: float) -> str:
    return f"{number / 1e6:.1f} MB"


def times(ours: float, theirs: float, name: str) -> str:
    return f"{ours / theirs:.2f} × {name}"


def added(seconds: float) -> str:
    """How much more than what it stands beside; less, if negative."""
    return f"{'+' if seconds >= 0 else '−'}{ms(abs(seconds))} ms"


def print_table(rows: Iterable[Row]) -> None:
    table = Table(box=box.SIMPLE_HEAD, show_lines=True)
    for heading in ("measure", "sidecar", "beside it", "ratio", "reach", "reach for"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(
            row.what,
            row.ours,
            "\n".join(row.beside),
            row.ratio,
            _verdict(row.reach),
            _verdict(row.reach_for),
        )
    Console(width=TABLE_WIDTH).print(table)


def _verdict(goal: Goal | None) -> str:
    if goal is None:
        return "–"
    return f"[green]yes[/] {goal.text}" if goal.met else f"[bold red]NO[/] {goal.text}"


def progress(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def run_alone(measure: Callable[..., Iterable[Row]]) -> None:
    """What `python -m tests.benchmarks.NAME` does; a number is how many rounds to take."""
    print_table(measure(*map(int, sys.argv[1:])))
