"""Signals as something to wait for together with descriptors. For a process with one thread."""

import os
import signal


class Wakeup:
    """Makes `descriptor` readable when one of some signals comes, and keeps off what they do."""

    def __init__(self, signals: tuple[signal.Signals, ...]) -> None:
        self.descriptor, self._writer = os.pipe()
        os.set_blocking(self.descriptor, False)
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in signals:
            # A handler in Python, even an empty one, is what makes the descriptor tell.
            signal.signal(number, _nothing)

    def take(self) -> set[int]:
        """The numbers of the signals that have come since the last call; does not wait."""
        try:
            return set(os.read(self.descriptor, 1024))
        except BlockingIOError:
            return set()

    def close(self) -> None:
        """Before another one is made."""
        signal.set_wakeup_fd(-1)
        os.close(self.descriptor)
        os.close(self._writer)


def _nothing(_number: int, _frame: object) -> None:
    pass
