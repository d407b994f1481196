"""Where things are kept, by the custom of each platform."""

import sys
from pathlib import Path

import pytest

from sidecar.folders import history_file, running_folder


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("platform", "state"),
    [
        ("linux", ".local/state"),
        ("darwin", "Library/Application Support"),
        ("win32", "AppData/Local"),
    ],
)
def test_each_platform_has_its_custom(
    monkeypatch: pytest.MonkeyPatch, home: Path, platform: str, state: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert running_folder() == home / state / "python-server-sidecar" / "running"
    assert history_file() == home / state / "python-server-sidecar" / "console-history"


def test_a_user_may_keep_state_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert running_folder() == tmp_path / "state" / "python-server-sidecar" / "running"


def test_a_relative_place_is_none(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    # By the XDG specification; it would be another place for each folder one is in.
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    assert running_folder().is_relative_to(home)
