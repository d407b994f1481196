"""One client on a WebSocket: one JSON-RPC text a message, in both directions.

The connection is accepted already; who may have one is decided elsewhere. Messages are written one
after the other, each when the one before has gone: a client that does not read leaves its outbox to
fill up and be cut short, and holds up nobody else.
"""

import asyncio
import contextlib
from typing import Any, cast

from starlette.websockets import WebSocket, WebSocketDisconnect

from sidecar.rpc.dispatcher import invalid_request
from sidecar.rpc.session import Session
from sidecar.rpc.wire import encode
from sidecar.transports.framing import MAX_MESSAGE_BYTES

BATCH_BYTES = 64 * 1024
"""So much is taken out of the outbox at a time: what has been taken cannot be left out any more."""

CONGESTION_LOOK_SECONDS = 0.05
"""How often a client that leaves its answers unread is looked at again."""

GOING_AWAY = 1001
"""The close code of a server that is ending (RFC 6455)."""


class WebSocketTransport:
    """Owns an accepted connection. `serve` runs until the client has left or `end` is called."""

    def __init__(self, socket: WebSocket, session: Session) -> None:
        self._socket = socket
        self._session = session
        self._more = asyncio.Event()
        self._ending = False
        self._writer: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Takes requests in and sends answers and notifications."""
        self._session.outbox.wake = self._more.set
        self._writer = asyncio.create_task(self._write(), name="websocket writer")
        try:
            await self._read(self._writer)
        finally:
            self._writer.cancel()
            await asyncio.wait([self._writer])

    async def end(self, limit: float) -> None:
        """Sends what waits and says goodbye; gives up after `limit` seconds."""
        self._ending = True
        self._more.set()
        if self._writer is not None:
            await asyncio.wait([self._writer], timeout=limit)

    async def _read(self, writer: asyncio.Task[None]) -> None:
        while True:
            # What waits in the connection meanwhile is not read, so that the client is held back.
            while self._session.outbox.congested and not writer.done():
                await asyncio.wait([writer], timeout=CONGESTION_LOOK_SECONDS)
            message = cast(dict[str, Any], await self._socket.receive())
            if message["type"] == "websocket.disconnect":
                return
            self._take_in(message.get("text"))

    def _take_in(self, text: str | None) -> None:
        if text is None:
            self._refuse("a message has to be text, not binary")
            return
        message = text.encode()
        if len(message) > MAX_MESSAGE_BYTES:
            self._refuse(f"a message may have {MAX_MESSAGE_BYTES} bytes at most")
        else:
            self._session.receive(message)

    def _refuse(self, what: str) -> None:
        self._session.outbox.put_answer(encode(invalid_request(what)))

    async def _write(self) -> None:
        with contextlib.suppress(WebSocketDisconnect):  # `_read` is told of it, too
            while True:
                self._more.clear()
                while messages := self._session.outbox.take(BATCH_BYTES):
                    for message in messages:
                        await self._socket.send_text(message.decode())
                if self._ending:
                    await self._socket.close(GOING_AWAY, "the sidecar is ending")
                    return
                await self._more.wait()
