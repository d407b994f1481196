"""What is served where: the panel's files, the protocol on `/rpc`, and whether the sidecar lives.

Who may have it is for `gate`; how a client is served on its WebSocket for `transports.websocket`.
"""

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from sidecar.rpc.clients import Clients
from sidecar.transports.websocket import WebSocketTransport
from sidecar.web import pages
from sidecar.web.auth import Sessions
from sidecar.web.gate import HEALTH_PATH, Gate
from sidecar.web.panel import Panel

MOST_CLIENTS = 64
"""Each may have an outbox full of notifications, which is memory of the sidecar's."""

SECURITY_HEADERS = {
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            # Open dialogs and menus put a style sheet into the page; styles run nothing.
            "style-src 'self' 'unsafe-inline'",
            # Pictures that a server answers to the API tab are blobs of the page's own making.
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not "no-referrer", with which browsers send no Origin with a form.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class WebApp:
    """The ASGI app, and the clients that are connected to it."""

    def __init__(self, clients: Clients, sessions: Sessions, host: str, static: Path) -> None:
        self._clients = clients
        self._transports: set[WebSocketTransport] = set()
        self._panel = Panel(static)
        routes = [
            Route(HEALTH_PATH, _healthz),
            WebSocketRoute("/rpc", self._rpc),
            Route("/rpc", _rpc_without_upgrade),
            Route("/{path:path}", self._file),
        ]
        inner = Starlette(routes=routes, exception_handlers={HTTPException: _refused})
        self.asgi: ASGIApp = SecurityHeaders(Gate(inner, sessions, host))

    async def end(self, limit: float) -> None:
        """Sends every client what waits for it and closes; gives up after `limit` seconds."""
        if self._transports:
            await asyncio.gather(*[transport.end(limit) for transport in self._transports])

    async def _rpc(self, socket: WebSocket) -> None:
        if len(self._clients) >= MOST_CLIENTS:
            await socket.send_denial_response(pages.TOO_MANY.response(socket))
            return
        await socket.accept()
        session = self._clients.enter(socket.state.policy)
        transport = WebSocketTransport(socket, session)
        self._transports.add(transport)
        try:
            await transport.serve()
        finally:
            self._transports.discard(transport)
            self._clients.leave(session)

    async def _file(self, request: Request) -> Response:
        return await self._panel.response(request)


class SecurityHeaders:
    """Adds to every answer what keeps a browser from being led astray."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [
            (name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A header that the answer has already is left as it is."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                self._add(message)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _add(self, message: MutableMapping[str, Any]) -> None:
        given: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
        names = {name.lower() for name, _ in given}
        message["headers"] = given + [item for item in self._headers if item[0] not in names]


async def _healthz(_: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def _rpc_without_upgrade(request: Request) -> Response:
    answer = pages.UPGRADE_REQUIRED.response(request)
    answer.headers["Upgrade"] = "websocket"
    return answer


async def _refused(request: Request, error: Exception) -> Response:
    """What Starlette refuses by itself: a method, or a path that leads nowhere."""
    assert isinstance(error, HTTPException)  # it is registered for nothing else
    if error.status_code == 404:
        return pages.NOT_FOUND.response(request)
    headers = {**(error.headers or {}), "Cache-Control": "no-store"}  # a 405 has Allow
    return Response(status_code=error.status_code, headers=headers)
