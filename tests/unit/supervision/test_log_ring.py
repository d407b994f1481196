"""A ring of blocks against a list of lines: they give the same answers, and the ring is bounded."""

from dataclasses import dataclass
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sidecar.domain.events import Stream
from sidecar.domain.lines import Piece
from sidecar.supervision.log_ring import MAX_PAGE_CHARACTERS, LogEntry, LogPage, LogRing

STREAMS = st.sampled_from(["stdout", "stderr"])
LINES = st.lists(st.text(alphabet="ab한", max_size=3), min_size=1, max_size=6)


def piece(*lines: str, partial: bool = False) -> Piece:
    return Piece("\n".join(lines), len(lines), partial)


def numbered(page: LogPage) -> list[tuple[int, str]]:
    return [(entry.seq, entry.line) for entry in page.entries]


@dataclass
class NaiveLog:
    """Every line ever written, and which of them are still held."""

    lines: int
    written: list[LogEntry]
    forgotten: int = 0  # lines up to this number are gone

    def append(self, stream: Stream, given: Piece, time: str) -> None:
        texts = given.text.split("\n")
        for position, text in enumerate(texts, 1):
            unfinished = given.partial and position == len(texts)
            seq = len(self.written) + 1
            self.written.append(LogEntry(seq, time, stream, text, True if unfinished else None))
        self.forget()

    def forget(self) -> None:
        self.forgotten = max(self.forgotten, len(self.written) - self.lines)

    @property
    def held(self) -> list[LogEntry]:
        return self.written[self.forgotten :]

    def page(self, after: int | None, limit: int, stream: Stream | None) -> LogPage:
        wanted = [e for e in self.held if stream in (None, e.stream) and e.seq > (after or 0)]
        last = len(self.written)
        if after is None:
            return LogPage(tuple(wanted[-limit:]), last, 0)
        gone = max(0, min(self.forgotten, last) - after)
        following = wanted[limit - 1].seq if len(wanted) > limit else max(last, after)
        return LogPage(tuple(wanted[:limit]), following, gone)


class RingAndList(RuleBasedStateMachine):
    """Does the same to both."""

    @initialize(lines=st.integers(1, 12))
    def begin(self, lines: int) -> None:
        self.ring = LogRing(lines)
        self.naive = NaiveLog(lines, [])
        self.moment = 0

    @rule(stream=STREAMS, lines=LINES, partial=st.booleans())
    def append(self, stream: Stream, lines: list[str], partial: bool) -> None:
        self.moment += 1
        given = piece(*lines, partial=partial)
        block = self.ring.append(stream, given, str(self.moment))
        assert block.seq == len(self.naive.written) + 1
        self.naive.append(stream, given, str(self.moment))

    @rule()
    def clear(self) -> None:
        assert self.ring.clear() == len(self.naive.held)
        self.naive.forgotten = len(self.naive.written)

    @rule(lines=st.integers(1, 12))
    def resize(self, lines: int) -> None:
        self.ring.resize(lines)
        self.naive.lines = lines
        self.naive.forget()

    @rule(
        after=st.none() | st.integers(0, 40),
        limit=st.integers(1, 12),
        stream=st.none() | STREAMS,
    )
    def page(self, after: int | None, limit: int, stream: Stream | None) -> None:
        assert self.ring.page(after, limit, stream) == self.naive.page(after, limit, stream)

    @rule(count=st.integers(0, 15), after=st.integers(0, 40))
    def newest(self, count: int, after: int) -> None:
        lines = [entry.line for entry in self.naive.held if entry.seq > after]
        assert self.ring.newest(count, after) == tuple(lines[max(0, len(lines) - count) :])

    @invariant()
    def paging_to_the_end_gives_every_line_held(self) -> None:
        after, found = 0, list[LogEntry]()
        while True:
            page = self.ring.page(after, 4, None)
            found += page.entries
            after = page.next
            if not page.entries:
                break
        assert found == self.naive.held
        assert after == self.ring.last == len(self.naive.written)


TestRingAndList = RingAndList.TestCase
TestRingAndList.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)


@given(st.lists(st.tuples(LINES, STREAMS), max_size=30), st.integers(1, 30))
def test_however_long_its_lines_are_a_ring_holds_a_bounded_text(
    pieces: list[tuple[list[str], Stream]], limit: int
) -> None:
    with patch("sidecar.supervision.log_ring.MAX_CHARACTERS", limit):
        ring = LogRing(1000)
        written: list[str] = []
        for lines, stream in pieces:
            ring.append(stream, piece(*lines), "")
            written += lines
            held = [entry.line for entry in ring.page(None, 1000, None).entries]
            assert held == written[len(written) - len(held) :]
            assert len(held) >= len(lines), "what came last is held, whatever its size"
            assert len(held) == len(lines) or len("".join(held)) <= limit


def test_a_ring_forgets_whole_blocks_when_their_text_is_too_much() -> None:
    with patch("sidecar.supervision.log_ring.MAX_CHARACTERS", 10):
        ring = LogRing(1000)
        for text in ("aaaa", "bbbb", "cccc"):
            ring.append("stdout", piece(text), "")
        page = ring.page(0, 10, None)
    assert numbered(page) == [(2, "bbbb"), (3, "cccc")]
    assert page.dropped == 1


@pytest.mark.parametrize("after", [None, 0])
def test_a_page_ends_where_an_answer_would_grow_unbearable(after: int | None) -> None:
    ring = LogRing(1000)
    half = "x" * (MAX_PAGE_CHARACTERS // 2)
    for _ in range(3):
        ring.append("stdout", piece(half), "")

    page = ring.page(after, 1000, None)

    assert [entry.seq for entry in page.entries] == ([2, 3] if after is None else [1, 2])
    assert page.next == (3 if after is None else 2)


def test_a_line_longer_than_a_page_is_a_page_of_its_own() -> None:
    ring = LogRing(1000)
    for text in ("x" * (MAX_PAGE_CHARACTERS + 1), "y"):
        ring.append("stdout", piece(text), "")

    first = ring.page(0, 10, None)

    assert [entry.seq for entry in first.entries] == [1]
    assert numbered(ring.page(first.next, 10, None)) == [(2, "y")]


def test_only_the_last_line_of_a_piece_is_unfinished() -> None:
    ring = LogRing(10)
    ring.append("stdout", piece("whole", "half", partial=True), "t")
    assert ring.page(0, 10, None).entries == (
        LogEntry(1, "t", "stdout", "whole"),
        LogEntry(2, "t", "stdout", "half", partial=True),
    )


def test_dropped_counts_lines_of_both_streams_and_cleared_ones() -> None:
    ring = LogRing(10)
    ring.append("stdout", piece("one", "two"), "")
    ring.append("stderr", piece("three"), "")
    ring.clear()
    ring.append("stdout", piece("four"), "")

    page = ring.page(1, 10, "stdout")

    assert numbered(page) == [(4, "four")]
    assert page.dropped == 2
