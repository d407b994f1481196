"""One client: its requests in flight, its notifications, its outbox."""

import asyncio
from collections.abc import Awaitable

from sidecar.config.catalogue import Catalogue
from sidecar.rpc.dispatcher import Answer, Dispatcher
from sidecar.rpc.methods import COMMANDS, Methods
from sidecar.rpc.notifications import Notifier
from sidecar.rpc.outbox import Outbox
from sidecar.rpc.policy import Policy
from sidecar.supervision.manager import Manager
from sidecar.supervision.metrics_feed import MetricsFeed


class Session:
    """Everything the sidecar knows of one client. The transport feeds it and empties `outbox`."""

    def __init__(
        self,
        manager: Manager,
        catalogue: Catalogue,
        outbox: Outbox,
        metrics: MetricsFeed,
        policy: Policy,
    ) -> None:
        """`metrics` is shared by all clients; `policy` is what this one may ask for."""
        self.outbox = outbox
        self.shut_down = asyncio.Event()
        self._notifier = Notifier(outbox)
        self._metrics = metrics
        methods = Methods(
            manager, catalogue, self._notifier, metrics, when_shut_down=self.shut_down.set
        )
        self._dispatcher = Dispatcher(methods.handlers(policy), COMMANDS)
        self._in_flight: set[asyncio.Task[None]] = set()
        loop = asyncio.get_running_loop()
        outbox.when_easy = lambda: loop.call_soon_threadsafe(self._notifier.tell_left_out)
        self._stop_listening = manager.listen(self._notifier.on_event)

    def receive(self, message: bytes) -> None:
        """Takes a message in and begins what it asks; the answer goes through the outbox."""
        mark = self.outbox.mark()
        answer = self._dispatcher.answer(message)
        if isinstance(answer, Answer):
            self._put(answer, mark)
        elif answer is not None:
            task = asyncio.create_task(self._put_later(answer, mark))
            self._in_flight.add(task)
            task.add_done_callback(self._in_flight.discard)

    async def finish(self, limit: float) -> None:
        """Waits until every request has been answered, at most `limit` seconds."""
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=limit)

    def close(self) -> None:
        """The client is told nothing more; what it has asked for is still done."""
        self._stop_listening()
        self._metrics.switch(self._notifier, on=False)

    async def _put_later(self, answer: Awaitable[Answer], mark: int) -> None:
        self._put(await answer, mark)

    def _put(self, answer: Answer, mark: int) -> None:
        self.outbox.put_answer(answer.body, since=None if answer.may_overtake else mark)
