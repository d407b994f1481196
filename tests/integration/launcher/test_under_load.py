"""Restarts by hand under load: one launcher after the other on the same socket."""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable

import pytest

from tests.integration.launcher.conftest import Launch
from tests.integration.launcher.launching import Client, Launched, installed

Listening = Callable[..., socket.socket]

RESTARTS = 5
NEW_EVERY = 0.005
KEEPING = 8
BETWEEN = 0.3
"""How long each process serves, so that all clients hold connections to it."""


class Load:
    """Clients of a socket, until `stop`: new connections all the time, and some that are kept."""

    def __init__(self, to: socket.socket) -> None:
        self.served: Counter[str] = Counter()
        self.failures: list[str] = []
        self._to = to
        self._stopping = asyncio.Event()
        self._tasks = [asyncio.create_task(self._new_ones())]
        self._tasks += [asyncio.create_task(self._kept()) for _ in range(KEEPING)]

    async def stop(self) -> None:
        self._stopping.set()
        await asyncio.gather(*self._tasks)

    async def _new_ones(self) -> None:
        asking: list[asyncio.Task[None]] = []
        while not self._stopping.is_set():
            asking.append(asyncio.create_task(self._new_one()))
            await asyncio.sleep(NEW_EVERY)
        await asyncio.gather(*asking)

    async def _new_one(self) -> None:
        try:
            client = await Client.connect(self._to)
            await client.get()
            await client.close()
            self.served["new"] += 1
        except (OSError, EOFError, TimeoutError) as error:
            self.failures.append(f"new: {error!r}")

    async def _kept(self) -> None:
        client: Client | None = None
        while not self._stopping.is_set():
            try:
                client = client or await Client.connect(self._to)
                answer = await client.get()
                self.served["kept"] += 1
            except (OSError, EOFError, TimeoutError) as error:
                self.failures.append(f"kept: {error!r}")
                client = None
                continue
            if answer.says_close:
                await client.close()
                client = None
            await asyncio.sleep(0.002)
        if client:
            await client.close()


@pytest.mark.parametrize("http", ["h11", *installed("httptools")])
@pytest.mark.parametrize("overlap", [False, True])
async def test_no_request_fails_over_restarts(
    launched: Launch, listening: Listening, overlap: bool, http: str
) -> None:
    handed = listening()

    async def start() -> Launched:
        server = await launched([handed], "--http", http, "--no-access-log")
        assert await server.told() == b"1"
        return server

    async def leave(server: Launched) -> None:
        server.tell(b"d")
        server.signal()
        await server.exit_code()

    server = await start()
    load = Load(handed)
    for _ in range(RESTARTS):
        await asyncio.sleep(BETWEEN)
        if overlap:
            server, old = await start(), server
            await leave(old)
        else:
            await leave(server)
            server = await start()
    await asyncio.sleep(BETWEEN)
    await load.stop()
    await leave(server)

    assert load.failures == []
    assert min(load.served["new"], load.served["kept"]) > 10 * RESTARTS
