"""What every test run is under; fixtures live beside the tests that use them."""

import itertools
import os
import tempfile
from pathlib import Path

import hypothesis
import pytest

# An example may take its time on a busy machine; what matters is whether it holds.
hypothesis.settings.register_profile("sidecar", deadline=None)
hypothesis.settings.load_profile("sidecar")

pytest_plugins = ["pytester", "tests.skip_policy"]

_state = tempfile.TemporaryDirectory(prefix="sidecar-state-")
_numbers = itertools.count()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No sidecar of one test ends what another has left, nor anything of the developer's own."""
    del item
    os.environ["XDG_STATE_HOME"] = str(Path(_state.name) / str(next(_numbers)))
