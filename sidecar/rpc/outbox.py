"""What waits to be written to one client, bounded, and in which order it goes.

Two lanes: answers that nothing need precede go first; notifications, and answers that must follow
them, keep their order. Filled on the event loop, emptied wherever the transport writes, so guarded
by a lock. Knows bytes only; what to do when there is no room is decided by who fills it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

LIMIT_BYTES = 16 * 1024 * 1024
"""Notifications that may wait; log lines beyond are left out and counted."""

EASY_BYTES = LIMIT_BYTES // 2
"""Below this the client keeps up."""

ALIVE_SECONDS = 0.1
"""A client that has taken nothing for so long is not one to wait for."""

PAUSE_SECONDS = 0.001
PAUSE_EVERY_BYTES = 128 * 1024
"""A flood pauses so long after so much, for a client that is reading but behind. That slows no
server below some 100 MB/s, and a client that has stopped reading slows none at all."""


class Outbox:
    """One client's unsent messages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._urgent: deque[bytes] = deque()
        self._urgent_bytes = 0
        self._ordered: deque[tuple[bytes, bool]] = deque()  # and whether answers must wait for it
        self._ordered_bytes = 0
        self._awaited = 0
        self._taken_at = 0.0
        self._since_pause = 0
        self._overflowed = False
        self.wake: Callable[[], object] = lambda: None
        self.when_easy: Callable[[], object] = lambda: None

    def has_room(self) -> bool:
        """Whether something that may be left out can be put in; `when_easy` tells when again."""
        if self._ordered_bytes < LIMIT_BYTES:
            return True
        self._overflowed = True
        return False

    @property
    def congested(self) -> bool:
        """Whether so many answers wait unread that no more requests should be taken in."""
        return self._urgent_bytes > LIMIT_BYTES

    def pace(self, size: int) -> float:
        """How many seconds the source of a flood should pause that has just given `size` bytes."""
        if self._ordered_bytes < EASY_BYTES:
            return 0.0
        self._since_pause += size
        if self._since_pause < PAUSE_EVERY_BYTES:
            return 0.0
        self._since_pause = 0
        alive = time.monotonic() - self._taken_at < ALIVE_SECONDS
        return PAUSE_SECONDS if alive else 0.0

    def put_answer(self, message: bytes, *, may_overtake: bool) -> None:
        """Adds an answer; unless it may overtake, it follows the state changes that wait."""
        with self._lock:
            if may_overtake or not self._awaited:
                self._urgent.append(message)
                self._urgent_bytes += len(message)
            else:
                self._ordered.append((message, False))
                self._ordered_bytes += len(message)
        self.wake()

    def put_notification(self, message: bytes, *, awaited: bool) -> None:
        """Adds a notification; an `awaited` one tells of a state that answers may rest on."""
        with self._lock:
            self._ordered.append((message, awaited))
            self._ordered_bytes += len(message)
            self._awaited += awaited
        self.wake()

    def take(self, most_bytes: int) -> list[bytes]:
        """The next messages: as many as fit, but at least one; none only if there is nothing."""
        taken: list[bytes] = []
        size = 0
        with self._lock:
            self._taken_at = time.monotonic()
            while (message := self._peek()) is not None:
                size += len(message)
                if taken and size > most_bytes:
                    break
                taken.append(message)
                self._drop_first()
            easy = self._overflowed and self._ordered_bytes < EASY_BYTES
            if easy:
                self._overflowed = False
        if easy:
            self.when_easy()
        return taken

    def take_small(self, most_bytes: int) -> bytes | None:
        """The only message waiting, if it is no larger than `most_bytes`; else None."""
        with self._lock:
            message = self._peek()
            if message is None or len(message) > most_bytes:
                return None
            if len(self._urgent) + len(self._ordered) > 1:
                return None
            self._taken_at = time.monotonic()
            self._drop_first()
            return message

    def _peek(self) -> bytes | None:
        if self._urgent:
            return self._urgent[0]
        return self._ordered[0][0] if self._ordered else None

    def _drop_first(self) -> None:
        if self._urgent:
            self._urgent_bytes -= len(self._urgent.popleft())
            return
        message, awaited = self._ordered.popleft()
        self._ordered_bytes -= len(message)
        self._awaited -= awaited
