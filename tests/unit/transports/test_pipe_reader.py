"""Reading whatever stdin may be: a pipe, a socket, a file; and not reading for a while."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sidecar.transports.pipe_reader import PipeReader

LIMIT = 10.0


class Reading:
    """A reader, and what it handed on."""

    def __init__(self, descriptor: int) -> None:
        self.data = b""
        self.ends = 0
        self._changed = asyncio.Event()
        self.reader = PipeReader(descriptor, self._take)

    async def until_end(self) -> bytes:
        """Everything up to the end of the stream."""
        await self._until(lambda: self.ends > 0)
        return self.data

    async def until_has(self, data: bytes) -> None:
        await self._until(lambda: self.data == data)

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def _take(self, data: bytes) -> None:
        self.data += data
        self.ends += not data
        self._changed.set()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for descriptor in (reader, writer):
        try:
            os.close(descriptor)
        except OSError:
            continue  # the test closed it


async def test_a_pipe_is_read_to_its_end(pipe: tuple[int, int]) -> None:
    reading = Reading(pipe[0])
    os.write(pipe[1], b"one")
    await reading.until_has(b"one")
    os.write(pipe[1], b"two")
    os.close(pipe[1])
    assert await reading.until_end() == b"onetwo"
    assert reading.ends == 1


async def test_a_socket_is_read_to_its_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        reading = Reading(ours.fileno())
        theirs.sendall(b"hello")
        theirs.shutdown(socket.SHUT_WR)
        assert await reading.until_end() == b"hello"


async def test_a_file_is_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "requests"
    file.write_bytes(b"x" * 1_000_000)
    descriptor = os.open(file, os.O_RDONLY)
    try:
        reading = Reading(descriptor)
        assert await reading.until_end() == file.read_bytes()
        assert reading.ends == 1
    finally:
        os.close(descriptor)


async def test_nothing_is_read_between_pause_and_resume(pipe: tuple[int, int]) -> None:
    reading = Reading(pipe[0])
    os.write(pipe[1], b"one")
    await reading.until_has(b"one")
    reading.reader.pause()
    os.write(pipe[1], b"two")
    for _ in range(20):
        await asyncio.sleep(0)
    assert reading.data == b"one"
    reading.reader.resume()
    await reading.until_has(b"onetwo")
    reading.reader.stop()


async def test_nothing_is_handed_on_after_a_stop(pipe: tuple[int, int]) -> None:
    reading = Reading(pipe[0])
    reading.reader.stop()
    reading.reader.pause()
    reading.reader.resume()
    os.write(pipe[1], b"late")
    for _ in range(20):
        await asyncio.sleep(0)
    assert reading.data == b""


async def test_a_pipe_that_others_read_too_is_no_trouble(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[0], False)
    reading = Reading(pipe[0])
    os.write(pipe[1], b"one")
    assert os.read(pipe[0], 10) == b"one"
    await asyncio.sleep(0)
    os.write(pipe[1], b"two")
    await reading.until_has(b"two")
    reading.reader.stop()


async def test_a_client_that_hung_up_is_seen_before_everything_is_read(
    pipe: tuple[int, int],
) -> None:
    reading = Reading(pipe[0])
    reading.reader.pause()
    os.write(pipe[1], b"unread")
    assert not reading.reader.hung_up
    os.close(pipe[1])
    assert reading.reader.hung_up
    reading.reader.resume()
    assert await reading.until_end() == b"unread"
