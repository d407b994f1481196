"""The seam between the log that is there and the log that comes."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from sidecar.console.following import GLANCE, GLANCE_LINES, LogLine, LogLines


class Screen:
    """Shows at once, or as for a reader."""

    def __init__(self, *, for_reader: bool = False) -> None:
        self.rows: list[str] = []
        self.drawn = 0
        self.lines = LogLines(self._show, for_reader=for_reader)

    def _show(self, left_out: int, lines: Sequence[LogLine]) -> None:
        self.drawn += 1
        self.rows += [f"gap of {left_out}"] if left_out else []
        self.rows += [line.line + ("…" if line.partial else "") for line in lines]


@pytest.fixture
def screen() -> Screen:
    return Screen()


def answer(*lines: str, first: int = 1) -> dict[str, Any]:
    entries = [
        {"seq": first + index, "time": "2026-01-01T00:00:00Z", "stream": "stdout", "line": line}
        for index, line in enumerate(lines)
    ]
    return {"entries": entries, "next": first + len(lines) - 1, "dropped": 0}


def batch(seq: int, *lines: str, name: str = "api", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "stream": "stdout",
        "text": "\n".join(lines),
        "count": len(lines),
        "seq": seq,
        "time": "2026-01-01T00:00:00Z",
        **more,
    }


def test_what_is_there_comes_first_then_what_arrives(screen: Screen) -> None:
    screen.lines.begin("api", answer("one", "two"))
    screen.lines.take(batch(3, "three", "four"))
    assert screen.rows == ["one", "two", "three", "four"]


def test_lines_that_arrive_before_the_answer_are_shown_once_and_in_order(screen: Screen) -> None:
    screen.lines.take(batch(1, "one"))
    screen.lines.take(batch(2, "two", "three", "four"))
    assert screen.rows == []
    screen.lines.begin("api", answer("two", "three", first=2))
    assert screen.rows == ["two", "three", "four"]


def test_lines_of_other_servers_are_left_out(screen: Screen) -> None:
    screen.lines.begin("api", answer())
    screen.lines.take(batch(1, "foreign", name="web"))
    screen.lines.take(batch(1, "own"))
    assert screen.rows == ["own"]


def test_a_gap_is_told_where_it_is(screen: Screen) -> None:
    screen.lines.begin("api", answer("one"))
    screen.lines.take(batch(0, dropped=41, count=0, text=""))
    screen.lines.take(batch(43, "last", dropped=1))
    assert screen.rows == ["one", "gap of 41", "gap of 1", "last"]


async def test_a_reader_sees_the_newest_lines_of_a_flood_and_how_many_were_left_out() -> None:
    screen = Screen(for_reader=True)
    screen.lines.begin("api", answer())
    screen.lines.take(batch(1, "the first line after a pause"))
    assert screen.rows == ["the first line after a pause"]
    for first in range(2, 20_002, 2000):
        screen.lines.take(batch(first, *(f"line {n}" for n in range(first, first + 2000))))
    screen.lines.take(batch(20_002, "unfinished", partial=True))
    assert screen.drawn == 2  # the empty answer and the first line: the rest waits for a glance
    screen.lines.flush()
    flood = screen.rows[1:]
    assert flood[0] == f"gap of {20_001 - GLANCE_LINES}"
    assert flood[1:] == [f"line {n}" for n in range(20_003 - GLANCE_LINES, 20_002)] + [
        "unfinished…"
    ]


async def test_what_waits_is_shown_at_the_next_glance() -> None:
    screen = Screen(for_reader=True)
    screen.lines.begin("api", answer())
    screen.lines.take(batch(1, "one"))
    screen.lines.take(batch(2, "two"))
    async with asyncio.timeout(GLANCE + 5):
        while screen.rows != ["one", "two"]:
            await asyncio.sleep(0.01)


def test_an_empty_line_is_a_line(screen: Screen) -> None:
    screen.lines.begin("api", answer())
    screen.lines.take(batch(1, "", ""))
    assert screen.rows == ["", ""]


def test_only_the_last_line_of_a_batch_can_be_unfinished(screen: Screen) -> None:
    screen.lines.begin("api", answer())
    screen.lines.take(batch(1, "whole", "Password: ", partial=True))
    assert screen.rows == ["whole", "Password: …"]
