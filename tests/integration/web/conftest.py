"""A `sidecar web` that is there for the length of a test."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.support.web import WebSidecar, launch_web


class LaunchWeb(Protocol):
    """What the fixture `launch` is."""

    async def __call__(
        self,
        servers: Mapping[str, Any] | None = None,
        *arguments: str,
        env: Mapping[str, str] | None = None,
    ) -> WebSidecar: ...


@pytest.fixture
async def launch(tmp_path: Path) -> AsyncIterator[LaunchWeb]:
    """Launches `sidecar web` with servers, on a free port; afterwards nothing of it may be left."""
    async with AsyncExitStack() as stack:

        async def launch(
            servers: Mapping[str, Any] | None = None,
            *arguments: str,
            env: Mapping[str, str] | None = None,
        ) -> WebSidecar:
            return await stack.enter_async_context(
                launch_web(tmp_path, servers, *arguments, env=env)
            )

        yield launch
