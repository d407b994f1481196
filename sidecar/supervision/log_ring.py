"""The newest lines of one server, numbered, both streams together.

Holds text in the blocks in which it came and splits it only when somebody asks for lines: a flood
costs a few operations a block. Bounded by lines and by characters.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from sidecar.domain.events import Stream
from sidecar.domain.lines import Piece

MAX_CHARACTERS = 16 * 1024 * 1024
"""However long its lines are, a ring holds no more text than this."""

MAX_PAGE_CHARACTERS = 4 * 1024 * 1024
"""A page of `get_logs` ends here, whatever its limit of lines: an answer has to stay bearable."""


@dataclass(frozen=True, slots=True)
class LogBlock:
    """Consecutive lines of one stream that came together; `seq` numbers the first."""

    seq: int
    count: int
    stream: Stream
    time: str
    text: str
    partial: bool

    @property
    def end(self) -> int:
        """The number after the last line."""
        return self.seq + self.count


class LogEntry(NamedTuple):
    """One line, or with `partial` a piece of one."""

    seq: int
    time: str
    stream: Stream
    line: str
    partial: bool | None = None


class LogPage(NamedTuple):
    """`next` is the following `after`; `dropped` lines after `after` are no longer held."""

    entries: tuple[LogEntry, ...]
    next: int
    dropped: int


class LogRing:
    """A bounded store of lines. Numbers start at 1 and go on over `clear` and restarts."""

    def __init__(self, lines: int) -> None:
        self._limit = lines
        self._blocks: deque[LogBlock] = deque()
        self._characters = 0
        self._first = 1  # the oldest line held; a block may begin before it
        self._next = 1

    @property
    def last(self) -> int:
        """The number of the newest line ever appended, 0 before the first."""
        return self._next - 1

    def resize(self, lines: int) -> None:
        """Changes how many lines are held from now on."""
        self._limit = lines
        self._evict()

    def append(self, stream: Stream, piece: Piece, time: str) -> LogBlock:
        """Numbers and stores a piece; `time` is ISO 8601."""
        block = LogBlock(self._next, piece.count, stream, time, piece.text, piece.partial)
        self._blocks.append(block)
        self._characters += len(block.text)
        self._next += block.count
        self._evict()
        return block

    def clear(self) -> int:
        """Forgets every line and returns how many there were."""
        held = self._next - self._first
        self._blocks.clear()
        self._characters = 0
        self._first = self._next
        return held

    def newest(self, count: int, after: int = 0) -> tuple[str, ...]:
        """The text of the newest lines, at most `count`, numbered above `after`; oldest first."""
        start = max(self._first, self._next - count, after + 1)
        found: list[str] = []
        for block in reversed(self._blocks):
            if block.end <= start:
                break
            wanted = block.end - max(start, block.seq)
            lines = block.text.rsplit("\n", wanted)[-wanted:]
            found.extend(reversed(lines))
        return tuple(reversed(found))

    def page(self, after: int | None, limit: int, stream: Stream | None) -> LogPage:
        """The lines after `after`, oldest first; without it the newest `limit` lines."""
        if after is None:
            return self._newest_page(limit, stream)
        dropped = max(0, min(self._first, self._next) - after - 1)
        entries: list[LogEntry] = []
        characters = 0
        for entry in self._entries(max(after + 1, self._first), stream):
            characters += len(entry.line)
            if len(entries) == limit or (entries and characters > MAX_PAGE_CHARACTERS):
                return LogPage(tuple(entries), entries[-1].seq, dropped)
            entries.append(entry)
        return LogPage(tuple(entries), max(self.last, after), dropped)

    def _newest_page(self, limit: int, stream: Stream | None) -> LogPage:
        newest: deque[LogEntry] = deque()
        characters = 0
        for block in reversed(self._blocks):
            if stream is not None and block.stream != stream:
                continue
            for entry in reversed(_lines_of(block, max(self._first, block.seq))):
                characters += len(entry.line)
                if len(newest) == limit or (newest and characters > MAX_PAGE_CHARACTERS):
                    return LogPage(tuple(newest), self.last, 0)
                newest.appendleft(entry)
        return LogPage(tuple(newest), self.last, 0)

    def _entries(self, start: int, stream: Stream | None) -> Iterator[LogEntry]:
        for block in self._blocks:
            if block.end > start and stream in (None, block.stream):
                yield from _lines_of(block, max(start, block.seq))

    def _evict(self) -> None:
        self._first = max(self._first, self._next - self._limit)
        while self._blocks and (
            self._blocks[0].end <= self._first
            or (self._characters > MAX_CHARACTERS and len(self._blocks) > 1)
        ):
            oldest = self._blocks.popleft()
            self._characters -= len(oldest.text)
            self._first = max(self._first, oldest.end)


def _lines_of(block: LogBlock, start: int) -> list[LogEntry]:
    """The lines of `block` from number `start` on."""
    lines = islice(block.text.split("\n"), start - block.seq, None)
    entries = [
        LogEntry(seq, block.time, block.stream, line) for seq, line in enumerate(lines, start)
    ]
    if block.partial and entries:
        last = entries[-1]
        entries[-1] = LogEntry(last.seq, last.time, last.stream, last.line, partial=True)
    return entries
