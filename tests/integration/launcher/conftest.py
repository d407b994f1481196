"""A launcher for each test; whatever it left is ended afterwards."""

import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.integration.launcher.launching import Client, Launched, launch
from tests.support.processes import kill_marked


class Launch(Protocol):
    async def __call__(
        self,
        listen: Sequence[socket.socket] = (),
        *arguments: str,
        door: socket.socket | None = None,
        env: Mapping[str, str] | None = None,
        changed: Mapping[str, str] | None = None,
    ) -> Launched: ...


@pytest.fixture
async def launched(tmp_path: Path) -> AsyncIterator[Launch]:
    """Starts launchers: `await launched([socket], "--workers", "2")`."""
    every: list[Launched] = []

    async def start(
        listen: Sequence[socket.socket] = (),
        *arguments: str,
        door: socket.socket | None = None,
        env: Mapping[str, str] | None = None,
        changed: Mapping[str, str] | None = None,
    ) -> Launched:
        every.append(
            await launch(tmp_path, listen, *arguments, door=door, env=env, changed=changed)
        )
        return every[-1]

    try:
        yield start
    finally:
        kill_marked(str(tmp_path))
        for one in every:
            one.channel.close()
            await one.process.wait()


class Connect(Protocol):
    async def __call__(self, to: socket.socket) -> Client: ...


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens connections, which are closed after the test."""
    every: list[Client] = []

    async def connect(to: socket.socket) -> Client:
        every.append(await Client.connect(to))
        return every[-1]

    yield connect
    for client in every:
        await client.close()


@pytest.fixture
def listening() -> Iterator[Callable[..., socket.socket]]:
    """Makes listening sockets, as the sidecar holds them."""
    with ExitStack() as stack:

        def make(host: str = "127.0.0.1") -> socket.socket:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            made = socket.create_server((host, 0), family=family, backlog=2048)
            return stack.enter_context(made)

        yield make
