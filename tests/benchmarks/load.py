"""Clients that keep asking an app while something is done to it; see `programs/load.py`."""

import json
import subprocess
import sys
import time
from types import TracebackType
from typing import Literal, NamedTuple, Self

from tests.benchmarks.peers import PROGRAMS

Kind = Literal["rate", "new", "kept"]

# For requests under way at the end, which have their own limit.
FINISH_LIMIT = 30.0
# The clients are at work by then.
WARM_UP = 0.5


class Met(NamedTuple):
    """What the clients met; seconds. `gap` is the longest between two answers to whomever."""

    answers: int
    failures: dict[str, int]
    gap: float
    wait: float

    @property
    def failed(self) -> int:
        return sum(self.failures.values())

    def reasons(self) -> str:
        """What went wrong, commonest first; "" if nothing did."""
        ordered = sorted(self.failures.items(), key=lambda item: -item[1])
        return "; ".join(f"{number} × {reason}" for reason, number in ordered[:3])


class Load:
    """Asks from the beginning of the `with` block until `finish`."""

    def __init__(self, port: int, kind: Kind, number: int) -> None:
        self._argv = [sys.executable, str(PROGRAMS / "load.py"), str(port), kind, str(number)]

    def finish(self) -> Met:
        """Ends it; every request under way has its answer or its failure."""
        told, _ = self._process.communicate(timeout=FINISH_LIMIT)
        return Met(**json.loads(told))

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        time.sleep(WARM_UP)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
