"""The seam between the log that is there and the log that comes."""

from typing import Any

import pytest

from sidecar.console.following import LogLines


class Screen:
    def __init__(self) -> None:
        self.rows: list[str] = []
        self.lines = LogLines(self._show, lambda count: self.rows.append(f"gap of {count}"))

    def _show(self, time: str, stream: str, line: str, partial: bool) -> None:
        self.rows.append(line + ("…" if partial else ""))


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


def test_of_a_flood_only_the_newest_lines_are_shown_and_the_rest_is_counted() -> None:
    rows: list[str] = []
    lines = LogLines(
        lambda _time, _stream, line, _partial: rows.append(line),
        lambda count: rows.append(f"gap of {count}"),
        at_once=2,
    )
    lines.begin("api", answer("one"))
    lines.take(batch(1, "one", "two", "three", "four", "five"))
    lines.take(batch(6, "six"))
    assert rows == ["one", "gap of 2", "four", "five", "six"]


def test_an_empty_line_is_a_line(screen: Screen) -> None:
    screen.lines.begin("api", answer())
    screen.lines.take(batch(1, "", ""))
    assert screen.rows == ["", ""]


def test_only_the_last_line_of_a_batch_can_be_unfinished(screen: Screen) -> None:
    screen.lines.begin("api", answer())
    screen.lines.take(batch(1, "whole", "Password: ", partial=True))
    assert screen.rows == ["whole", "Password: …"]
