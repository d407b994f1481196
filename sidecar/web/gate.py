"""Stands before everything that is served: checks the host, the session and the origin.

As ASGI middleware it sees pages and WebSockets alike, so that no route can be left out.
"""

import ipaddress
import re

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sidecar.web import pages
from sidecar.web.auth import Sessions

HEALTH_PATH = "/healthz"
"""The only path that is open to all; what it tells is no secret."""

READING = frozenset({"GET", "HEAD"})

_HOST = re.compile(r"(?:(?P<name>[\w.-]+)|\[(?P<ipv6>[0-9a-f:.]+)\])(?::\d{1,5})?", re.ASCII | re.I)
"""A Host header: a name or an address, and perhaps a port; nothing that a URL could hide there."""

_PAGE_SCHEME = {"ws": "http", "wss": "https"}


class Gate:
    """Lets through what comes from a browser that was let in, and from the panel's own pages."""

    def __init__(self, app: ASGIApp, sessions: Sessions, host: str) -> None:
        """`host` is the name that is listened on; it may be asked for by that name."""
        self._app = app
        self._sessions = sessions
        self._names = frozenset({"localhost", host.lower()})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers by itself what is not let through; for a handshake that is an HTTP answer."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer to what is not let through; it may be a redirection to the panel."""
        asked = HTTPConnection(scope)
        reading = scope.get("method") in READING
        # Not `asked.url`, which is put together with what the Host header says.
        path: str = scope["path"]
        if reading and path == HEALTH_PATH:
            return None
        if not self._is_ours(asked.headers.get("host", "")):
            return pages.FOREIGN_HOST.response(asked)
        policy = self._sessions.policy_of(asked.cookies.get(self._sessions.cookie))
        token = asked.query_params.get("token")
        if token is not None and scope.get("method") == "GET" and path == "/":
            return self._by_token(asked, token, known=policy is not None)
        if policy is None:
            return pages.NO_SESSION.response(asked, refresh=_came_from_elsewhere(asked))
        if not reading and not _is_same_origin(asked):
            return pages.FOREIGN_ORIGIN.response(asked)
        asked.state.policy = policy
        return None

    def _by_token(self, asked: HTTPConnection, token: str, *, known: bool) -> Response:
        """To the panel, without the token in the address; the link is as good as its first use."""
        session = self._sessions.redeem(token)
        if session is None and not known:
            return pages.LINK_IS_USED.response(asked, refresh=_came_from_elsewhere(asked))
        answer = RedirectResponse(
            "/", 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        )
        if session is not None:
            answer.set_cookie(
                self._sessions.cookie,
                session,
                path="/",
                secure=asked.scope["scheme"] == "https",
                httponly=True,
                samesite="strict",
            )
        return answer

    def _is_ours(self, host: str) -> bool:
        """Whether the page was asked for under a name of this computer.

        A web site can have its own name lead here (DNS rebinding), and then its pages would count
        as ours. It cannot do so with a number or with `localhost`.
        """
        written = _HOST.fullmatch(host)
        if written is None:
            return False
        name = (written["name"] or written["ipv6"]).lower()
        if name in self._names:
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


def _is_same_origin(asked: HTTPConnection) -> bool:
    """Whether a page of ours asks, as the browser says; one that says nothing is not believed."""
    scheme = _PAGE_SCHEME.get(asked.scope["scheme"], asked.scope["scheme"])
    here = f"{scheme}://{asked.headers.get('host', '')}"
    return asked.headers.getlist("origin") == [here]


def _came_from_elsewhere(asked: HTTPConnection) -> bool:
    """Whether a link on another site led here: then the browser keeps the strict cookie back.

    It sends it when the page itself asks once more, so that page is told to do so.
    """
    site, mode = asked.headers.get("sec-fetch-site"), asked.headers.get("sec-fetch-mode")
    return site == "cross-site" and mode == "navigate"
