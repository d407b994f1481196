"""The wait from a launched process to a server that is ready.

Knows nothing of commands that arrive meanwhile: `supervision.run` cancels the wait when the process
ends or a stop comes in between.
"""

import asyncio
import re
import time
from dataclasses import dataclass

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.spec import ServerSpec
from sidecar.supervision.interfaces import Process

FIRST_PROBE_SECONDS = 0.01
"""A local server is asked again this soon while it starts: that is all a start loses to waiting."""

SLOWEST_PROBE_SECONDS = 0.1
"""What a slow start may lose at most, and not more than ten questions a second."""

UNANSWERED_SECONDS = 0.2
"""A question unanswered for so long is worth telling of when the time is over."""

PROBE_SLOWDOWN = 1.1
"""Each pause is so many times the last: a server that takes half a minute is not hammered."""


class NotReady(Exception):
    """The readiness check did not pass in time."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class LogWatch:
    """Waits for a line that matches; only lines that come after its making count."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._seen = asyncio.Event()

    def look(self, text: str) -> None:
        """Looks at whole lines of output."""
        if not self._seen.is_set() and any(map(self._pattern.search, text.split("\n"))):
            self._seen.set()

    async def seen(self) -> None:
        """Returns when a line has matched."""
        await self._seen.wait()


@dataclass(slots=True)
class Attempt:
    """What an attempt is given, and how far it has come: `missing` says what it waits for."""

    spec: ServerSpec
    port: int
    process: Process
    log_watch: LogWatch | None
    missing: str = "it has not started up"
    asked_at: float | None = None  # when a question was put that is not answered yet

    def what_is_missing(self) -> str:
        """As the end of a sentence."""
        if self.asked_at is not None:
            waited = time.monotonic() - self.asked_at
            if waited > UNANSWERED_SECONDS:
                return f"it has not answered on port {self.port} for {waited:.1f} s"
        return self.missing


async def wait_until_ready(attempt: Attempt) -> None:
    """Returns when the readiness check has passed against this very process.

    Raises:
        NotReady: when the time is over, with what was still missing.
    """
    timeout = attempt.spec.ready.timeout
    try:
        async with asyncio.timeout(timeout):
            await _ready(attempt)
    except TimeoutError:
        raise NotReady(
            Failure(
                FailureCode.READY_TIMEOUT,
                f"{attempt.spec.name} was not ready within {timeout:g} s: "
                f"{attempt.what_is_missing()}; it was stopped",
                "See its last lines; if it only needs longer, raise `ready.timeout`.",
            )
        ) from None


async def _ready(attempt: Attempt) -> None:
    kind = attempt.spec.ready.kind
    if kind == "none":
        await asyncio.sleep(attempt.spec.ready.alive_for)
        return
    if attempt.log_watch is not None:
        attempt.missing = f"no line has matched {attempt.spec.ready.pattern_text!r}"
        await attempt.log_watch.seen()
        return
    await attempt.process.announced()
    await _answers(attempt)


async def _answers(attempt: Attempt) -> None:
    pause = FIRST_PROBE_SECONDS
    while True:
        attempt.asked_at = asked = time.monotonic()
        missing = await attempt.process.probe()
        if missing is None:
            return
        attempt.missing, attempt.asked_at = missing, None
        await asyncio.sleep(max(0.0, pause - (time.monotonic() - asked)))
        pause = min(pause * PROBE_SLOWDOWN, SLOWEST_PROBE_SECONDS)
