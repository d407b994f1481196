"""One HTTP exchange with a server, as immutable values, and how a body is told as text.

Knows nothing of connections. What a request holds has been looked at before: it can be sent as is.
"""

import base64
import codecs
from collections.abc import Mapping
from typing import Literal, NamedTuple

DEFAULT_CHARSET = "utf-8"


class HttpRequest(NamedTuple):
    """What is asked; `timeout` is in seconds and holds for the whole exchange."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    timeout: float = 30.0


class HttpResponse(NamedTuple):
    """What was answered. `body` is base64 if `encoding` says so, and cut short if `truncated`."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: str
    duration_seconds: float
    encoding: Literal["base64"] | None = None
    truncated: Literal[True] | None = None


def written(body: bytes, charset: str | None, *, cut: bool) -> tuple[str, Literal["base64"] | None]:
    """`body` as text if it is some, else in base64, with what goes into `encoding`.

    A body that was `cut` may end within a character, which is left out then.
    """
    name = charset or DEFAULT_CHARSET
    try:
        "".encode(name)  # refuses what Python takes for an encoding, but is none of text
        return codecs.getincrementaldecoder(name)().decode(body, final=not cut), None
    except (LookupError, ValueError):
        return base64.b64encode(body).decode("ascii"), "base64"
