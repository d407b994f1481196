"""Bytes in chunks, lines out: the way a stream is cut must not be seen in what comes out."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from sidecar.domain.lines import MAX_LINE_BYTES, LineAssembler, Piece

SMALL_LIMIT = 16
"""A limit that short texts come across often; the real one has examples of its own."""

TEXT = st.text(
    alphabet=st.one_of(st.sampled_from("ab\r\n한😀"), st.characters(exclude_categories=("Cs",)))
)
CUTS = st.lists(st.integers(min_value=0, max_value=400))


@contextmanager
def small_limit() -> Iterator[None]:
    """Lines are split after a few characters."""
    with (
        patch("sidecar.domain.lines.MAX_LINE_BYTES", SMALL_LIMIT),
        patch("sidecar.domain.lines._SAFE_CHARS", SMALL_LIMIT // 4),
    ):
        yield


def chunks_of(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """`data` cut at `cuts`."""
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(places)]


def read(chunks: Iterable[bytes], encoding: str = "utf-8", flush_after: Iterable[int] = ()) -> str:
    """What a reader of all pieces puts together; checks that each piece is what it says."""
    return joined(pieces_of(chunks, encoding, flush_after))


def pieces_of(
    chunks: Iterable[bytes], encoding: str = "utf-8", flush_after: Iterable[int] = ()
) -> list[Piece]:
    """The pieces of a stream that is read in `chunks`, with a pause after some of them."""
    assembler = LineAssembler(encoding)
    pauses = set(flush_after)
    pieces: list[Piece] = []
    for number, chunk in enumerate(chunks):
        pieces += assembler.feed(chunk)
        if number in pauses:
            pieces += assembler.flush()
    return [*pieces, *assembler.close()]


def joined(pieces: Iterable[Piece]) -> str:
    """The text, with a newline where a line ended."""
    text = ""
    for piece in pieces:
        assert piece.count == piece.text.count("\n") + 1
        text += piece.text if piece.partial else piece.text + "\n"
    return text


def lines_of(pieces: Iterable[Piece]) -> list[tuple[str, bool]]:
    """Every numbered piece of a line, and whether its line goes on in the next one."""
    lines: list[tuple[str, bool]] = []
    for piece in pieces:
        texts = piece.text.split("\n")
        lines += [(text, False) for text in texts[:-1]]
        lines.append((texts[-1], piece.partial))
    return lines


def ended(text: str) -> str:
    r"""`text` as lines that all end in `\n`."""
    text = text.replace("\r\n", "\n")
    return text if not text or text.endswith("\n") else text + "\n"


@given(TEXT, CUTS)
def test_however_a_stream_is_cut_its_lines_and_their_numbers_are_the_same(
    text: str, cuts: list[int]
) -> None:
    data = text.encode("utf-8", "surrogatepass")
    assert lines_of(pieces_of(chunks_of(data, cuts))) == lines_of(pieces_of([data]))


@given(TEXT, CUTS)
@example("a" * SMALL_LIMIT + "\r\n", [SMALL_LIMIT + 1])
@example("a" * 2 * SMALL_LIMIT + "\r\n", [2 * SMALL_LIMIT + 1])
def test_however_long_lines_are_cut_their_parts_and_numbers_are_the_same(
    text: str, cuts: list[int]
) -> None:
    with small_limit():
        assert lines_of(pieces_of(chunks_of(text.encode(), cuts))) == lines_of(
            pieces_of([text.encode()])
        )


def test_a_line_end_cut_in_two_behind_a_full_line_makes_no_piece_of_its_own() -> None:
    with small_limit():
        full = "a" * SMALL_LIMIT
        assert pieces_of([f"{full}\r".encode(), b"\n"]) == [Piece(full, 1)]


def test_a_line_end_cut_in_two_behind_two_full_parts_makes_no_piece_of_its_own() -> None:
    with small_limit():
        full = "a" * SMALL_LIMIT
        parts = [Piece(full, 1, partial=True), Piece(full, 1)]
        assert pieces_of([f"{full}{full}\r".encode(), b"\n"]) == parts


@given(TEXT, CUTS)
def test_no_part_of_a_line_is_over_the_limit_or_shorter_than_it_needs_to_be(
    text: str, cuts: list[int]
) -> None:
    with small_limit():
        for line, goes_on in lines_of(pieces_of(chunks_of(text.encode(), cuts))):
            assert len(line.encode()) <= SMALL_LIMIT
            assert not goes_on or len(line.encode()) > SMALL_LIMIT - 4


@given(TEXT, CUTS, st.sets(st.integers(min_value=0, max_value=50)))
def test_pauses_change_neither_text_nor_line_ends(
    text: str, cuts: list[int], pauses: set[int]
) -> None:
    with small_limit():
        assert read(chunks_of(text.encode(), cuts), flush_after=pauses) == ended(text)


@given(st.binary(), CUTS)
@example(b"\xf0\x9f\x98", [1, 2])
@example(b"ok \xff\xfe\n\xc3(", [4])
def test_bytes_that_are_no_utf_8_are_replaced_wherever_they_are_cut(
    data: bytes, cuts: list[int]
) -> None:
    assert read(chunks_of(data, cuts)) == ended(data.decode("utf-8", "replace"))


@given(st.text(alphabet="한글 로그abc\r\n"), CUTS)
def test_a_korean_code_page_survives_any_cut(text: str, cuts: list[int]) -> None:
    assert read(chunks_of(text.encode("cp949"), cuts), "cp949") == ended(text)


def test_a_chunk_of_many_lines_is_one_piece() -> None:
    assert pieces_of([b"one\ntwo\r\nthree\n"]) == [Piece("one\ntwo\nthree", 3)]


def test_a_line_end_cut_in_two_is_one_line_end() -> None:
    assert pieces_of([b"one\r", b"\ntwo\n"]) == [Piece("one\ntwo", 2)]


def test_a_lone_carriage_return_stays_in_its_line() -> None:
    assert pieces_of([b"10%\r20%\r", b"30%\n"]) == [Piece("10%\r20%\r30%", 1)]


def test_an_empty_line_is_a_line() -> None:
    assert pieces_of([b"\n", b"\n\n"]) == [Piece("", 1), Piece("\n", 2)]


def test_an_unfinished_line_is_given_as_partial_and_then_ends_with_an_empty_piece() -> None:
    assembler = LineAssembler("utf-8")
    assert list(assembler.feed(b"password: ")) == []
    assert assembler.has_unfinished_line
    assert list(assembler.flush()) == [Piece("password: ", 1, partial=True)]
    assert not assembler.has_unfinished_line
    assert list(assembler.flush()) == []
    assert list(assembler.feed(b"\n")) == [Piece("", 1)]
    assert list(assembler.close()) == []


def test_the_carriage_return_before_a_pause_may_still_be_half_a_line_end() -> None:
    assembler = LineAssembler("utf-8")
    assert list(assembler.feed(b"half\r")) == []
    assert list(assembler.flush()) == [Piece("half", 1, partial=True)]
    assert not assembler.has_unfinished_line
    assert list(assembler.feed(b"\nnext\n")) == [Piece("\nnext", 2)]


def test_a_last_line_without_newline_is_given_at_the_end() -> None:
    assert pieces_of([b"one\ntwo"]) == [Piece("one", 1), Piece("two", 1)]


def test_a_line_told_in_part_ends_with_its_stream() -> None:
    assert pieces_of([b"one"], flush_after=[0]) == [Piece("one", 1, partial=True), Piece("", 1)]


def test_a_character_cut_off_by_the_end_is_replaced() -> None:
    assert pieces_of(["한".encode()[:2]]) == [Piece("\N{REPLACEMENT CHARACTER}", 1)]


def test_a_line_of_exactly_the_limit_is_whole() -> None:
    line = "x" * MAX_LINE_BYTES
    assert pieces_of([f"{line}\nnext\n".encode()]) == [Piece(f"{line}\nnext", 2)]


def test_a_line_one_byte_over_the_limit_is_split_and_its_neighbours_are_not() -> None:
    line = "x" * (MAX_LINE_BYTES + 1)
    assert pieces_of([f"before\n{line}\nafter\n".encode()]) == [
        Piece("before", 1),
        Piece("x" * MAX_LINE_BYTES, 1, partial=True),
        Piece("x", 1),
        Piece("after", 1),
    ]


def test_a_long_line_is_split_between_characters() -> None:
    line = "a" + "한" * MAX_LINE_BYTES
    parts = pieces_of([f"{line}\n".encode()])
    assert "".join(part.text for part in parts) == line
    assert all(len(part.text.encode()) in range(MAX_LINE_BYTES - 2, MAX_LINE_BYTES + 1)
               for part in parts[:-1])  # fmt: skip
    assert [part.partial for part in parts] == [True] * (len(parts) - 1) + [False]


def test_a_stream_without_a_newline_is_not_hoarded() -> None:
    assembler = LineAssembler("utf-8")
    given_away = [p for _ in range(100) for p in assembler.feed(b"x" * 10_000)]
    assert sum(len(piece.text) for piece in given_away) > 1_000_000 - MAX_LINE_BYTES
    assert all(piece.partial for piece in given_away)
