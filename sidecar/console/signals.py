"""Signals as calls in the event loop, on every platform."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def on_signal(number: signal.Signals, action: Callable[[], object]) -> Generator[None]:
    """While inside, call `action` in the loop whenever the signal comes, and do nothing else."""
    loop = asyncio.get_running_loop()

    def handle(_signal: int, _frame: object) -> None:
        loop.call_soon_threadsafe(action)

    before = signal.signal(number, handle)
    try:
        yield
    finally:
        signal.signal(number, before)
