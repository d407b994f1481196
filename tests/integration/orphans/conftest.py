"""Fixtures for tests that kill what looks after the servers."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.orphans.forest import Forest
from tests.support.sidecar import LaunchSidecar, Sidecar


@pytest.fixture
def forest(tmp_path: Path) -> Iterator[Forest]:
    """Makes trees: `forest.plant("child", "daemon:deaf", main="main:deaf")`."""
    forest = Forest(tmp_path)
    yield forest
    forest.clear()


@pytest.fixture
def sidecar(sidecar: LaunchSidecar, tmp_path: Path) -> LaunchSidecar:
    """As everywhere, but that what a sidecar remembers stays in the test's own folder."""

    async def launch(
        servers: Mapping[str, Any] | None = None,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Sidecar:
        state = {"XDG_STATE_HOME": str(tmp_path / "state")}
        return await sidecar(servers, *arguments, env=state | dict(env or {}), cwd=cwd)

    return launch
