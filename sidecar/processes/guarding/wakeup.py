"""Signals as something to wait for together with descriptors. For a process with one thread."""

import os
import signal

SIGNALS = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Wakeup:
    """Makes `descriptor` readable when one of SIGNALS comes, and keeps off what it would do."""

    def __init__(self) -> None:
        for number in SIGNALS:
            # A handler in Python, even an empty one, is what makes the descriptor tell.
            signal.signal(number, _nothing)
        self._open()

    def renew(self) -> None:
        """In a fork: what was shared with the parent becomes this process's own."""
        signal.set_wakeup_fd(-1)
        os.close(self.descriptor)
        os.close(self._writer)
        self._open()

    def _open(self) -> None:
        self.descriptor, self._writer = os.pipe()
        os.set_blocking(self.descriptor, False)
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)

    def take(self) -> set[int]:
        """The numbers of the signals that have come since the last call; does not wait."""
        try:
            return set(os.read(self.descriptor, 1024))
        except BlockingIOError:
            return set()


def _nothing(_number: int, _frame: object) -> None:
    pass
