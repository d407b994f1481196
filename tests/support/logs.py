"""Reads `python-log` notifications back as the lines they carry, checking their numbers."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class LogLine(NamedTuple):
    """One numbered piece of log: a whole line, unless `partial` or after a partial one."""

    seq: int
    stream: str
    text: str
    partial: bool = False


def log_lines(batches: Iterable[dict[str, Any]], stream: str | None = None) -> list[LogLine]:
    """The pieces in `batches`, all or those of one stream."""
    found: list[LogLine] = []
    for batch in batches:
        if not batch["count"]:
            continue
        texts = batch["text"].split("\n")
        assert len(texts) == batch["count"], f"count is not the number of lines: {batch!r:.300}"
        last = len(texts) - 1
        found += [
            LogLine(
                batch["seq"] + offset,
                batch["stream"],
                text,
                partial=offset == last and batch.get("partial", False),
            )
            for offset, text in enumerate(texts)
        ]
    return [line for line in found if stream in (None, line.stream)]


def whole_lines(pieces: Iterable[LogLine]) -> list[str]:
    """The lines that the pieces of one stream make up; one still unfinished comes last."""
    whole: list[str] = []
    unfinished = ""
    open_line = False
    for piece in pieces:
        unfinished += piece.text
        open_line = piece.partial
        if not open_line:
            whole.append(unfinished)
            unfinished = ""
    return [*whole, unfinished] if open_line else whole


def assert_numbered_from(first: int, pieces: Iterable[LogLine]) -> None:
    """Asserts that the numbers go up by one from `first`, in order of arrival."""
    numbers = [piece.seq for piece in pieces]
    assert numbers == list(range(first, first + len(numbers))), f"numbers: {numbers[:50]}"


def entry_lines(entries: Iterable[dict[str, Any]]) -> list[LogLine]:
    """The entries of a `get_logs` result in the same shape."""
    return [
        LogLine(entry["seq"], entry["stream"], entry["line"], entry.get("partial", False))
        for entry in entries
    ]
