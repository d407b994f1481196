"""The sidecar's end of the socket to a keeper: sends it commands, takes in its reports.

This end being open is also the lease: when it closes, however that comes, the keeper ends its
server.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable

from sidecar.processes.guarding.guard_protocol import Launch, launch_message

READ_BYTES = 4096


class KeeperLink:
    """Belongs to the event loop's thread."""

    def __init__(
        self,
        control: socket.socket,
        told: Callable[[str, list[str]], None],
        lost: Callable[[], None],
    ) -> None:
        """`told` is given each report, a word and its values (see `guard_protocol.REPORTS`).

        `lost` is called once, at the end of them.
        """
        control.setblocking(False)
        self._control = control
        self._told = told
        self._lost = lost
        self._received = b""
        self._unsent = b""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(control, self._readable)

    def launch(self, launch: Launch) -> None:
        """Has the server started; reports `pid` or `errno` follow."""
        self._send(launch_message(launch))

    def end(self, seconds: float) -> None:
        """Has the tree ended, and killed after so long; a second time only shortens that."""
        self._send(f"end {seconds}\n".encode())

    def close(self) -> None:
        """Repeatable; nothing is told any more."""
        if self._control.fileno() >= 0:
            self._loop.remove_reader(self._control)
            self._loop.remove_writer(self._control)
            self._control.close()

    def _send(self, data: bytes) -> None:
        if self._control.fileno() < 0:
            return
        if not self._unsent:
            self._loop.add_writer(self._control, self._writable)
        self._unsent += data
        self._writable()

    def _writable(self) -> None:
        try:
            self._unsent = self._unsent[self._control.send(self._unsent) :]
        except BlockingIOError:
            return
        except OSError:
            self._unsent = b""  # the keeper is gone, of which the reading side tells
        if not self._unsent:
            self._loop.remove_writer(self._control)

    def _readable(self) -> None:
        data = b""
        with contextlib.suppress(ConnectionError):
            try:
                data = self._control.recv(READ_BYTES)
            except BlockingIOError:
                return
        *lines, self._received = (self._received + data).split(b"\n")
        for line in lines:
            word, *values = line.decode(errors="replace").split(" ")
            self._told(word, values)
        if not data and self._control.fileno() >= 0:
            self.close()
            self._lost()
