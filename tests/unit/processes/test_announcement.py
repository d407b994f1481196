"""The channel to an app's launcher: what the process says, and what it is told."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from sidecar.processes.announcement import ANNOUNCED, SEEN_READY, SUCCESSOR, Announcement

LIMIT = 10.0


class Child:
    """The process at the other end, and ours."""

    def __init__(self) -> None:
        self.announcement = Announcement()
        self.socket = self.announcement.theirs.dup()
        self.announcement.child_has_it()
        self.socket.settimeout(LIMIT)

    async def word(self) -> bool:
        async with asyncio.timeout(LIMIT):
            return await self.announcement.wait()


@pytest.fixture
async def child() -> AsyncIterator[Child]:
    child = Child()
    yield child
    child.announcement.close()
    child.socket.close()


async def test_a_process_that_says_that_it_serves_is_believed(child: Child) -> None:
    child.socket.send(ANNOUNCED)
    assert await child.word()
    assert await child.word(), "whoever asks again is told the same"


@pytest.mark.parametrize("said", [b"?", b"x"])
async def test_a_process_that_cannot_say_leaves_it_open(child: Child, said: bytes) -> None:
    child.socket.send(said)
    assert not await child.word()


async def test_a_process_that_ends_without_a_word_leaves_it_open(child: Child) -> None:
    child.socket.close()
    assert not await child.word()


async def test_a_process_that_ends_with_words_of_ours_unread_leaves_it_open(child: Child) -> None:
    child.announcement.tell(SUCCESSOR)
    child.socket.close()
    assert not await child.word()


async def test_nobody_who_stops_waiting_spoils_it_for_others(child: Child) -> None:
    waiting = asyncio.create_task(child.word())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    child.socket.send(ANNOUNCED)
    assert await child.word()


async def test_a_process_is_told_what_it_has_to_know(child: Child) -> None:
    child.announcement.tell(SEEN_READY)
    child.announcement.tell(SUCCESSOR)
    assert child.socket.recv(10) == SEEN_READY + SUCCESSOR


async def test_a_process_that_does_not_listen_or_is_gone_is_no_trouble(child: Child) -> None:
    for _ in range(2000):
        child.announcement.tell(SEEN_READY)
    child.socket.close()
    child.announcement.tell(SEEN_READY)
    child.announcement.close()
    child.announcement.close()
    child.announcement.tell(SEEN_READY)


async def test_a_child_that_never_was_leaves_it_open() -> None:
    announcement = Announcement()
    announcement.child_has_it()
    async with asyncio.timeout(LIMIT):
        assert not await announcement.wait()
    announcement.close()
    assert isinstance(announcement.theirs, socket.socket)
    assert announcement.theirs.fileno() < 0
