"""Where things are kept between two runs, by the custom of each platform.

Owns the places only; who keeps something there makes the folder and looks after it.
"""

import os
import sys
from pathlib import Path

APPLICATION = "python-server-sidecar"


def history_file() -> Path:
    """The file of the lines typed into the console so far; it need not exist."""
    return _state_folder() / APPLICATION / "console-history"


def running_folder() -> Path:
    """The folder in which every sidecar notes what it has started; it need not exist."""
    return _state_folder() / APPLICATION / "running"


def _state_folder() -> Path:
    """Raises RuntimeError if the user has no home."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    chosen = os.environ.get("XDG_STATE_HOME", "")
    # A relative one is to be ignored, says the XDG specification.
    return Path(chosen) if os.path.isabs(chosen) else Path.home() / ".local" / "state"
