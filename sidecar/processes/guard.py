"""The guardian as the sidecar sees it: started in time, replaced when gone, dismissed at last.

What the guardian does is in `guardian`; what happens to a single server is told by its keeper, see
`keeper_link`.
"""

import contextlib
import logging
import os
import select
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sidecar.processes import guard_protocol, marks
from sidecar.processes.threads import in_thread

if TYPE_CHECKING:
    from sidecar.processes.system import Identity

SCRIPT = Path(__file__).with_name("guardian.py")

FAREWELL_SECONDS = 3.0
"""How long the guardian may take to go: its keepers are done by then, or have their own limits."""

logger = logging.getLogger(__name__)


class Guard:
    """Owns the guardian process; belongs to the event loop's thread."""

    def __init__(self) -> None:
        self.mark = ""
        self._requests: socket.socket | None = None
        self._pid: int | None = None
        self._vigil: threading.Thread | None = None
        self._lost = threading.Event()
        self._dismissed = False
        self._lock = threading.Lock()

    def summon(self) -> None:
        """Makes sure that there is a guardian; it is at work a moment later.

        Raises:
            OSError: the interpreter could not be started.
        """
        if self._requests is not None:
            return
        if self._pid is not None:
            from sidecar.processes import system

            system.adopt_orphans(wanted=False)  # the new lookout is to be nobody's child
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            self.mark = marks.new_mark()
            try:
                self._pid = _spawn(theirs, self.mark)
            except OSError:
                ours.close()
                raise
            self._lost.clear()  # under the lock: whoever looks for orphans must not find this one
        ours.setblocking(False)
        self._requests = ours
        self._vigil = threading.Thread(
            target=self._keep_vigil, args=(self._pid, self.mark, ours.dup()), daemon=True
        )
        self._vigil.start()

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
        self._dismissed = True
        if self._requests is None or self._vigil is None:
            return
        with contextlib.suppress(OSError):
            self._requests.shutdown(socket.SHUT_WR)
        with contextlib.suppress(TimeoutError):
            await in_thread(self._vigil.join, FAREWELL_SECONDS)
        self._let_go()

    def finish_its_work(self) -> None:
        """If the guardian was killed: returns when what it left to us is gone. Blocking."""
        if self._lost.is_set() and self._vigil is not None:
            self._vigil.join(FAREWELL_SECONDS)

    def _keep_vigil(self, pid: int, mark: str, requests: socket.socket) -> None:
        """In a thread. Waited for from the beginning, the guardian never is a zombie."""
        from sidecar.processes import adopted, system

        with requests:
            select.select([requests], [], [])  # it is at work, or gone already
        system.adopt_orphans()
        os.waitpid(pid, 0)
        self._lost.set()
        if not self._dismissed:
            logger.warning("the guardian (pid %s) was killed: its servers are being ended", pid)
            adopted.end(mark, self._adopted)

    def _adopted(self) -> "dict[int, Identity]":
        """What descends from us, but not from the guardian of today."""
        from sidecar.processes import system

        with self._lock:
            today = [] if self._lost.is_set() or self._pid is None else [self._pid]
            return system.descendants(os.getpid(), besides=frozenset(today))

    def _let_go(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None


def _spawn(requests: socket.socket, mark: str) -> int:
    """Starts the interpreter with nothing of ours but the socket and standard error."""
    place = guard_protocol.REQUESTS_DESCRIPTOR
    # dup2 onto itself might leave the descriptor to be closed by exec
    with requests.dup() if requests.fileno() == place else requests as source:
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
