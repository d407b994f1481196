"""Requests to an ASGI app without a server between."""

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.types import ASGIApp

HOST = "127.0.0.1:8765"


class Answer(NamedTuple):
    """What the app sent; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def ask(app: ASGIApp, path: str, method: str = "GET", **headers: str) -> Answer:
    """The answer to one request; `headers` with `_` for `-`."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        return asked.pop() if asked else await asyncio.Future()  # nobody hangs up

    given = {"host": HOST, **headers}
    address, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": address,
        "raw_path": address.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in given.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8765),
    }
    await app(scope, receive, send)
    told = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], told, b"".join(part.get("body", b"") for part in sent[1:]))
