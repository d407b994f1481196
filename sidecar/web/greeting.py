"""What the person who starts `sidecar web` is told on stderr, and the Enter key that asks for more.

The link is printed and goes nowhere else: no log, no title of the process.
"""

import asyncio
import os
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

LOOK_AGAIN_SECONDS = 1.0
"""After this the terminal is looked at again, when another program had it."""


class Greeting:
    """Writes to people. A terminal gets a short block, anything else one line to look for."""

    def __init__(self, url: str, config: Path | None, servers: int, *, built: bool) -> None:
        self._url = url
        self._config = config
        self._servers = servers
        self._built = built
        self._stream: TextIO = sys.stderr

    def link(self, token: str) -> str:
        """The address that lets one browser in."""
        return f"{self._url}/?token={token}"

    def first(self, token: str) -> None:
        """Says where the panel is, and how to get on."""
        link = self.link(token)
        if not self._stream.isatty():
            self._write(f"sidecar web: {link}\n")
        else:
            self._write(
                f"\n  The panel is at\n\n    {link}\n\n"
                f"  {self._what()}\n"
                "  Enter makes a new link, for another browser; Ctrl-C stops everything.\n\n"
            )
        if not self._built:
            self._write(
                "sidecar web: the panel has not been built, so that the page only says how:\n"
                "    cd electron-bridge && npm ci && npm run build\n"
            )

    def again(self, token: str) -> None:
        """Another link, since the first has been used."""
        self._write(f"sidecar web: {self.link(token)}\n")

    def open_browser(self, token: str) -> threading.Thread:
        """Begins to open the link in the user's browser; says so if there is none."""

        def open_it() -> None:
            try:
                opened = webbrowser.open(self.link(token))
            except (OSError, webbrowser.Error):
                opened = False
            if not opened:
                self._write("sidecar web: no browser could be opened; open the link yourself\n")

        # In a thread, since some browsers are waited for; and one that nobody waits for at the end.
        opening = threading.Thread(target=open_it, name="browser", daemon=True)
        opening.start()
        return opening

    def _what(self) -> str:
        count = f"{self._servers} server" + ("" if self._servers == 1 else "s")
        if self._config is None:
            return f"{count}, since no configuration is given: --config FILE names one"
        return f"{count} from {self._config}"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class EnterKey:
    """Calls back when Enter is pressed in the terminal that the sidecar was started in."""

    def __init__(self, descriptor: int, pressed: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._pressed = pressed
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._watches = False
        if os.name == "posix" and os.isatty(descriptor):
            self._watch()

    def close(self) -> None:
        """Watches no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._watches:
            self._loop.remove_reader(self._descriptor)
            self._watches = False

    def _watch(self) -> None:
        self._loop.add_reader(self._descriptor, self._readable)
        self._watches = True

    def _readable(self) -> None:
        if not self._in_foreground():  # to read now would stop the sidecar (SIGTTIN)
            self.close()
            self._timer = self._loop.call_later(LOOK_AGAIN_SECONDS, self._watch)
            return
        try:
            typed = os.read(self._descriptor, 1024)
        except OSError:
            typed = b""
        if not typed:  # Ctrl-D, or the terminal is gone
            self.close()
        else:
            self._pressed()

    def _in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self._descriptor) == os.getpgrp()
        except OSError:
            return False
