"""When lines are published: the first at once, a flood gathered, nothing out of order."""

from collections.abc import Iterator

import pytest

from sidecar.domain.events import LogBatch, Stream
from sidecar.domain.lines import Piece
from sidecar.supervision.log_stream import GATHER_SECONDS, MAX_BATCH_CHARACTERS, LogStream, utc_now
from tests.unit.supervision.virtual_time import VirtualTimeLoop


class Listening:
    """A stream of logs whose publications are kept."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self.loop = loop
        self.published: list[LogBatch] = []
        self.logs = LogStream("api", 1000, self.published.append)

    def hears(self, *texts: str, stream: Stream = "stdout", partial: bool = False) -> None:
        for text in texts:
            piece = Piece(text, text.count("\n") + 1, partial)
            self.loop.do(lambda piece=piece: self.logs.append(stream, piece))

    @property
    def told(self) -> list[str]:
        return [batch.text for batch in self.published]


@pytest.fixture
def listening() -> Iterator[Listening]:
    loop = VirtualTimeLoop()
    yield Listening(loop)
    loop.close()


def test_the_first_line_after_a_pause_is_published_at_once(listening: Listening) -> None:
    listening.hears("hello")
    assert listening.told == ["hello"]

    listening.loop.pass_time(1)
    listening.hears("hello again")
    assert listening.told == ["hello", "hello again"]


def test_lines_that_follow_closely_are_gathered_for_a_moment(listening: Listening) -> None:
    listening.hears("one", "two", "three\nfour")
    assert listening.told == ["one"]

    listening.loop.pass_time(GATHER_SECONDS)
    assert listening.told == ["one", "two\nthree\nfour"]
    assert (listening.published[1].seq, listening.published[1].count) == (2, 3)


def test_a_line_after_a_gathering_is_gathered_too(listening: Listening) -> None:
    listening.hears("one", "two")
    listening.loop.pass_time(GATHER_SECONDS)

    listening.hears("three")
    assert listening.told == ["one", "two"]

    listening.loop.pass_time(GATHER_SECONDS)
    assert listening.told == ["one", "two", "three"]


def test_a_gathering_that_grows_large_is_published_without_waiting(listening: Listening) -> None:
    listening.hears("first", "x" * (MAX_BATCH_CHARACTERS - 1))
    assert len(listening.published) == 1

    listening.hears("y")
    assert listening.published[1].count == 2


def test_a_flush_publishes_what_is_gathered_in_order(listening: Listening) -> None:
    listening.hears("one", "two")
    listening.hears("bad", stream="stderr")
    listening.hears("three")

    listening.logs.flush()

    assert [(b.stream, b.text, b.seq) for b in listening.published] == [
        ("stdout", "one", 1),
        ("stdout", "two", 2),
        ("stderr", "bad", 3),
        ("stdout", "three", 4),
    ]
    listening.logs.flush()
    assert len(listening.published) == 4


def test_an_unfinished_line_ends_a_batch(listening: Listening) -> None:
    listening.hears("first")
    listening.hears("half", partial=True)
    listening.hears("a line", "another")

    listening.logs.flush()

    assert [(b.text, b.partial) for b in listening.published[1:]] == [
        ("half", True),
        ("a line\nanother", False),
    ]


def test_a_closed_stream_has_published_everything_and_waits_for_nothing(
    listening: Listening,
) -> None:
    listening.hears("one", "two")
    listening.logs.close()
    assert listening.told == ["one", "two"]

    listening.loop.pass_time(1)
    assert listening.told == ["one", "two"]


def test_a_batch_is_kept_in_the_ring_before_it_is_published(listening: Listening) -> None:
    listening.hears("one", "two")
    assert listening.logs.ring.newest(10) == ("one", "two")


def test_times_are_utc_to_the_millisecond() -> None:
    moment = utc_now()
    assert len(moment) == len("2025-01-31T12:00:00.000Z")
    assert moment.endswith("Z")
