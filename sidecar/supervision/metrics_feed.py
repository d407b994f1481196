"""Samples of running servers at a steady pace, as long as somebody wants them: once for all."""

import asyncio
import logging

from sidecar.domain.events import MetricsSampled
from sidecar.supervision.manager import Manager
from sidecar.supervision.server import ManagedServer

INTERVAL_SECONDS = 2.0

logger = logging.getLogger(__name__)


class MetricsFeed:
    """Publishes a sample of each running server every two seconds while anyone wants it."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager
        self._wanted_by: set[object] = set()
        self._task: asyncio.Task[None] | None = None

    def switch(self, who: object, *, on: bool) -> None:
        """Notes whether `who` wants samples; a second call of the same changes nothing."""
        if on:
            self._wanted_by.add(who)
        else:
            self._wanted_by.discard(who)
        if self._wanted_by and self._task is None:
            self._task = asyncio.create_task(self._sample_for_ever(), name="metrics")
        elif not self._wanted_by and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _sample_for_ever(self) -> None:
        while True:
            running = [server for server in self._manager.servers() if server.running]
            await asyncio.gather(*map(self._sample, running))
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _sample(self, server: ManagedServer) -> None:
        try:
            metrics = await server.metrics()
        except Exception:
            logger.exception("sampling %s failed", server.spec.name)
            return
        if server.running:
            self._manager.publish(MetricsSampled(metrics))
