"""The sidecar's end of the socket to a keeper, with the other end in the test's hands."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator

import pytest

from sidecar.processes.guarding.guard_protocol import (
    LENGTH_BYTES,
    Launch,
    body_length,
    launch_message,
    read_launch,
    report,
)
from sidecar.processes.keeper_link import KeeperLink

LIMIT = 10.0


class Ends:
    """A link, what it was told, and the keeper's socket."""

    def __init__(self) -> None:
        control, self.keeper = socket.socketpair()
        self.keeper.setblocking(False)
        self.told: list[tuple[str, list[str]]] = []
        self.lost = 0
        self._changed = asyncio.Event()
        self.link = KeeperLink(control, self._tell, self._lose)

    def _tell(self, word: str, values: list[str]) -> None:
        self.told.append((word, values))
        self._changed.set()

    def _lose(self) -> None:
        self.lost += 1
        self._changed.set()

    async def until_told(self, count: int) -> None:
        async with asyncio.timeout(LIMIT):
            while len(self.told) < count:
                self._changed.clear()
                await self._changed.wait()

    async def until_lost(self) -> None:
        async with asyncio.timeout(LIMIT):
            while not self.lost:
                self._changed.clear()
                await self._changed.wait()

    async def read(self, size: int) -> bytes:
        data = b""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(LIMIT):
            while len(data) < size:
                piece = await loop.sock_recv(self.keeper, size - len(data))
                assert piece, f"the link was closed after {data[:100]!r}"
                data += piece
        return data


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    ends = Ends()
    yield ends
    ends.link.close()
    ends.keeper.close()


async def test_each_report_is_told_with_its_values(ends: Ends) -> None:
    ends.keeper.send(report("pid", 12, 345, 6) + report("abandoned") + report("exit", -9, 0.5, 7))
    await ends.until_told(3)
    assert ends.told == [
        ("pid", ["12", "345", "6"]),
        ("abandoned", []),
        ("exit", ["-9", "0.5", "7"]),
    ]


async def test_a_report_that_comes_in_pieces_is_told_once_it_is_whole(ends: Ends) -> None:
    for piece in (b"cle", b"ared 1", b" 2\nex"):
        ends.keeper.send(piece)
        await asyncio.sleep(0.01)
    await ends.until_told(1)
    assert ends.told == [("cleared", ["1", "2"])]


async def test_the_end_is_told_once_and_after_the_reports_before_it(ends: Ends) -> None:
    ends.keeper.send(report("cleared", 0, 0) + b"half of a rep")
    ends.keeper.close()
    await ends.until_lost()
    assert ends.told == [("cleared", ["0", "0"])]
    await asyncio.sleep(0.01)
    assert ends.lost == 1


async def test_a_keeper_that_was_killed_with_words_unread_is_lost_like_any_other(
    ends: Ends,
) -> None:
    ends.link.end(5)
    ends.keeper.close()
    await ends.until_lost()
    assert ends.lost == 1
    ends.link.end(5)
    ends.link.launch(([], {}, b"", False))


async def test_what_is_said_arrives_as_the_keeper_reads_it(ends: Ends) -> None:
    launch: Launch = ([b"serve", b"\xff"], {b"KEY": "값".encode()}, b"/", True)
    ends.link.launch(launch)
    ends.link.end(0.25)
    head = await ends.read(LENGTH_BYTES)
    assert read_launch(await ends.read(body_length(head))) == launch
    assert await ends.read(9) == b"end 0.25\n"


async def test_a_launch_larger_than_the_socket_takes_at_once_keeps_nobody_waiting(
    ends: Ends,
) -> None:
    launch: Launch = ([b"serve"], {b"KEY": os.urandom(4_000_000)}, b"/", False)
    ends.link.launch(launch)
    ends.link.end(1)
    whole = launch_message(launch) + b"end 1\n"
    assert await ends.read(len(whole)) == whole


async def test_who_has_closed_is_told_nothing_more(ends: Ends) -> None:
    ends.keeper.send(report("abandoned"))
    ends.link.close()
    ends.link.close()
    ends.link.end(1)
    await asyncio.sleep(0.01)
    assert (ends.told, ends.lost) == ([], 0)
    with contextlib.suppress(ConnectionResetError):
        assert ends.keeper.recv(10) == b""
