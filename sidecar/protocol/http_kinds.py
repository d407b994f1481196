"""The kinds of values that an HTTP request is made of, and what they say when they refuse.

What they let through can be written on a connection as it is: nothing in it can end a line, name
another host, or say of the body anything but what it is.
"""

import re
from collections.abc import Iterator, Mapping
from typing import cast

from sidecar.config.kinds import Choice, Kind, Text, TextTable
from sidecar.config.problems import Problem, Style

MOST_BODY_BYTES = 1024 * 1024
"""A message, in which the body travels as JSON, has room for eight of these."""

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_SET_BY_US = frozenset({"connection", "content-length", "host", "transfer-encoding"})

HEADER_NAME = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
HEADER_VALUE = r"^[^\x00-\x08\x0a-\x1f\x7f]*$"

METHOD = Choice(f"one of {', '.join(_METHODS)}", _METHODS)
PATH = Text('a path that begins with "/", with all but visible ASCII percent-encoded', r"/[!-~]*")


class Body(Kind):
    """Any text that takes at most `MOST_BODY_BYTES` as UTF-8."""

    annotation = str

    def __init__(self) -> None:
        # The schema counts characters, of which there are never more than bytes.
        super().__init__("a string of at most 1 MiB as UTF-8", {"max_length": MOST_BODY_BYTES})

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and len(value.encode()) <= MOST_BODY_BYTES


class Headers(TextTable):
    """Headers that a client may set: each a line of its own, whatever is in it."""

    def problems(self, value: object, style: Style) -> Iterator[Problem]:
        yield from super().problems(value, style)
        if isinstance(value, Mapping):
            for name, text in cast(Mapping[str, object], value).items():
                yield from _header_problems(name, text)


def _header_problems(name: str, text: object) -> Iterator[Problem]:
    if re.fullmatch(HEADER_NAME, name) is None:
        yield Problem((name,), "is no name of a header: letters, digits and hyphens make one")
    elif name.lower() in _SET_BY_US:
        yield Problem((name,), "is set by the sidecar; leave it out")
    if isinstance(text, str) and re.fullmatch(HEADER_VALUE, text) is None:
        # The value itself is never shown: it may be a secret.
        yield Problem((name,), "should not contain line breaks or other control characters")


BODY = Body()
HEADERS = Headers("header names and values")
