"""What a process prints, read from a real pipe: lines, prompts, floods, last words."""

import asyncio
import os
from collections.abc import Callable, Iterator

import pytest

from sidecar.domain.lines import Piece
from sidecar.processes.output import READ_BYTES, OutputReader, Pace
from sidecar.processes.posix import PIPE_BYTES, output_pipe

LIMIT = 10.0


def unhurried(_: int) -> float:
    return 0.0


class Reading:
    """A reader of a pipe, into which the test writes."""

    def __init__(self, pace: Pace = unhurried, encoding: str = "utf-8") -> None:
        self.pieces: list[Piece] = []
        self.meanwhile: Callable[[], object] = lambda: None  # happens with every piece
        reader, self.writer = output_pipe()
        self._changed = asyncio.Event()
        self._reader = OutputReader(reader, encoding, self._take, pace)

    def write(self, data: bytes) -> None:
        os.write(self.writer, data)

    def hang_up(self) -> None:
        """The last process that could write is gone."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1

    def drain(self) -> None:
        self._reader.drain()

    @property
    def lines(self) -> list[str]:
        return [line for piece in self.pieces for line in piece.text.split("\n")]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def _take(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self.meanwhile()
        self._changed.set()


@pytest.fixture
def readings() -> Iterator[Callable[..., Reading]]:
    made: list[Reading] = []

    def make(*arguments: object, **more: object) -> Reading:
        made.append(Reading(*arguments, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for reading in made:
        reading.hang_up()
        reading.drain()


Readings = Callable[..., Reading]


async def test_lines_are_handed_on_together_as_they_come(readings: Readings) -> None:
    reading = readings()
    reading.write("하나\ntwo\n".encode())
    await reading.until(lambda: len(reading.pieces) == 1)
    assert reading.pieces == [Piece("하나\ntwo", 2)]


async def test_an_encoding_other_than_utf_8_is_read(readings: Readings) -> None:
    reading = readings(encoding="cp949")
    reading.write("한글\n".encode("cp949"))
    await reading.until(lambda: reading.lines == ["한글"])


async def test_a_prompt_is_handed_on_though_its_line_is_unfinished(readings: Readings) -> None:
    reading = readings()
    reading.write(b"password: ")
    await reading.until(lambda: bool(reading.pieces))
    reading.write(b"\n")
    await reading.until(lambda: len(reading.pieces) == 2)
    assert reading.pieces == [Piece("password: ", 1, partial=True), Piece("", 1)]


async def test_a_line_that_grows_slowly_is_not_handed_on_letter_by_letter(
    readings: Readings,
) -> None:
    reading = readings()
    for letter in b"slow":
        reading.write(bytes([letter]))
        await asyncio.sleep(0)
    reading.write(b"ly\n")
    await reading.until(lambda: bool(reading.pieces))
    assert reading.pieces == [Piece("slowly", 1)]


async def test_last_words_are_handed_on_when_the_pipe_ends(readings: Readings) -> None:
    reading = readings()
    reading.write(b"one\nlast words")
    reading.hang_up()
    await reading.until(lambda: reading.lines == ["one", "last words"])
    assert not reading.pieces[-1].partial


async def test_what_is_in_the_pipe_is_read_by_a_drain_without_waiting(readings: Readings) -> None:
    reading = readings()
    reading.write(b"one\ntwo\nhalf")
    reading.drain()
    assert reading.lines == ["one", "two", "half"]
    reading.drain()
    assert len(reading.lines) == 3


async def test_everything_that_an_enlarged_pipe_holds_is_read_at_the_end(
    readings: Readings,
) -> None:
    reading = readings()
    os.set_blocking(reading.writer, False)
    lines = 0
    line = b"x" * 99 + b"\n"
    while lines < 2 * PIPE_BYTES // len(line):
        try:
            reading.write(line * 10)
            lines += 10
        except BlockingIOError:
            break
    assert lines * len(line) > READ_BYTES
    reading.drain()
    assert reading.lines == ["x" * 99] * lines


async def test_a_stranger_who_writes_on_for_ever_cannot_keep_a_drain_going(
    readings: Readings,
) -> None:
    reading = readings()
    reading.meanwhile = lambda: reading.write(b"more\n")
    reading.write(b"first\n")
    reading.drain()
    assert reading.lines[:2] == ["first", "more"]
    reading.meanwhile = lambda: None


async def test_a_pace_is_told_of_every_read_and_kept(readings: Readings) -> None:
    told: list[int] = []

    def pace(size: int) -> float:
        told.append(size)
        return 0.05

    reading = readings(pace)
    reading.write(b"one\n")
    await reading.until(lambda: reading.lines == ["one"])
    reading.write(b"second\n")
    for _ in range(10):
        await asyncio.sleep(0)
    assert reading.lines == ["one"], "the pipe is left alone for a while"
    await reading.until(lambda: reading.lines == ["one", "second"])
    assert told == [4, 7]


async def test_a_drain_does_not_wait_for_the_pace(readings: Readings) -> None:
    reading = readings(lambda _: 60.0)
    reading.write(b"one\n")
    await reading.until(lambda: reading.lines == ["one"])
    reading.write(b"two\n")
    reading.drain()
    assert reading.lines == ["one", "two"]
