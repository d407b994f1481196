"""The guardian as the sidecar sees it: started in time, replaced when gone, dismissed at last.

What the guardian does is in `guardian`; what happens to a single server is told by its keeper, see
`keeper_link`.
"""

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from sidecar.processes import guard_protocol, marks
from sidecar.processes.threads import in_thread

SCRIPT = Path(__file__).with_name("guardian.py")

FAREWELL_SECONDS = 3.0
"""How long the guardian may take to go: its keepers are done by then, or have their own limits."""


class Guard:
    """Owns the guardian process; belongs to the event loop's thread but for `summon`."""

    def __init__(self) -> None:
        self.mark = ""
        self._requests: socket.socket | None = None
        self._burial: threading.Thread | None = None

    def summon(self) -> None:
        """Makes sure that there is a guardian; it is at work a moment later.

        Raises:
            OSError: the interpreter could not be started.
        """
        if self._requests is not None:
            return
        ours, theirs = socket.socketpair()
        with theirs:
            self.mark = marks.new_mark()
            try:
                pid = _spawn(theirs, self.mark)
            except OSError:
                ours.close()
                raise
        ours.setblocking(False)
        self._requests = ours
        # Waited for from the beginning, it is no zombie, whenever somebody may kill it.
        self._burial = threading.Thread(target=os.waitpid, args=(pid, 0), daemon=True)
        self._burial.start()

    def keep(self, descriptors: Sequence[int]) -> None:
        """Asks for a keeper, and hands it duplicates of `descriptors`.

        Raises:
            OSError: there is no guardian, and none could be started.
        """
        for attempt in (1, 2):
            self.summon()
            assert self._requests is not None
            try:
                socket.send_fds(self._requests, [guard_protocol.A_KEEPER], descriptors)
                return
            except ConnectionError:  # somebody killed it
                self._let_go()
                if attempt == 2:
                    raise

    async def dismiss(self) -> None:
        """Waits until the guardian is gone, which ends what it still keeps."""
        if self._requests is None or self._burial is None:
            return
        with contextlib.suppress(OSError):
            self._requests.shutdown(socket.SHUT_WR)
        with contextlib.suppress(TimeoutError):
            await in_thread(self._burial.join, FAREWELL_SECONDS)
        self._let_go()

    def _let_go(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None


def _spawn(requests: socket.socket, mark: str) -> int:
    """Starts the interpreter with nothing of ours but the socket and standard error."""
    place = guard_protocol.REQUESTS_DESCRIPTOR
    # dup2 onto itself might leave the descriptor to be closed by exec
    with (
        requests.dup()
        if requests.fileno() == guard_protocol.REQUESTS_DESCRIPTOR
        else requests as source
    ):
        flags = ["-I", "-S", "-X", "utf8", *(["-B"] if sys.dont_write_bytecode else [])]
        return os.posix_spawn(
            sys.executable,
            [sys.executable, *flags, str(SCRIPT), mark],
            {},  # no secret of our environment in its own
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, source.fileno(), place),
            ],
        )
