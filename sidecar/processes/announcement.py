"""The channel between the sidecar and an app's launcher, which is in `launch_uvicorn`.

The process says here that it serves; it is told when that was seen, and when a successor takes
over. One byte stands for each.
"""

import asyncio
import contextlib
import socket

ANNOUNCED = b"1"
"""What the launcher writes once this very process serves; anything else settles nothing."""

SEEN_READY = b"r"
SUCCESSOR = b"d"


class Announcement:
    """Our end; `theirs` is for the child and must be closed here once the child has it."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._told: asyncio.Future[bytes] = self._loop.create_future()

    def child_has_it(self) -> None:
        """Call after the child was started, or failed to start: then its death is noticed, too."""
        self.theirs.close()
        self._loop.add_reader(self._ours, self._readable)

    async def wait(self) -> bool:
        """True when the process says that it serves; False if it leaves that open."""
        return await asyncio.shield(self._told) == ANNOUNCED

    def tell(self, what: bytes) -> None:
        """Tells the process something; one that is gone or does not listen is no matter."""
        with contextlib.suppress(OSError):
            self._ours.send(what)

    def close(self) -> None:
        """Stops listening; whoever waits goes on waiting for something else. Repeatable."""
        if self._ours.fileno() >= 0:
            self._loop.remove_reader(self._ours)
            self._ours.close()

    def _readable(self) -> None:
        told = b""
        with contextlib.suppress(ConnectionError):
            told = self._ours.recv(1)  # nothing, if the process closed it untold
        self._loop.remove_reader(self._ours)
        if not self._told.done():
            self._told.set_result(told)
