"""What the tests of the health checks share."""

from pathlib import Path

import pytest

from tests.support.changing_app import ChangingApp


@pytest.fixture
def app(tmp_path: Path) -> ChangingApp:
    """An app that the test changes."""
    return ChangingApp(tmp_path)
