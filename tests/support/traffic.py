"""Clients of a server under test: single requests, a steady load, and a stranger to its port."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

# A request that waits out a restart on a loaded machine; beyond this it will never be answered.
ANSWER_LIMIT = 20.0
_NEW_CONNECTION_EVERY = 0.01
_KEPT_CONNECTION_PAUSE = 0.01


class Answer(NamedTuple):
    """What came back: the status, whether the connection stays open, and the JSON in a 200."""

    status: int
    keeps_open: bool
    body: Any


async def ask(
    port: int, path: str = "/", host: str = "127.0.0.1", limit: float = ANSWER_LIMIT
) -> Any:
    """Asks over a connection of its own and returns the JSON of the answer, which must be a 200."""
    answer = await fetch(port, path, host, limit)
    assert answer.status == 200, f"{path} was answered with {answer.status}"
    return answer.body


async def until_answered_by(port: int, pid: int) -> None:
    """Returns once the process `pid` answers; in an overlap the old one may a moment longer."""
    async with asyncio.timeout(ANSWER_LIMIT):
        while (await ask(port))["pid"] != pid:
            await asyncio.sleep(_NEW_CONNECTION_EVERY)


async def fetch(
    port: int, path: str = "/", host: str = "127.0.0.1", limit: float = ANSWER_LIMIT
) -> Answer:
    """Asks over a connection of its own; raises OSError, EOFError or TimeoutError."""
    async with asyncio.timeout(limit):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            return await _ask_on(reader, writer, path, "close")
        finally:
            writer.close()


async def _ask_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, connection: str
) -> Answer:
    request = f"GET {path} HTTP/1.1\r\nhost: test\r\nconnection: {connection}\r\n\r\n"
    writer.write(request.encode())
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    keeps_open = headers.get("connection", "keep-alive") != "close"
    status = int(head[0].split()[1])
    return Answer(status, keeps_open, json.loads(body) if status == 200 else None)


class Load:
    """Counts what a steady stream of requests meets; made by `load`."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.answers = 0
        self.pids: set[int] = set()
        self._news = asyncio.Event()

    def note(self, answer: Answer) -> None:
        """One request was answered."""
        if answer.status == 200:
            self.answers += 1
            self.pids.add(answer.body["pid"])
            self._news.set()
        else:
            self.failures.append(f"status {answer.status}")

    async def until_answered_by(self, pid: int) -> None:
        """Returns once the process `pid` has answered a request."""
        try:
            async with asyncio.timeout(ANSWER_LIMIT):
                while pid not in self.pids:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            told = f"{self.pids} did; failures: {self.failures[:10]}"
            raise AssertionError(f"process {pid} never answered, {told}") from None


@asynccontextmanager
async def load(port: int, *, kept_connections: int = 4) -> AsyncIterator[Load]:
    """100 new connections a second, and some clients that keep theirs and ask again and again.

    At the end every request under way is waited for, so that each has its answer or its failure.
    """
    found = Load()
    done = asyncio.Event()
    clients = [_keep_asking(port, found, done) for _ in range(kept_connections)]
    under_way = asyncio.gather(_connect_anew(port, found, done), *clients)
    try:
        yield found
    finally:
        done.set()
        await under_way


async def _connect_anew(port: int, found: Load, done: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:
        while not done.is_set():
            group.create_task(_ask_once(port, found))
            await asyncio.sleep(_NEW_CONNECTION_EVERY)


async def _ask_once(port: int, found: Load) -> None:
    try:
        found.note(await fetch(port))
    except (OSError, EOFError, TimeoutError) as failure:
        found.failures.append(f"new connection: {failure!r}")


async def _keep_asking(port: int, found: Load, done: asyncio.Event) -> None:
    while not done.is_set():
        try:
            await _ask_while_open(port, found, done)
        except (OSError, EOFError, TimeoutError) as failure:
            found.failures.append(f"kept connection: {failure!r}")
            await asyncio.sleep(_KEPT_CONNECTION_PAUSE)


async def _ask_while_open(port: int, found: Load, done: asyncio.Event) -> None:
    async with asyncio.timeout(ANSWER_LIMIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        # A client that sees the end of an idle connection makes a new one, as all of them do.
        while not done.is_set() and not reader.at_eof():
            async with asyncio.timeout(ANSWER_LIMIT):
                answer = await _ask_on(reader, writer, "/", "keep-alive")
            found.note(answer)
            if not answer.keeps_open:
                return
            await asyncio.sleep(_KEPT_CONNECTION_PAUSE)
    finally:
        writer.close()


def can_listen(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a stranger could take the port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError:
        return False
    return True


def connects(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody accepts connections on the port, or holds them until it can."""
    try:
        socket.create_connection((host, port), timeout=ANSWER_LIMIT).close()
    except ConnectionError:
        return False
    return True
