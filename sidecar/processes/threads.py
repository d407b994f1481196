"""Blocking work beside the event loop, each piece in a daemon thread of its own.

Not asyncio's executor: there, a few name look-ups that hang would keep every stop waiting, and the
sidecar from ending, since the executor is joined at the end.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")


async def in_thread(work: Callable[[], T], limit: float) -> T:
    """What `work` returns or raises; after `limit` seconds it is left to itself.

    Raises:
        TimeoutError: it took too long.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(cast(T, result))

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as raised:  # noqa: BLE001 - handed on to whoever waits
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="blocking work", daemon=True).start()
    async with asyncio.timeout(limit):
        return await done
