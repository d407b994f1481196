"""Where the console keeps what it remembers, by the custom of each platform."""

import os
import sys
from pathlib import Path

APPLICATION = "python-server-sidecar"


def history_file() -> Path:
    """The file of the lines typed so far; it need not exist."""
    return _state_folder() / APPLICATION / "console-history"


def _state_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
