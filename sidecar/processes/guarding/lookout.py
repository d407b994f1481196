"""The lookout: sees to a server's processes when guardian and keepers were killed all at once.

It stands outside the family, so that nothing that ends a family tree reaches it, and sleeps until
no guardian and no keeper is left. If nobody relieved it before, it kills every process that still
carries the guardian's mark in its environment. Part of the guardian's program.
"""

import os
import signal
import time

from sidecar.processes.guarding import system
from sidecar.processes.guarding.marks import VARIABLE

RELIEVED = b"."

SEARCH_SECONDS = 10.0
"""Who is not gone so long after SIGKILL hangs in the system."""

LOOK_AGAIN_SECONDS = 0.05

EMPTY_ROUNDS = 3
"""One look can miss a process that has just forked or is exchanging its program."""


def post(mark: str) -> tuple[int, int]:
    """Puts up a lookout; call it before the guardian is a subreaper, or it would be its child.

    Returns two descriptors. The first is to be held by the guardian and its keepers: when nobody
    holds it any more, they are gone; RELIEVED on it ends the lookout. The second reaches its end
    when the lookout has ended.
    """
    watching, held = os.pipe()
    ended, ending = os.pipe()
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            os.close(held)
            os.close(ended)
            _stand_by(watching, ending, mark)
        os._exit(0)
    os.waitpid(child, 0)
    os.close(watching)
    os.close(ending)
    return held, ended


def _stand_by(watching: int, ending: int, mark: str) -> None:
    """Never returns."""
    try:
        os.setsid()
        # Nothing that ends everybody by their command line shall end this one with them.
        system.name_this_process("sidecar-lookout", mark)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _let_go_of_all_but(watching, ending)
        if os.read(watching, 1) != RELIEVED:
            kill_marked(mark)
    finally:
        os._exit(0)


def _let_go_of_all_but(*kept: int) -> None:
    """The socket to the sidecar above all: its end must be noticed on the other side."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 2)
    low = 3
    for descriptor in sorted(kept):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, low + 256)


def kill_marked(mark: str) -> None:
    """Kills who carries the mark until nobody does."""
    deadline = time.monotonic() + SEARCH_SECONDS
    empty = 0
    while empty < EMPTY_ROUNDS and time.monotonic() < deadline:
        found = system.marked(VARIABLE, mark)
        for pid, started in found.items():
            system.send(pid, started, signal.SIGKILL)
        empty = 0 if found else empty + 1
        time.sleep(LOOK_AGAIN_SECONDS)
