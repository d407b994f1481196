"""What waits to be written to one client, bounded, and in which order it goes.

Every server has a lane for its notifications, which keep their order in it; lanes take turns, so a
flood of one server holds up no other. Only what is urgent goes before the lines that wait in its
lane. Answers go before them all, except that an answer waits for the state changes that its own
request may have caused. Filled on the event loop, emptied wherever
the transport writes, so guarded by a lock. Knows bytes only; what to do when there is no room is
decided by who fills it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import takewhile
from typing import NamedTuple

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


class Notice(NamedTuple):
    """A notification in its lane; `ticket` numbers the state changes, and is 0 for all else."""

    message: bytes
    ticket: int = 0
    may_wait: bool = False


class Lane:
    """The notifications of one server, in order."""

    def __init__(self) -> None:
        self.notices: deque[Notice] = deque()
        self.tickets: deque[int] = deque()  # of the state changes among them

    def place_before_the_waiting(self) -> int:
        """Where something urgent goes: behind the last notice that nothing may overtake."""
        waiting = takewhile(lambda notice: notice.may_wait, reversed(self.notices))
        return len(self.notices) - sum(1 for _ in waiting)


class Held(NamedTuple):
    """An answer that follows state changes: per lane, the ticket that has to be gone."""

    message: bytes
    needs: dict[str, int]


class Outbox:
    """One client's unsent messages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: deque[bytes] = deque()
        self._answer_bytes = 0  # held ones, too
        self._held: list[Held] = []
        self._lanes: dict[str, Lane] = {}
        self._turns: deque[str] = deque()  # the lanes that hold something, the next first
        self._notice_bytes = 0
        self._ticket = 0
        self._taken_at = 0.0
        self._since_pause = 0
        self._overflowed = False
        self.wake: Callable[[], object] = lambda: None
        self.when_easy: Callable[[], object] = lambda: None

    def has_room(self) -> bool:
        """Whether something that may be left out can be put in; `when_easy` tells when again."""
        if self._notice_bytes < LIMIT_BYTES:
            return True
        self._overflowed = True
        return False

    @property
    def congested(self) -> bool:
        """Whether so many answers wait unread that no more requests should be taken in."""
        return self._answer_bytes > LIMIT_BYTES

    def pace(self, size: int) -> float:
        """How many seconds the source of a flood should pause that has just given `size` bytes."""
        if self._notice_bytes < EASY_BYTES:
            return 0.0
        self._since_pause += size
        if self._since_pause < PAUSE_EVERY_BYTES:
            return 0.0
        self._since_pause = 0
        alive = time.monotonic() - self._taken_at < ALIVE_SECONDS
        return PAUSE_SECONDS if alive else 0.0

    def mark(self) -> int:
        """This moment; an answer `since` then follows every state change that came later."""
        return self._ticket

    def put_answer(self, message: bytes, *, since: int | None = None) -> None:
        """Adds an answer; with `since` it follows the state changes put in after that mark."""
        with self._lock:
            self._answer_bytes += len(message)
            needs: dict[str, int] = {}
            if since is not None:
                for name, lane in self._lanes.items():
                    if lane.tickets and lane.tickets[-1] > since:
                        needs[name] = lane.tickets[-1]
            if needs:
                self._held.append(Held(message, needs))
            else:
                self._answers.append(message)
        self.wake()

    def put_notification(
        self,
        name: str,
        message: bytes,
        *,
        is_state: bool = False,
        urgent: bool = False,
        may_wait: bool = False,
    ) -> None:
        """Adds a notification to the lane of a server; `is_state` if answers may rest on it.

        An `urgent` one goes before those at the end of the lane that `may_wait`.
        """
        with self._lock:
            lane = self._lanes.setdefault(name, Lane())
            if not lane.notices:
                self._turns.append(name)
            if is_state:
                self._ticket += 1
                lane.tickets.append(self._ticket)
            notice = Notice(message, self._ticket if is_state else 0, may_wait)
            lane.notices.insert(
                lane.place_before_the_waiting() if urgent else len(lane.notices), notice
            )
            self._notice_bytes += len(message)
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
            easy = self._overflowed and self._notice_bytes < EASY_BYTES
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
            if len(self._answers) > 1 or (self._answers and self._turns):
                return None
            if not self._answers and (len(self._turns) > 1 or len(self._next_lane().notices) > 1):
                return None
            self._taken_at = time.monotonic()
            self._drop_first()
            return message

    def _next_lane(self) -> Lane:
        return self._lanes[self._turns[0]]

    def _peek(self) -> bytes | None:
        if self._answers:
            return self._answers[0]
        return self._next_lane().notices[0].message if self._turns else None

    def _drop_first(self) -> None:
        if self._answers:
            self._answer_bytes -= len(self._answers.popleft())
            return
        lane, name = self._next_lane(), self._turns.popleft()
        message, ticket, _ = lane.notices.popleft()
        self._notice_bytes -= len(message)
        if lane.notices:
            self._turns.append(name)
        if ticket:
            lane.tickets.popleft()
            self._release(name, ticket)

    def _release(self, name: str, ticket: int) -> None:
        """Lets those answers go that have waited for nothing but this state change."""
        still_held: list[Held] = []
        for held in self._held:
            if held.needs.get(name, ticket + 1) <= ticket:
                del held.needs[name]
            if held.needs:
                still_held.append(held)
            else:
                self._answers.append(held.message)
        self._held = still_held
