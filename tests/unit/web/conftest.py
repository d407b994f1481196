"""The web app over servers that are only played."""

from pathlib import Path

import pytest
from starlette.types import ASGIApp

from sidecar.config.catalogue import Catalogue
from sidecar.rpc.clients import Clients, Outboxes
from sidecar.supervision.manager import Manager
from sidecar.web.app import WebApp
from sidecar.web.auth import Sessions
from tests.unit.supervision.scripted_processes import ScriptedProcesses


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(8765)


@pytest.fixture
def cookie(sessions: Sessions) -> str:
    """The Cookie header of a browser that was let in."""
    return f"{sessions.cookie}={sessions.redeem(sessions.new_token())}"


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """Where the built panel belongs; empty."""
    return tmp_path / "static"


@pytest.fixture
def app(sessions: Sessions, static: Path) -> ASGIApp:
    manager = Manager(ScriptedProcesses(), lambda _: None)
    clients = Clients(manager, Catalogue(), Outboxes())
    return WebApp(clients, sessions, "127.0.0.1", static).asgi
