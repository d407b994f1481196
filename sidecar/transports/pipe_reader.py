"""Reads from a descriptor that others may share, so it stays in blocking mode.

A pipe, a socket or a terminal is read on the event loop when it has something; a file, or whatever
else cannot be watched, by a thread. The end of the stream is told as empty bytes.
"""

import asyncio
import os
import select
import threading
from collections.abc import Callable

READ_BYTES = 64 * 1024
"""More would have the allocator map fresh memory for each read, however little comes."""


class PipeReader:
    """Hands on what it reads, on the event loop."""

    def __init__(self, descriptor: int, hand_on: Callable[[bytes], None]) -> None:
        self._descriptor = descriptor
        self._hand_on = hand_on
        self._loop = asyncio.get_running_loop()
        self._wanted = threading.Event()
        self._wanted.set()
        self._stopped = False
        self._watched = False
        try:
            self._watch()
        except (OSError, NotImplementedError):
            threading.Thread(target=self._read_for_ever, name="stdin", daemon=True).start()

    def pause(self) -> None:
        """Reads no more until `resume`: the client does not read its answers."""
        self._wanted.clear()
        if self._watched:
            self._loop.remove_reader(self._descriptor)

    def resume(self) -> None:
        """Goes on after `pause`."""
        if self._wanted.is_set():
            return
        self._wanted.set()
        if self._watched and not self._stopped:
            self._watch()

    @property
    def hung_up(self) -> bool:
        """Whether the other side has closed, though there may be something left to read."""
        if not hasattr(select, "poll"):
            return False
        poll = select.poll()
        poll.register(self._descriptor, 0)
        return any(event & select.POLLHUP for _, event in poll.poll(0))

    def stop(self) -> None:
        """Hands nothing on any more."""
        self._stopped = True
        if self._watched:
            self._loop.remove_reader(self._descriptor)

    def _watch(self) -> None:
        self._loop.add_reader(self._descriptor, self._readable)
        self._watched = True

    def _readable(self) -> None:
        data = self._read()
        if data is None:
            return
        if not data:
            self.stop()
        self._hand_on(data)

    def _read_for_ever(self) -> None:
        data: bytes | None = None
        while data != b"" and not self._stopped:
            self._wanted.wait()
            data = self._read()
            if data is None:
                os.set_blocking(self._descriptor, True)
            else:
                self._loop.call_soon_threadsafe(self._deliver, data)

    def _deliver(self, data: bytes) -> None:
        if not self._stopped:
            self._hand_on(data)

    def _read(self) -> bytes | None:
        """What is there; None if nothing, since whoever shares the descriptor may have read it."""
        try:
            return os.read(self._descriptor, READ_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            return b""
