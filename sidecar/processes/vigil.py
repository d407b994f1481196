"""The sidecar's watch over one guardian, from before its start until nothing of it is left.

A guardian that was killed leaves its keepers to the sidecar, which is a subreaper, and whatever
belonged to keepers that were killed with it: those are ended here.
"""

import logging
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sidecar.processes.guarding import marks

if TYPE_CHECKING:
    from sidecar.processes.guarding.system import Identity

PATIENCE_SECONDS = 10.0
"""Keepers are done after their lease and the time to kill; who is left then hangs in the system."""

LOOK_AGAIN_SECONDS = 0.02

logger = logging.getLogger(__name__)


class Vigils:
    """All guardians of this sidecar, the last one and those before it that are not over."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        """Guardians are started, and looked for, in turns: none is mistaken for an orphan."""
        self._all: list[Vigil] = []
        self._adopts: bool | None = None

    def begin(self, spawn: Callable[[str], int], requests: socket.socket) -> None:
        """`spawn` starts the guardian with a mark; `requests` is our end of its socket.

        Raises:
            OSError: it could not be started.
        """
        if self._all:
            from sidecar.processes.guarding import system

            system.adopt_orphans(wanted=False)  # the new lookout is to be nobody's child
        vigil = Vigil(self)
        before = [one for one in self._all if not one.over.is_set()]
        self._all = [*before, vigil]  # at once: nobody shall take it for a stranger
        try:
            vigil.start(spawn, requests)
        except OSError:
            self._all = before
            raise

    def __iter__(self) -> "Iterator[Vigil]":
        return iter(tuple(self._all))

    @property
    def last(self) -> "Vigil | None":
        """The guardian of today."""
        return self._all[-1] if self._all else None

    def may_adopt(self) -> bool:
        """Not where strangers are, or will be, among our descendants: they must be let alone.

        It is found out when the first guardian is at work, and nobody else can be beneath us yet.
        """
        if self._adopts is None:
            self._adopts = os.getpid() != 1 and not self.ours()
        return self._adopts

    def ours(self) -> "dict[int, Identity]":
        """Who descends from us, but not from a living guardian."""
        from sidecar.processes.guarding import system

        with self.turn:
            living = frozenset(vigil.pid for vigil in self if vigil.lives)
            return system.descendants(os.getpid(), besides=living)


class Vigil:
    """One guardian; `start` begins it, the rest happens in a thread."""

    def __init__(self, among: Vigils) -> None:
        self.mark = marks.new_mark()
        self.over = threading.Event()
        """Set when nothing of the guardian is left."""
        self.lives = False
        self.pid = 0
        self._among = among
        self._dismissed = False

    def start(self, spawn: Callable[[str], int], requests: socket.socket) -> None:
        """See `Vigils.begin`."""
        at_work = requests.dup()
        try:
            with self._among.turn:
                self.pid = spawn(self.mark)
                self.lives = True
        except OSError:
            at_work.close()
            raise
        threading.Thread(target=self._watch, args=(at_work,), name="vigil", daemon=True).start()

    def dismiss(self) -> None:
        """Its end will be in order."""
        self._dismissed = True

    def _watch(self, at_work: socket.socket) -> None:
        """Waited for from the beginning, a guardian never is a zombie."""
        from sidecar.processes.guarding import system

        with at_work:
            poll = select.poll()  # `select` cannot wait for the higher descriptors
            poll.register(at_work, select.POLLIN)
            poll.poll()  # it is at work, or gone already
        adopts = self._among.may_adopt()
        if adopts:
            system.adopt_orphans()
        os.waitpid(self.pid, 0)
        with self._among.turn:
            self.lives = False
        if not self._dismissed:
            logger.warning(
                "the guardian (pid %s) was killed: its servers are being ended", self.pid
            )
            if adopts:
                self._end_orphans()
        self.over.set()

    def _end_orphans(self) -> None:
        """Returns when nobody is left. Keepers, which have the mark of their guardian in their
        command line, end their servers by themselves and are given the time."""
        from sidecar.processes.guarding import system

        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self._among.ours()) and time.monotonic() < deadline:
            known = [vigil.mark for vigil in self._among]
            spared = {pid for pid in found if any(system.has_argument(pid, m) for m in known)}
            for keeper in tuple(spared):
                spared |= system.descendants(keeper).keys()
            for pid, started in found.items():
                if pid not in spared:
                    system.send(pid, started, signal.SIGKILL)
                _bury(pid)
            time.sleep(LOOK_AGAIN_SECONDS)


def _bury(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:  # a child's child
        pass
