"""Ends what comes to the sidecar when its guardian is killed.

The sidecar is a subreaper: it inherits the keepers, which end their servers by themselves, and
whatever belonged to keepers that were killed together with the guardian. Blocking: for a thread.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable

from sidecar.processes import system

PATIENCE_SECONDS = 10.0
"""Keepers are done after their lease and the time to kill; who is left then hangs in the system."""

LOOK_AGAIN_SECONDS = 0.02


def end(mark: str, find: Callable[[], dict[int, system.Identity]]) -> None:
    """Returns when nobody that `find` tells of is left; keepers have their guardian's `mark` in
    their command line, and are given the time they need."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := find()) and time.monotonic() < deadline:
        keepers = frozenset(pid for pid in found if system.has_argument(pid, mark))
        kept: set[int] = set()
        for keeper in keepers:
            kept |= system.descendants(keeper).keys()
        for pid, started in found.items():
            if pid not in keepers and pid not in kept:
                system.send(pid, started, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):  # not our own child
                os.waitpid(pid, os.WNOHANG)
        time.sleep(LOOK_AGAIN_SECONDS)
