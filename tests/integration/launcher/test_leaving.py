"""The launcher ends without losing a request, when another process takes over its sockets."""

import asyncio
import base64
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.launcher.conftest import Connect, Launch
from tests.integration.launcher.launching import (
    LIMIT,
    PATIENT,
    SLEEPY,
    Client,
    Launched,
    get,
    installed,
)

Listening = Callable[..., socket.socket]
PARSERS = ["h11", *installed("httptools")]
WEBSOCKETS = installed("websockets", "wsproto")


@pytest.fixture
def handed(listening: Listening) -> socket.socket:
    return listening()


async def _leave(server: Launched, handed: socket.socket, *, successor: bool = True) -> None:
    """Asks it to end, and returns when it no longer accepts."""
    if successor:
        server.tell(b"d")
    server.signal()
    await server.closes(handed)


async def _ended(server: Launched) -> None:
    assert await server.exit_code() == -signal.SIGTERM
    assert "lifespan ended" in server.output


async def test_a_plain_stop_does_not_wait_for_idle_clients(
    launched: Launch, connect: Connect, handed: socket.socket
) -> None:
    server = await launched([handed], changed=PATIENT)
    await server.told()
    used, fresh = await connect(handed), await connect(handed)
    await used.get()

    await _leave(server, handed, successor=False)

    assert await used.rest() == b""
    assert await fresh.rest() == b""
    await _ended(server)


async def test_a_stop_begins_and_ends_without_waiting_for_uvicorns_next_look(
    launched: Launch, connect: Connect, handed: socket.socket
) -> None:
    server = await launched([handed], changed=SLEEPY)
    await server.told()
    await (await connect(handed)).get()

    server.signal()

    await _ended(server)


async def test_with_no_connection_open_a_hand_over_takes_no_time(
    launched: Launch, handed: socket.socket
) -> None:
    server = await launched([handed], changed=PATIENT)
    await server.told()
    await get(handed)

    await _leave(server, handed)

    await _ended(server)


@pytest.mark.parametrize("http", PARSERS)
async def test_whoever_holds_a_connection_is_served_once_more_and_told_to_go(
    launched: Launch, connect: Connect, handed: socket.socket, http: str
) -> None:
    server = await launched([handed], "--http", http, changed=PATIENT)
    await server.told()
    used, fresh = await connect(handed), await connect(handed)
    # Once `fresh` is accepted, the server itself has two connections.
    async with asyncio.timeout(LIMIT):
        while (await used.get("/nodelay")).body != "[1, 1]":
            await asyncio.sleep(0.01)

    await _leave(server, handed)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(server.process.wait(), 0.3)

    for client in (used, fresh):
        answer = await client.get()
        assert (answer.body, answer.says_close) == (str(server.pid), True)
        assert await client.rest() == b""
    await _ended(server)


async def test_who_never_asks_is_waited_for_no_longer_than_the_limit(
    launched: Launch, connect: Connect, handed: socket.socket
) -> None:
    server = await launched([handed])
    await server.told()
    silent = await connect(handed)
    await silent.get()

    await _leave(server, handed)

    assert await silent.rest() == b""
    await _ended(server)


@pytest.mark.parametrize("http", PARSERS)
async def test_an_answer_that_is_yet_to_begin_tells_the_client_to_go(
    launched: Launch, connect: Connect, handed: socket.socket, http: str, tmp_path: Path
) -> None:
    server = await launched([handed], "--http", http, changed=PATIENT)
    await server.told()
    client = await connect(handed)
    client.ask("/held")
    await server.prints("held")

    await _leave(server, handed)
    await server.prints("Shutting down")  # uvicorn's part has begun: this client is not waited for
    (tmp_path / "go").touch()

    answer = await client.answer()
    assert (answer.body, answer.says_close) == (str(server.pid), True)
    await _ended(server)


@pytest.mark.parametrize("http", PARSERS)
async def test_an_answer_that_has_begun_is_finished_and_the_next_one_tells(
    launched: Launch, connect: Connect, handed: socket.socket, http: str, tmp_path: Path
) -> None:
    server = await launched([handed], "--http", http, changed=PATIENT)
    await server.told()
    client = await connect(handed)
    client.ask("/stream")
    head = await client.bytes_until(b"first \r\n")
    assert b"connection: close" not in head.lower()

    await _leave(server, handed)
    (tmp_path / "go").touch()

    assert await client.bytes_until(b"0\r\n\r\n") == b"6\r\nsecond\r\n0\r\n\r\n"
    assert (await client.get()).says_close
    await _ended(server)


