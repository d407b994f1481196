"""Opens the panel: in Electron where it is at hand, else in the browser. Stays until Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

PROJECT = Path(__file__).parents[1]
CONFIG = PROJECT / "demo/sidecar.toml"
BRIDGE = PROJECT / "electron-bridge"
ELECTRON = BRIDGE / "node_modules/electron/dist/electron"

END_SECONDS = 20.0
"""The sidecar stops its servers within seconds; this only keeps a broken demo from hanging."""


def main() -> int:
    """Serve the panel and show it; the exit code is the sidecar's."""
    in_electron = _has_display() and ELECTRON.exists() and (BRIDGE / "demo/dist/main.cjs").exists()
    command = [sys.executable, "-m", "sidecar", "web", "--config", str(CONFIG), "--port", "0"]
    os.chdir(PROJECT)
    if not in_electron:
        if _has_display():
            command.append("--open")
        # Nothing stands between: whatever ends this process ends the sidecar.
        os.execv(sys.executable, command)
    return _beside_electron(command)


def _beside_electron(command: list[str]) -> int:
    web = subprocess.Popen(command)
    environment = {**os.environ, "SIDECAR_PYTHON": sys.executable}
    app = subprocess.Popen([str(ELECTRON), str(BRIDGE / "demo")], env=environment)

    def end(_number: int, _frame: FrameType | None) -> None:
        web.terminate()  # and wait: it stops the servers first

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    try:
        return web.wait()
    finally:
        app.terminate()
        app.wait(END_SECONDS)


def _has_display() -> bool:
    on_linux = sys.platform.startswith("linux")
    return not on_linux or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
