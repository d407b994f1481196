"""`sidecar web` from its first line on stderr until every server has stopped.

Runs uvicorn as a library on sockets that listen already. Signals are ours, so that the servers are
stopped before the connections are closed, and clients see it happen.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn

from sidecar.supervision.manager import Manager
from sidecar.transports.exit_signals import catch_exit_signals
from sidecar.transports.framing import MAX_MESSAGE_BYTES
from sidecar.web.app import WebApp
from sidecar.web.listening import Listening

logger = logging.getLogger(__name__)

LARGEST_SKIPPED_BYTES = 4 * MAX_MESSAGE_BYTES
"""A message over the limit is taken in, refused and forgotten up to here; beyond, the connection
is closed with 1009, since it would have to be held whole."""

PING_SECONDS = 20.0
"""How often a silent client is asked whether it is still there."""

PONG_SECONDS = 60.0
"""A client that is behind with reading finds the question late; one that is gone never does."""

WIND_UP_SECONDS = 10.0
"""More than stopping quickly ever takes; if it does, ending is better than hanging."""

FLUSH_SECONDS = 2.0
"""A client that has not taken its last messages by then is not waited for at the end."""

CLOSE_SECONDS = 1
"""Connections that are not closed by then are cut; whole seconds, as uvicorn wants them."""

LOOPBACK_PEERS = ["127.0.0.0/8", "::1"]
"""Who may tell how a page was asked for: a proxy on this computer, as nothing else gets here."""

NEW_LINK_SIGNAL = "SIGUSR1"


def _is_news(record: logging.LogRecord) -> bool:
    """Uvicorn takes a handshake that was answered by a page for one that was not answered."""
    return "without completing handshake" not in record.getMessage()


class _Uvicorn(uvicorn.Server):
    """A uvicorn that leaves signals alone."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Captures none."""
        yield

    def cut(self) -> None:
        """Ends connections whose other side does not take what is left for it."""
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()


class WebServer:
    """Serves the panel and its clients until a signal says that it is over."""

    def __init__(self, listening: Listening, app: WebApp, manager: Manager) -> None:
        self._listening = listening
        self._app = app
        self._manager = manager
        self._ended = asyncio.Event()
        self._uvicorn = _Uvicorn(
            uvicorn.Config(
                app.asgi,
                log_config=None,
                access_log=False,  # addresses may hold a token
                lifespan="off",
                http="h11",
                ws="websockets-sansio",
                ws_max_size=LARGEST_SKIPPED_BYTES,
                ws_ping_interval=PING_SECONDS,
                ws_ping_timeout=PONG_SECONDS,
                ws_per_message_deflate=False,  # on one computer it only costs time and memory
                # X-Forwarded-Proto tells of TLS; no foreign page can have a browser send it.
                proxy_headers=True,
                forwarded_allow_ips=LOOPBACK_PEERS,
                server_header=False,
                timeout_graceful_shutdown=CLOSE_SECONDS,
            )
        )
        for name in ("uvicorn", "uvicorn.error", "websockets"):
            # Below this they tell addresses and headers, and so tokens and cookies.
            logging.getLogger(name).setLevel(max(logging.WARNING, logging.root.level))
        logging.getLogger("uvicorn.error").addFilter(_is_news)

    def catch_signals(self, new_link: Callable[[], None]) -> None:
        """From now on signals end the sidecar in order, or ask for a new link."""
        catch_exit_signals(self._end)
        if hasattr(signal, NEW_LINK_SIGNAL):
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(getattr(signal, NEW_LINK_SIGNAL), new_link)

    async def serve(self) -> None:
        """Returns when every server has stopped and every client has been told."""
        serving = asyncio.create_task(
            self._uvicorn.serve(sockets=self._listening.sockets), name="uvicorn"
        )
        ended = asyncio.create_task(self._ended.wait(), name="end of sidecar web")
        await asyncio.wait([serving, ended], return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        closing = asyncio.ensure_future(self._manager.close_soon())
        await asyncio.wait([closing], timeout=WIND_UP_SECONDS)
        await self._app.end(FLUSH_SECONDS)
        self._uvicorn.should_exit = True
        asyncio.get_running_loop().call_later(CLOSE_SECONDS / 2, self._uvicorn.cut)
        await serving

    def _end(self, reason: str) -> None:
        logger.info("ending: %s was received", reason)
        self._ended.set()