@pytest.mark.parametrize("http", PARSERS)
async def test_requests_that_wait_for_their_turn_are_answered_and_the_last_one_tells(
    launched: Launch, connect: Connect, handed: socket.socket, http: str, tmp_path: Path
) -> None:
    server = await launched([handed], "--http", http, changed=PATIENT)
    await server.told()
    client = await connect(handed)
    client.ask("/held", "/", "/")
    await server.prints("held")

    await _leave(server, handed)
    await asyncio.sleep(0.1)  # if it would not wait for them, it would go on to leave
    (tmp_path / "go").touch()

    assert [(await client.answer()).says_close for _ in range(3)] == [False, False, True]
    await _ended(server)


@pytest.mark.parametrize("http", PARSERS)
async def test_requests_sent_in_one_go_by_who_is_to_leave_are_all_answered(
    launched: Launch, connect: Connect, handed: socket.socket, http: str
) -> None:
    server = await launched([handed], "--http", http, changed=PATIENT)
    await server.told()
    client = await connect(handed)
    await client.get()

    await _leave(server, handed)
    client.ask("/", "/", "/")

    assert [(await client.answer()).says_close for _ in range(3)] == [False, False, True]
    await _ended(server)


@pytest.mark.parametrize("ws", WEBSOCKETS)
@pytest.mark.parametrize("successor", [False, True])
async def test_a_websocket_is_closed_with_1012_and_not_waited_for(
    launched: Launch, connect: Connect, handed: socket.socket, ws: str, successor: bool
) -> None:
    server = await launched([handed], "--ws", ws, changed=PATIENT)
    await server.told()
    client = await connect(handed)
    await _upgrade(client)

    await _leave(server, handed, successor=successor)

    assert await _close_code(client) == 1012
    await _ended(server)


@pytest.mark.parametrize("ws", WEBSOCKETS)
async def test_a_websocket_made_by_who_is_to_leave_is_a_proper_one(
    launched: Launch, connect: Connect, handed: socket.socket, ws: str
) -> None:
    server = await launched([handed], "--ws", ws, changed=PATIENT)
    await server.told()
    client = await connect(handed)
    await client.get()

    await _leave(server, handed)

    assert "connection: close" not in await _upgrade(client)
    assert await _close_code(client) == 1012
    await _ended(server)


async def test_a_second_interrupt_ends_it_without_waiting_for_answers(
    launched: Launch, connect: Connect, handed: socket.socket
) -> None:
    server = await launched([handed])
    await server.told()
    client = await connect(handed)
    client.ask("/held")
    await server.prints("held")
    server.signal(signal.SIGINT)
    await server.prints("Waiting for connections to close")

    server.signal(signal.SIGINT)

    await server.exit_code()
    assert "lifespan ended" not in server.output


async def test_workers_serve_whoever_holds_a_connection_once_more(
    launched: Launch, connect: Connect, handed: socket.socket
) -> None:
    server = await launched([handed], "--workers", "2", changed=PATIENT)
    await server.prints("Application startup complete", times=2)
    clients = [await connect(handed) for _ in range(4)]
    for client in clients:
        assert not (await client.get()).says_close

    server.tell(b"d")
    server.signal()

    for client in clients:
        assert await _next_says_close(client)
    assert await server.exit_code() == 0
    assert server.output.count("lifespan ended") == 2


async def _upgrade(client: Client) -> str:
    """Makes it a WebSocket; returns the server's answer, in small letters."""
    key = base64.b64encode(bytes(16)).decode()
    upgrade = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
    client.ask("/", more=f"{upgrade}sec-websocket-key: {key}\r\n")
    head = (await client.bytes_until(b"\r\n\r\n")).decode().lower()
    assert head.startswith("http/1.1 101 ")
    return head


async def _close_code(client: Client) -> int:
    """Why the server closed the WebSocket."""
    frame = await client.rest()
    assert frame[0] == 0x88
    return int.from_bytes(frame[2:4], "big")


async def _next_says_close(client: Client) -> bool:
    """Asks until told to go; the signal reaches the workers a moment later."""
    async with asyncio.timeout(LIMIT):
        while not (await client.get()).says_close:
            await asyncio.sleep(0.01)
    return await client.rest() == b""
