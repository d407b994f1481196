"""Those who wait for one operation: whoever joins is answered with all the others, once."""

import asyncio

from sidecar.domain.outcome import Outcome


class Callers:
    """A gathering of waiting callers."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[Outcome]] = []

    async def join(self) -> Outcome:
        """Waits for the next `settle`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return await future

    def settle(self, outcome: Outcome) -> None:
        """Answers everyone who waits now."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(outcome)
