"""Writes an outbox to a descriptor that others may share, so it stays in blocking mode.

A thread does the writing: a client that does not read holds up that thread and nothing else. A
small message, when nothing waits before it and the pipe has room, is written at once from where it
was made, which spares it the way through the thread.
"""

import os
import select
import stat
import threading
from collections.abc import Callable

from sidecar.rpc.outbox import Outbox

BATCH_BYTES = 64 * 1024
"""Small messages are written together up to this."""


class PipeWriter:
    """The only writer of a descriptor."""

    def __init__(
        self,
        descriptor: int,
        outbox: Outbox,
        frame: Callable[[bytes], bytes],
        when_broken: Callable[[], object],
    ) -> None:
        """`when_broken` is called by the thread when nobody can read any more."""
        self._descriptor = descriptor
        self._outbox = outbox
        self._frame = frame
        self._when_broken = when_broken
        self._writing = threading.Lock()
        self._more = threading.Event()
        self._closing = False
        self._broken = False
        self._writes = 0
        self._poll = _writability(descriptor)
        self._thread = threading.Thread(target=self._write_for_ever, name="stdout", daemon=True)
        self._thread.start()
        outbox.wake = self._wake
        self._wake()

    def close(self, limit: float) -> bool:
        """Waits until everything is written; gives up when nothing is taken for `limit` seconds."""
        self._closing = True
        self._more.set()
        writes = -1
        while self._thread.is_alive() and self._writes != writes:
            writes = self._writes
            self._thread.join(limit)
        return not self._thread.is_alive()

    def _wake(self) -> None:
        if not self._write_at_once():
            self._more.set()

    def _write_at_once(self) -> bool:
        """Writes the only message waiting, if that cannot block."""
        if self._poll is None or not self._writing.acquire(blocking=False):
            return False
        try:
            if not self._poll.poll(0):
                return False
            message = self._outbox.take_small(select.PIPE_BUF - _FRAME_BYTES)
            if message is not None:
                self._write(self._frame(message))
            return message is not None
        finally:
            self._writing.release()

    def _write_for_ever(self) -> None:
        while not self._broken:
            closing = self._closing
            with self._writing:
                while messages := self._outbox.take(BATCH_BYTES):
                    self._write(b"".join(map(self._frame, messages)))
            if closing:
                return
            self._more.wait()
            self._more.clear()

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest and not self._broken:
                rest = rest[os.write(self._descriptor, rest) :]
                self._writes += 1
        except BlockingIOError:  # whoever shares the descriptor made it non-blocking
            os.set_blocking(self._descriptor, True)
            self._write(bytes(rest))
        except OSError:
            self._broken = True
            self._when_broken()


_FRAME_BYTES = 64
"""More than what framing adds to a message."""


def _writability(descriptor: int) -> "select.poll | None":
    """Tells when PIPE_BUF bytes can be written without blocking; None unless a pipe or a socket."""
    mode = os.fstat(descriptor).st_mode
    if not (hasattr(select, "poll") and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode))):
        return None
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return poll
