"""One client on a WebSocket: what goes in, what comes out, and how it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from starlette.websockets import WebSocket

from sidecar.config.catalogue import Catalogue
from sidecar.rpc.clients import Clients, Outboxes
from sidecar.rpc.outbox import LIMIT_BYTES
from sidecar.rpc.policy import VISITOR
from sidecar.rpc.session import Session
from sidecar.supervision.manager import Manager
from sidecar.transports.framing import MAX_MESSAGE_BYTES
from sidecar.transports.websocket import BATCH_BYTES, GOING_AWAY, WebSocketTransport
from tests.unit.supervision.scripted_processes import ScriptedProcesses

TIME_LIMIT = 10.0
REQUEST = '{"jsonrpc":"2.0","id":1,"method":"list_servers"}'


class Peer:
    """The other end of the connection; it takes messages as long as `reads` is set."""

    def __init__(self) -> None:
        self.reads = asyncio.Event()
        self.reads.set()
        self.got: asyncio.Queue[Any] = asyncio.Queue()
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.taken = 0
        self.gone = False
        self.sent.put_nowait({"type": "websocket.connect"})

    def says(self, text: str | None = None, data: bytes | None = None) -> None:
        self.sent.put_nowait({"type": "websocket.receive", "text": text, "bytes": data})

    def leaves(self) -> None:
        self.gone = True
        self.reads.set()
        self.sent.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def receive(self) -> Any:
        message = await self.sent.get()
        self.taken += message["type"] == "websocket.receive"
        return message

    async def send(self, message: Any) -> None:
        await self.reads.wait()
        if self.gone:
            raise OSError("the connection is lost")
        if message["type"] != "websocket.accept":
            self.got.put_nowait(message)
        if message["type"] == "websocket.close":
            self.sent.put_nowait({"type": "websocket.disconnect", "code": message["code"]})

    async def hears(self) -> Any:
        message = await asyncio.wait_for(self.got.get(), TIME_LIMIT)
        return orjson.loads(message["text"]) if "text" in message else message


class Stage:
    """A transport that serves the peer."""

    def __init__(self, peer: Peer, transport: WebSocketTransport, session: Session) -> None:
        self.peer = peer
        self.transport = transport
        self.session = session
        self.serving = asyncio.create_task(transport.serve())

    async def until_over(self) -> None:
        await asyncio.wait_for(self.serving, TIME_LIMIT)


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    clients = Clients(Manager(ScriptedProcesses(), lambda _: None), Catalogue(), Outboxes())
    peer = Peer()
    socket = WebSocket({"type": "websocket"}, peer.receive, peer.send)
    await socket.accept()
    session = clients.enter(VISITOR)
    stage = Stage(peer, WebSocketTransport(socket, session), session)
    yield stage
    if not stage.serving.done():
        peer.leaves()
    await stage.until_over()


async def test_a_request_is_answered_in_a_message_of_its_own() -> None:
    async with staged() as stage:
        for _ in range(2):
            stage.peer.says(REQUEST)
        for _ in range(2):
            assert await stage.peer.hears() == {"jsonrpc": "2.0", "id": 1, "result": []}


@pytest.mark.parametrize(
    ("text", "data", "told"),
    [
        (None, REQUEST.encode(), "a message has to be text, not binary"),
        (" " * (MAX_MESSAGE_BYTES + 1), None, f"may have {MAX_MESSAGE_BYTES} bytes at most"),
        ("é" * (MAX_MESSAGE_BYTES // 2 + 1), None, f"may have {MAX_MESSAGE_BYTES} bytes at most"),
    ],
    ids=["binary", "too many characters", "too many bytes"],
)
async def test_what_cannot_be_taken_is_refused_and_the_next_is_taken(
    text: str | None, data: bytes | None, told: str
) -> None:
    async with staged() as stage:
        stage.peer.says(text, data)
        refused = await stage.peer.hears()
        assert (refused["error"]["code"], refused["id"]) == (-32600, None)
        assert told in refused["error"]["message"]
        stage.peer.says(REQUEST)
        assert (await stage.peer.hears())["result"] == []


async def test_of_what_waits_only_a_little_is_taken_out_for_a_client_that_does_not_read() -> None:
    async with staged() as stage:
        stage.peer.reads.clear()
        message = b'"' + b"x" * 1022 + b'"'
        for _ in range(2 * LIMIT_BYTES // len(message)):
            if stage.session.outbox.has_room():
                stage.session.outbox.put_notification("api", message)
        await asyncio.sleep(0)  # the writer's turn
        assert not stage.session.outbox.has_room()
        stage.peer.reads.set()
        heard = 0
        while heard * len(message) < LIMIT_BYTES - BATCH_BYTES:
            await stage.peer.hears()
            heard += 1
        assert stage.session.outbox.has_room()


async def test_a_client_that_leaves_its_answers_unread_is_not_listened_to() -> None:
    async with staged() as stage:
        stage.peer.reads.clear()
        stage.session.outbox.put_answer(bytes(2 * LIMIT_BYTES))
        stage.session.outbox.put_answer(b"x" * (LIMIT_BYTES + 1))
        for _ in range(3):
            stage.peer.says(REQUEST)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        # One was being waited for when the answers came, and is looked at in any case.
        assert stage.peer.taken <= 1
        stage.peer.reads.set()
        await asyncio.wait_for(stage.peer.got.get(), TIME_LIMIT)
        await asyncio.wait_for(stage.peer.got.get(), TIME_LIMIT)
        for _ in range(3):
            assert (await stage.peer.hears())["result"] == []


async def test_a_client_that_is_lost_while_it_does_not_read_is_let_go() -> None:
    async with staged() as stage:
        stage.peer.reads.clear()
        stage.session.outbox.put_answer(b"x" * (LIMIT_BYTES + 1))
        stage.session.outbox.put_answer(b"x" * (LIMIT_BYTES + 1))
        await asyncio.sleep(0)
        stage.peer.leaves()
        await stage.until_over()


async def test_at_the_end_what_waits_is_sent_before_the_goodbye() -> None:
    async with staged() as stage:
        stage.session.outbox.put_notification("api", b'"last words"')
        await stage.transport.end(TIME_LIMIT)
        assert await stage.peer.hears() == "last words"
        goodbye = await stage.peer.hears()
        assert (goodbye["type"], goodbye["code"]) == ("websocket.close", GOING_AWAY)
        await stage.until_over()


async def test_the_end_does_not_wait_for_a_client_that_does_not_read() -> None:
    async with staged() as stage:
        stage.peer.reads.clear()
        stage.session.outbox.put_notification("api", b'"last words"')
        await asyncio.wait_for(stage.transport.end(0.01), TIME_LIMIT)
        assert stage.peer.got.empty()
