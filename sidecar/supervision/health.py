"""The questions to a running server whether it is well, for as long as it runs.

Asks and counts, and tells what has changed; what follows from that (an alert, a restart) is for the
owner to decide. A server whose event loop hangs still accepts connections, in the kernel: it is
found because each question has to be answered in time.
"""

import asyncio
import logging
from collections.abc import Callable

from sidecar.domain.events import Health
from sidecar.domain.spec import HealthCheck
from sidecar.supervision.interfaces import Process

OVERTIME_SECONDS = 0.25
"""A question that should have ended by itself gets so much more: it can tell what it waited for."""

logger = logging.getLogger(__name__)


class HealthWatch:
    """Asks one process from `begin` to `end`; other settings or another process need a new one."""

    def __init__(
        self,
        name: str,
        process: Process,
        settings: HealthCheck,
        told: Callable[[Health, str | None], None],
    ) -> None:
        """`told` is called on the event loop at each change, with the reason if unhealthy.

        Its first call is one too: nothing is known of a process that was never asked.
        """
        self._name = name
        self._process = process
        self._settings = settings
        self._told = told
        self._health: Health | None = None
        self._bad_answers = 0  # in a row
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Asks at once, and from then on at every interval."""
        if self._task is None:
            self._task = asyncio.create_task(self._ask_for_ever(), name=f"health {self._name}")

    def end(self) -> None:
        """Nothing is told any more, not even the answer to a question under way."""
        if self._task is not None:
            self._task.cancel()

    async def _ask_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            asked = loop.time()
            self._take(await self._ask())
            await asyncio.sleep(max(0.0, asked + self._settings.interval - loop.time()))

    async def _ask(self) -> str | None:
        timeout = self._settings.timeout
        try:
            async with asyncio.timeout(timeout + OVERTIME_SECONDS):
                return await self._process.check(self._settings)
        except TimeoutError:
            return f"it did not answer within {timeout:g} s"
        except Exception:
            logger.exception("asking %s whether it is healthy failed", self._name)
            return "it could not be asked: an internal error of the sidecar"

    def _take(self, bad: str | None) -> None:
        self._bad_answers = self._bad_answers + 1 if bad is not None else 0
        if bad is None:
            self._change("healthy", None)
        elif self._bad_answers >= self._settings.failures:
            times = f" {self._bad_answers} times in a row" if self._bad_answers > 1 else ""
            self._change("unhealthy", f"it failed its health check{times}: {bad}")

    def _change(self, health: Health, why: str | None) -> None:
        if health != self._health:
            self._health = health
            self._told(health, why)
