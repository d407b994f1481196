"""The signals that end a sidecar in order, whichever way it is spoken to."""

import asyncio
import contextlib
import signal
from collections.abc import Callable

EXIT_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")


def catch_exit_signals(received: Callable[[str], object]) -> None:
    """From now on `received` is called on the running loop, with the name of each that comes."""
    loop = asyncio.get_running_loop()
    for name in EXIT_SIGNALS:
        number = getattr(signal, name, None)
        # Under nohup the end of the terminal is not to be the end of the program.
        if number is None or (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            continue
        with contextlib.suppress(NotImplementedError):  # Windows, which has SIGINT by itself
            loop.add_signal_handler(number, received, name)
