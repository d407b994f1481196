"""An event loop on which waiting takes no time: its clock jumps to whatever is due next.

Hours pass at once, in order. A wait for something that nobody will ever do is an error at once,
where a real loop would hang.
"""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

TURNS = 12
"""More turns of the loop than any chain of callbacks without a timer needs."""


class NothingWillHappen(Exception):
    """Everybody waits, and no timer is set."""


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise NothingWillHappen
        self.now += max(0.0, timeout)
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """For code that waits for timers and futures, not for descriptors or threads."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        self.tasks: list[asyncio.Task[Any]] = []
        super().__init__(self._jumping)

    def create_task(self, coro: Any, **more: Any) -> asyncio.Task[Any]:
        """As any loop does, and remembers the task."""
        task = super().create_task(coro, **more)
        self.tasks.append(task)
        return task

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._jumping.now

    def pass_time(self, seconds: float) -> None:
        """Lets everything happen that is due within `seconds`."""
        self.run_until_complete(asyncio.sleep(seconds))
        self.come_to_rest()

    def do(self, action: Callable[[], T]) -> T:
        """Calls `action` on the loop, then lets everything happen that follows at once."""
        result = self.run_until_complete(_call(action))
        self.come_to_rest()
        return result

    def come_to_rest(self) -> None:
        """Lets everything happen that is due now; raises what a task failed of."""
        self.run_until_complete(_turns())
        for task in self.tasks:
            if task.done() and not task.cancelled():
                task.result()
        self.tasks = [task for task in self.tasks if not task.done()]

    def close(self) -> None:
        """Ends what is left, so that nothing of it is heard later."""
        if not self.is_closed():
            for task in self.tasks:
                task.cancel()
            self.run_until_complete(_turns())
        super().close()


async def _call(action: Callable[[], T]) -> T:
    return action()


async def _turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)
