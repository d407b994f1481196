"""Turns the bytes of one stream into numbered pieces of text, a chunk at a time.

Knows nothing of descriptors or clocks: whoever owns them calls `feed` with what was read, `flush`
when an unfinished line has waited long enough, and `close` at the end. A chunk is decoded and
counted as a whole, never line by line: that is what keeps a flood of small lines cheap.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

MAX_LINE_BYTES = 64 * 1024
"""A longer line (in UTF-8) is split between characters, as the contract says."""

_SAFE_CHARS = MAX_LINE_BYTES // 4  # a line of so few characters fits, whatever they are


@dataclass(frozen=True, slots=True)
class Piece:
    """`count` lines joined by newlines; `partial` if the last is unfinished or was split."""

    text: str
    count: int
    partial: bool = False


class LineAssembler:
    r"""Decodes a stream and cuts it at `\n` and `\r\n`; a lone `\r` stays in its line."""

    def __init__(self, encoding: str) -> None:
        """`encoding` must be one in which a newline is the byte 0x0A."""
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._pending: list[str] = []
        self._pending_bytes = 0
        self._owes_end = False  # a partial piece went out and its line has not ended yet

    @property
    def has_unfinished_line(self) -> bool:
        """Whether `flush` would give something."""
        return bool(self._pending) and self._pending != ["\r"]

    def feed(self, data: bytes) -> Iterator[Piece]:
        """The pieces that `data` completes; at most a line's worth of text is held back."""
        text = self._decoder.decode(data)
        if not text:
            return
        end = text.rfind("\n")
        if end < 0:
            yield from self._hold(text)
            return
        complete = self._take_pending() + text[: end + 1]
        if "\r" in complete and "\r\n" in complete:  # to look for one character is far quicker
            complete = complete.replace("\r\n", "\n")
        yield from _within_limit(complete[:-1])
        self._owes_end = False
        if end + 1 < len(text):
            yield from self._hold(text[end + 1 :])

    def flush(self) -> Iterator[Piece]:
        r"""The unfinished line as a partial piece; a final `\r` waits, maybe for its `\n`."""
        if not self.has_unfinished_line:
            return
        text = self._take_pending()
        if text.endswith("\r"):
            text = text[:-1]
            self._keep("\r")
        self._owes_end = True
        yield Piece(text, 1, partial=True)

    def close(self) -> Iterator[Piece]:
        """What is left when the stream has ended: its last line, if that had no newline."""
        text = self._take_pending() + self._decoder.decode(b"", final=True)
        if text or self._owes_end:
            yield from _within_limit(text)
        self._owes_end = False

    def _hold(self, text: str) -> Iterator[Piece]:
        """Keeps an unfinished line, giving away what of it is over the limit."""
        self._keep(text)
        # A final carriage return does not count before it is known to be no line end.
        maybe_end = "\r" if text.endswith("\r") else ""
        if self._pending_bytes - len(maybe_end) <= MAX_LINE_BYTES:
            return
        *full, rest = _split_long(self._take_pending().removesuffix(maybe_end))
        for part in full:
            self._owes_end = True
            yield Piece(part, 1, partial=True)
        self._keep(rest + maybe_end)

    def _keep(self, text: str) -> None:
        self._pending.append(text)
        self._pending_bytes += _utf8_length(text)

    def _take_pending(self) -> str:
        text = "".join(self._pending)
        self._pending.clear()
        self._pending_bytes = 0
        return text


def _within_limit(text: str) -> Iterator[Piece]:
    """`text`, whole lines without the last newline, as pieces with no line over the limit."""
    start = 0
    while (long := _find_long_line(text, start)) is not None:
        line_start, line_end = long
        if line_start > start:
            yield Piece(text[start : line_start - 1], text.count("\n", start, line_start))
        *full, rest = _split_long(text[line_start:line_end])
        for part in full:
            yield Piece(part, 1, partial=True)
        yield Piece(rest, 1)
        start = line_end + 1
        if start > len(text):
            return
    yield Piece(text[start:] if start else text, text.count("\n", start) + 1)


def _find_long_line(text: str, start: int) -> tuple[int, int] | None:
    """Where the first line over the limit lies; looks only at every 16,384th character or so."""
    limit = MAX_LINE_BYTES if text.isascii() else _SAFE_CHARS
    while len(text) - start > limit:
        newline = text.rfind("\n", start, start + limit + 1)
        if newline >= 0:
            start = newline + 1
            continue
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if _utf8_length(text[start:end]) > MAX_LINE_BYTES:
            return start, end
        start = end + 1
    return None


def _split_long(line: str) -> Iterator[str]:
    """The parts of a line, each of at most the limit, cut between characters."""
    data = line.encode("utf-8", "surrogatepass")
    start = 0
    while len(data) - start > MAX_LINE_BYTES:
        end = start + MAX_LINE_BYTES
        while data[end] & 0xC0 == 0x80:
            end -= 1
        yield data[start:end].decode("utf-8", "surrogatepass")
        start = end
    yield data[start:].decode("utf-8", "surrogatepass")


def _utf8_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
