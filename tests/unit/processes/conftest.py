"""Servers launched by all the parts together; none is left after a test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from sidecar.domain.spec import ServerSpec
from sidecar.processes.guarding import system
from sidecar.processes.local import LocalProcesses
from tests.unit.processes.launched import LIMIT, Launch, Server


@pytest.fixture
async def processes() -> AsyncIterator[LocalProcesses]:
    processes = LocalProcesses()
    yield processes
    await processes.close()


@pytest.fixture
async def launch(processes: LocalProcesses) -> AsyncIterator[Launch]:
    launched: list[Server] = []

    async def make(spec: ServerSpec, **how: Any) -> Server:
        server = Server(processes, spec, **how)
        launched.append(server)
        await server.process.launched()
        return server

    yield make
    for server in launched:
        async with asyncio.timeout(LIMIT):
            await server.process.clear(0)


@pytest.fixture(autouse=True)
def no_adoption() -> Iterator[None]:
    """A sidecar adopts what its guardian leaves behind; the process of the tests is none."""
    yield
    system.adopt_orphans(wanted=False)
