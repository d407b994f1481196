"""Tiny servers that answer what a test says, byte by byte, and remember what they were asked."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

CLOSED_SECONDS = 10.0
"""Whoever asked has hung up by then, on a slow machine too."""

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Served:
    """A server while it serves: its port, the requests that came, and who hung up on it."""

    def __init__(self, answer: Answer, *, speaks_first: bool, reads_bodies: bool) -> None:
        self.port = 0
        self.requests: list[bytes] = []
        self.asked = asyncio.Event()
        self.hung_up_on = asyncio.Event()
        self._answer = answer
        self._speaks_first = speaks_first
        self._reads_bodies = reads_bodies
        self._under_way: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Takes a connection."""
        task = asyncio.create_task(self.serve(reader, writer))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finish(self) -> None:
        """Returns when every connection is closed."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=CLOSED_SECONDS)
            assert not late, "a connection is still open"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Reads one request, answers it, and hangs up."""
        try:
            if not self._speaks_first:
                self.requests.append(await self._request(reader))
                self.asked.set()
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.hung_up_on.set()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _request(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)\r\n", head)
        if length is None or not self._reads_bodies:
            return head
        return head + await reader.readexactly(int(length[1]))


@asynccontextmanager
async def serving(
    answer: Answer,
    host: str = "127.0.0.1",
    context: ssl.SSLContext | None = None,
    *,
    speaks_first: bool = False,
    reads_bodies: bool = True,
) -> AsyncIterator[Served]:
    """A server that answers each request by `answer`, or before it has seen any of it."""
    served = Served(answer, speaks_first=speaks_first, reads_bodies=reads_bodies)
    server = await asyncio.start_server(served.accept, host, 0, ssl=context)
    async with server:
        served.port = server.sockets[0].getsockname()[1]
        yield served
        await served.finish()


def saying(*parts: bytes) -> Answer:
    """Answers with `parts`, one after the other."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return answer


def silent() -> Answer:
    """Answers nothing for as long as the client waits."""

    async def answer(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)

    return answer


def repeating(beginning: bytes, part: bytes, pause: float) -> Answer:
    """Answers `beginning`, and then `part` again and again until the client hangs up."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer
