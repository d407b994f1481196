"""Those who wait for one operation: whoever joins is answered with all the others, once."""

import asyncio

from sidecar.domain.outcome import Outcome


class Callers:
    """A gathering of waiting callers."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[Outcome]] = []

    def join(self) -> asyncio.Future[Outcome]:
        """What the next `settle` will give."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future

    def settle(self, outcome: Outcome) -> None:
        """Answers everyone who waits now."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(outcome)


def at_once(outcome: Outcome) -> asyncio.Future[Outcome]:
    """An answer for which nobody needs to wait."""
    future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    future.set_result(outcome)
    return future
