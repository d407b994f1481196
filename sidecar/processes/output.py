"""Reads what a process writes on one stream, in large reads, and hands it on as pieces of text."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable

from sidecar.domain.lines import LineAssembler, Piece
from sidecar.processes.posix import PIPE_BYTES

READ_BYTES = 64 * 1024
"""One read: large enough to be cheap for each line, small enough to let a request in between."""

UNFINISHED_LINE_SECONDS = 0.2
"""A line without an end (a prompt, a progress bar) is handed on after this long."""

LAST_READS = 2 * PIPE_BYTES // READ_BYTES
"""At the end at most so many more reads: what an enlarged pipe holds, and a second time as much.

Without a bound, a stranger who inherited the pipe and writes on could keep us here for ever.
"""

Pace = Callable[[int], float]
"""Told of the bytes of each read; says how many seconds to leave the pipe alone."""


class OutputReader:
    """Owns the reading end of a pipe, which must be non-blocking, until `drain`."""

    def __init__(
        self, descriptor: int, encoding: str, hand_on: Callable[[Piece], None], pace: Pace
    ) -> None:
        self._descriptor = descriptor
        self._assembler = LineAssembler(encoding)
        self._hand_on = hand_on
        self._pace = pace
        self._loop = asyncio.get_running_loop()
        self._open = True
        self._pause: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._unfinished_since = 0.0
        self._loop.add_reader(descriptor, self._readable)

    def drain(self) -> None:
        """Reads what is there without waiting for more, then closes."""
        for _ in range(LAST_READS):
            if not self._open or not self._read():
                break
        self._close()

    def _readable(self) -> None:
        size = self._read()
        if size and (seconds := self._pace(size)) > 0:
            self._loop.remove_reader(self._descriptor)
            self._pause = self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        self._pause = None
        self._loop.add_reader(self._descriptor, self._readable)

    def _read(self) -> int:
        """How many bytes there were; 0 if none, or no more."""
        try:
            data = os.read(self._descriptor, READ_BYTES)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        if not data:
            self._close()
            return 0
        self._deliver(self._assembler.feed(data))
        return len(data)

    def _deliver(self, pieces: Iterable[Piece]) -> None:
        delivered = False
        for piece in pieces:
            self._hand_on(piece)
            delivered = True
        if not self._assembler.has_unfinished_line:
            return
        if delivered or self._timer is None:
            self._unfinished_since = time.monotonic()
        if self._timer is None:
            self._timer = self._loop.call_later(UNFINISHED_LINE_SECONDS, self._waited)

    def _waited(self) -> None:
        """Hands an unfinished line on if it is this old; a younger one has its own full time."""
        self._timer = None
        if not self._assembler.has_unfinished_line:
            return
        rest = self._unfinished_since + UNFINISHED_LINE_SECONDS - time.monotonic()
        if rest > 0:
            self._timer = self._loop.call_later(rest, self._waited)
        else:
            self._deliver(self._assembler.flush())

    def _close(self) -> None:
        if not self._open:
            return
        self._open = False
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        for piece in self._assembler.close():
            self._hand_on(piece)
        for handle in (self._timer, self._pause):
            if handle is not None:
                handle.cancel()
