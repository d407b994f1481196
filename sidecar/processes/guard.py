"""The guardian as the sidecar sees it: started in time, replaced when gone, dismissed at last.

What the guardian does is in `guardian`; what happens to a single server is told by its keeper, see
`keeper_link`; what becomes of a guardian that is killed, see `vigil`.
"""

import contextlib
import errno
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from sidecar.processes.guarding import guard_protocol
from sidecar.processes.threads import in_thread
from sidecar.processes.vigil import Vigils

SCRIPT = Path(__file__).with_name("guardian.py")

DISMISSAL_SECONDS = 3.0
"""How long the guardian may take to go: its keepers are done by then, or have their own limits."""

_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""All that a guardian is given of the environment, which may hold secrets: some interpreters do not
find their own library without it."""


class Guard:
    """Owns the guardian process; belongs to the event loop's thread, and `summon` to the main."""

    def __init__(self) -> None:
        self._requests: socket.socket | None = None
        self._vigils = Vigils()
        if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
            # Inherited from whoever started us; the children of such a process leave no status.
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)

    @property
    def mark(self) -> str:
        """With which the marks of the servers of the present guardian begin."""
        last = self._vigils.last
        return last.mark if last is not None else ""

    def summon(self) -> None:
        """Makes sure that there is a guardian; it is at work a moment later.

        Raises:
            OSError: the interpreter could not be started.
        """
        if self._requests is not None:
            return
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._vigils.begin(lambda mark: _spawn(theirs, mark), ours)
            except OSError:
                ours.close()
                raise
        ours.setblocking(False)
        self._requests = ours

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
        for vigil in self._vigils:
            vigil.dismiss()
        last = self._vigils.last
        if self._requests is None or last is None:
            return
        with contextlib.suppress(OSError):
            self._requests.shutdown(socket.SHUT_WR)
        with contextlib.suppress(TimeoutError):
            await in_thread(last.over.wait, DISMISSAL_SECONDS)
        self._let_go()

    def finish_work_of(self, mark: str) -> None:
        """If the guardian of a run with this mark was killed: returns when what it left to us is
        gone. Blocking."""
        for vigil in self._vigils:
            if mark.startswith(vigil.mark) and not vigil.lives:
                vigil.over.wait(DISMISSAL_SECONDS)

    def _let_go(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None


def _spawn(requests: socket.socket, mark: str) -> int:
    """Starts the interpreter with nothing of ours but the socket and standard error."""
    if not sys.executable:
        raise OSError(errno.ENOENT, "this Python does not know its own interpreter")
    place = guard_protocol.REQUESTS_DESCRIPTOR
    # dup2 onto itself might leave the descriptor to be closed by exec
    with requests.dup() if requests.fileno() == place else requests as source:
        flags = ["-I", "-S", "-X", "utf8", *(["-B"] if sys.dont_write_bytecode else [])]
        return os.posix_spawn(
            sys.executable,
            [sys.executable, *flags, str(SCRIPT), mark],
            {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, source.fileno(), place),
            ],
            # What whoever started us has blocked or ignored is no concern of the servers.
            setsigmask=(),
            setsigdef=signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP},
        )
