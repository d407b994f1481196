"""Where a message ends: a line of its own (NDJSON), or after Content-Length bytes as in LSP.

Bytes in, messages out; no descriptor is known here. The first byte that is neither blank nor part
of a byte order mark tells which of the two a client speaks.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""A larger message is skipped and answered with an error."""

MAX_HEADER_BYTES = 8 * 1024
"""A header block that is still not over after this is no header block."""

FramingName = Literal["ndjson", "content-length"]

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_LENGTH = re.compile(rb"(?:^|\r?\n)content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*(?=\r?\n|$)", re.I)
_HEADER_LINE = re.compile(rb"[\w-]+[ \t]*:")
_HEADER_END = re.compile(rb"\r?\n\r?\n")


class TooLarge(NamedTuple):
    """Stands for a message over the limit, which is skipped."""


class BadHeader(Exception):
    """A header block without a valid length: where the next message begins cannot be known."""


class Unframer:
    """Cuts a stream of bytes into messages."""

    def __init__(self, framing: FramingName | None) -> None:
        """`framing` None means: find out."""
        self.framing: FramingName | None = framing
        self._buffer = bytearray()
        self._searched = 0  # up to here the buffer is known to hold no end
        self._skip_bytes = 0
        self._skip_line = False
        self._at_start = True

    def feed(self, data: bytes) -> Iterator[bytes | TooLarge]:
        """The messages that `data` completes.

        Raises:
            BadHeader: nothing after this can be understood.
        """
        self._buffer += data
        if self._at_start and not self._find_framing():
            return
        read = self._read_line if self.framing == "ndjson" else self._read_sized
        while (message := read()) is not None:
            if not isinstance(message, bytes) or message.strip(_BLANK):
                yield message

    def close(self) -> bytes | TooLarge | None:
        """What is left at the end of the stream, if it can be a message: a last line.

        Raises:
            BadHeader: it ends in the middle of a header block.
        """
        rest = bytes(self._buffer).strip(_BLANK)
        in_header = not _HEADER_END.search(self._buffer) and not self._skip_bytes
        self._buffer.clear()
        if self.framing == "content-length" and rest and in_header:
            raise BadHeader
        if self.framing != "ndjson" or self._skip_line or not rest:
            return None
        return TooLarge() if len(rest) > MAX_MESSAGE_BYTES else rest

    def _find_framing(self) -> bool:
        while (rest := self._buffer.lstrip(_BLANK)).startswith(_BOM):
            self._buffer = rest[len(_BOM) :]
        self._buffer = rest
        if _BOM.startswith(rest):  # nothing yet, or the beginning of a byte order mark
            return False
        self._at_start = False
        if self.framing is None:
            self.framing = "content-length" if self._buffer.startswith(b"C") else "ndjson"
        return True

    def _read_line(self) -> bytes | TooLarge | None:
        end = self._buffer.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._buffer)
            if self._searched > MAX_MESSAGE_BYTES + 1:  # one more for the \r of \r\n
                self._buffer.clear()
                self._searched = 0
                if not self._skip_line:
                    self._skip_line = True
                    return TooLarge()
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        if self._skip_line:
            self._skip_line = False
            return b""
        return TooLarge() if len(line.rstrip(b"\r")) > MAX_MESSAGE_BYTES else line

    def _read_sized(self) -> bytes | TooLarge | None:
        if self._skip_bytes:
            skipped = min(self._skip_bytes, len(self._buffer))
            del self._buffer[:skipped]
            self._skip_bytes -= skipped
            if self._skip_bytes:
                return None
        first_line, newline, _ = self._buffer[:MAX_HEADER_BYTES].partition(b"\n")
        if newline and not _HEADER_LINE.match(first_line):
            raise BadHeader
        header = _HEADER_END.search(self._buffer)
        if header is None or header.start() > MAX_HEADER_BYTES:
            if len(self._buffer) > MAX_HEADER_BYTES:
                raise BadHeader
            return None
        length = _length_in(bytes(self._buffer[: header.start()]))
        if length > MAX_MESSAGE_BYTES:
            del self._buffer[: header.end()]
            self._skip_bytes = length
            return TooLarge()
        if len(self._buffer) < header.end() + length:
            return None
        body = bytes(self._buffer[header.end() : header.end() + length])
        del self._buffer[: header.end() + length]
        return body


def _length_in(header: bytes) -> int:
    lengths = _LENGTH.findall(header.strip(_BLANK))
    if len(lengths) != 1:
        raise BadHeader
    return int(lengths[0])


def frame(message: bytes, framing: FramingName) -> bytes:
    """`message` ready to be written; JSON made by orjson holds no newline of its own."""
    if framing == "ndjson":
        return message + b"\n"
    return b"Content-Length: %d\r\n\r\n%b" % (len(message), message)
