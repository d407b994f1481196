"""However a client's bytes are cut on their way, the same messages come out."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.transports.framing import (
    MAX_HEADER_BYTES,
    MAX_MESSAGE_BYTES,
    BadHeader,
    FramingName,
    TooLarge,
    Unframer,
    frame,
)

BOM = b"\xef\xbb\xbf"
SMALL_LIMIT = 12
BLANKS = st.text(alphabet=" \t\r\n", max_size=4).map(str.encode)
CUTS = st.lists(st.integers(min_value=0, max_value=300))

LINES = st.lists(
    st.binary(min_size=1, max_size=20).map(lambda b: b"{" + b.replace(b"\n", b"") + b"}")
)
BODIES = st.lists(st.binary(max_size=20).map(lambda b: b"{" + b + b"}"))
LINE_END = st.sampled_from([b"\n", b"\r\n", b"\n\n", b"\r\n \t\r\n"])
HEADER = st.sampled_from(
    [
        b"Content-Length: %d\r\n\r\n",
        b"content-length:%d\n\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
        b"CONTENT-LENGTH:\t%d \r\nContent-Type: x\r\n\r\n",
    ]
)


@contextmanager
def small_limit() -> Iterator[None]:
    with patch("sidecar.transports.framing.MAX_MESSAGE_BYTES", SMALL_LIMIT):
        yield


def unframed(
    stream: bytes, cuts: Iterable[int] = (), framing: FramingName | None = None
) -> list[bytes | TooLarge]:
    """The messages of a stream that arrives cut at `cuts`, the last one without end included."""
    unframer = Unframer(framing)
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    messages: list[bytes | TooLarge] = []
    for start, end in itertools.pairwise(places):
        messages += unframer.feed(stream[start:end])
    last = unframer.close()
    return messages if last is None else [*messages, last]


def without_blanks(messages: Iterable[bytes | TooLarge]) -> list[bytes | TooLarge]:
    return [m.strip(b" \t\r\n") if isinstance(m, bytes) else m for m in messages]


def in_lines(messages: list[bytes], ends: list[bytes]) -> bytes:
    return b"".join(m + ends[n % len(ends)] for n, m in enumerate(messages))


@given(LINES, st.lists(LINE_END, min_size=1), CUTS, BLANKS, st.booleans())
def test_lines_are_messages_however_they_are_cut(
    messages: list[bytes], ends: list[bytes], cuts: list[int], blanks: bytes, bom: bool
) -> None:
    stream = (BOM if bom else b"") + blanks + in_lines(messages, ends)
    assert without_blanks(unframed(stream, cuts)) == messages


@given(BODIES, st.lists(HEADER, min_size=1), CUTS, BLANKS, st.booleans())
def test_counted_bodies_are_messages_however_they_are_cut(
    messages: list[bytes], headers: list[bytes], cuts: list[int], blanks: bytes, bom: bool
) -> None:
    stream = (BOM if bom else b"") + blanks
    for number, message in enumerate(messages):
        header = headers[number % len(headers)] if number else b"Content-Length: %d\r\n\r\n"
        stream += header % len(message) + message
    assert unframed(stream, cuts) == messages


@given(BODIES, CUTS)
def test_what_we_frame_we_can_read(messages: list[bytes], cuts: list[int]) -> None:
    counted = b"".join(frame(message, "content-length") for message in messages)
    assert unframed(counted, cuts) == messages
    lines = [message.replace(b"\n", b"") for message in messages]
    assert unframed(b"".join(frame(line, "ndjson") for line in lines), cuts) == lines


@given(LINES, st.sampled_from([b"\n", b"\r\n"]), CUTS)
def test_a_line_over_the_limit_is_skipped_and_the_others_are_not(
    messages: list[bytes], end: bytes, cuts: list[int]
) -> None:
    with small_limit():
        found = without_blanks(unframed(in_lines(messages, [end]), cuts))
    assert found == [TooLarge() if len(m) > SMALL_LIMIT else m for m in messages]


@given(LINES, CUTS)
def test_a_last_line_without_end_is_a_message_too(messages: list[bytes], cuts: list[int]) -> None:
    with small_limit():
        found = unframed(b"\n".join(messages), cuts)
    assert found == [TooLarge() if len(m) > SMALL_LIMIT else m for m in messages]


@given(BODIES, CUTS)
def test_a_body_over_the_limit_is_skipped_and_the_others_are_not(
    messages: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(frame(message, "content-length") for message in messages)
    with small_limit():
        found = unframed(stream, cuts)
    assert found == [TooLarge() if len(m) > SMALL_LIMIT else m for m in messages]


@pytest.mark.parametrize(
    ("first", "framing"),
    [
        (b"{", "ndjson"),
        (b"[", "ndjson"),
        (b"c", "ndjson"),
        (b"C", "content-length"),
        (BOM + b"C", "content-length"),
        (BOM + b"\r\n {", "ndjson"),
        (b"\n" + BOM + b"C", "content-length"),
        (b"", None),
        (BOM[:2], None),
        (BOM + b" \r\n\t", None),
    ],
)
def test_the_first_byte_that_says_something_tells_the_framing(
    first: bytes, framing: str | None
) -> None:
    unframer = Unframer(None)
    list(unframer.feed(first))
    assert unframer.framing == framing


def test_a_framing_that_was_asked_for_is_not_guessed() -> None:
    assert unframed(b"Content-Length: 2\n{}\n", framing="ndjson") == [b"Content-Length: 2", b"{}"]
    with pytest.raises(BadHeader):
        unframed(b"{}\n", framing="content-length")


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Type: x\r\n\r\n{}",
        b"Content-Length: two\r\n\r\n{}",
        b"Content-Length: -2\r\n\r\n{}",
        b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"Content-Length: 2.0\r\n\r\n{}",
        b"Content-Length:\r\n\r\n{}",
        b"X-Content-Length: 2\r\n\r\n{}",
        b"Content-Length: 99999999999999999999\r\n\r\n",
        b"Cats and dogs\n",
        b"C" * (MAX_HEADER_BYTES + 1),
        b"C: " + b"x" * MAX_HEADER_BYTES + b"\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_a_header_without_one_valid_length_ends_it_all(header: bytes) -> None:
    for cuts in ((), range(0, len(header), 7)):
        with pytest.raises(BadHeader):
            unframed(header, cuts, "content-length")


def test_what_came_before_a_broken_header_is_still_given() -> None:
    unframer = Unframer(None)
    messages = unframer.feed(frame(b"{}", "content-length") + b"Content-Length: no\r\n\r\n")
    assert next(messages) == b"{}"
    with pytest.raises(BadHeader):
        next(messages)


def test_an_unfinished_body_is_no_message() -> None:
    assert unframed(b"Content-Length: 10\r\n\r\n{}") == []
    with pytest.raises(BadHeader):
        unframed(b"Content-Le")


def test_a_body_may_hold_newlines_and_headers() -> None:
    body = b'{\r\n\r\n"Content-Length: 3"}'
    assert unframed(frame(body, "content-length") * 2) == [body, body]


def test_a_message_of_exactly_the_limit_is_taken() -> None:
    line = b"x" * MAX_MESSAGE_BYTES
    assert unframed(line + b"\r\n") == [line + b"\r"]
    assert unframed(line + b"x\n{}\n", range(0, len(line), 100_000)) == [TooLarge(), b"{}"]


def test_an_endless_line_is_not_hoarded() -> None:
    unframer = Unframer("ndjson")
    found = [m for _ in range(300) for m in unframer.feed(b"x" * 100_000)]
    assert found == [TooLarge()]
    assert list(unframer.feed(b"\n{}\n")) == [b"{}"]
