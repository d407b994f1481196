"""Notices the end of the process that launched this one, whatever it left open."""

import asyncio
import os
from collections.abc import Callable

LOOK_SECONDS = 0.5
"""Where the system cannot tell the end of a process, the parent is looked at this often."""


class ParentWatch:
    """Calls back once when the parent is gone."""

    def __init__(self, when_gone: Callable[[], None], parent: int | None = None) -> None:
        """`parent` is its pid if that was looked at earlier: it may have ended since."""
        self._when_gone = when_gone
        self._parent = os.getppid() if parent is None else parent
        self._loop = asyncio.get_running_loop()
        self._pidfd = -1
        self._timer: asyncio.TimerHandle | None = None
        if self._parent > 1:
            self._watch()

    def close(self) -> None:
        """Watches no more."""
        if self._pidfd >= 0:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1
        if self._timer is not None:
            self._timer.cancel()

    def _watch(self) -> None:
        try:
            self._pidfd = os.pidfd_open(self._parent)
        except (AttributeError, OSError):
            self._loop.call_soon(self._look)
            return
        if os.getppid() != self._parent:  # it ended just before, and the pid may be another's
            self._gone()
            return
        self._loop.add_reader(self._pidfd, self._gone)

    def _look(self) -> None:
        if os.getppid() != self._parent:
            self._gone()
        else:
            self._timer = self._loop.call_later(LOOK_SECONDS, self._look)

    def _gone(self) -> None:
        self.close()
        self._when_gone()
