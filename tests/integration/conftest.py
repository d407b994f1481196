"""Fixtures for tests that run the real sidecar."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.changing_app import ChangingApp
from tests.support.sidecar import LaunchSidecar, Sidecar, launch_sidecar


@pytest.fixture
async def sidecar(tmp_path: Path) -> AsyncIterator[LaunchSidecar]:
    """Launches sidecars: `await sidecar({"api": spec}, "--log-level", "debug")`.

    After the test each is closed; it must have left no process and sent only what the protocol
    allows.
    """
    async with AsyncExitStack() as stack:
        count = 0

        async def launch(
            servers: Mapping[str, Any] | None = None,
            *arguments: str,
            env: Mapping[str, str] | None = None,
            cwd: Path | None = None,
        ) -> Sidecar:
            nonlocal count
            count += 1
            folder = tmp_path / f"sidecar-{count}" if count > 1 else tmp_path
            folder.mkdir(exist_ok=True)
            context = launch_sidecar(folder, servers, *arguments, env=env, cwd=cwd)
            return await stack.enter_async_context(context)

        yield launch


@pytest.fixture
def app(tmp_path: Path) -> ChangingApp:
    """An app that the test changes."""
    return ChangingApp(tmp_path)
