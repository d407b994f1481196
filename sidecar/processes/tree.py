"""Which processes belong to a server: the main one, what descends from it, and what has left home.

A process belongs if it descends from the living main process, is in its session, or carries the
server's mark in its environment, which a daemon that forked twice and made its own session still
does. Processes are told apart by pid and creation time; the main process stays a zombie until all
is over, so its pid and its session are nobody else's meanwhile. Blocking: for a thread.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from sidecar.processes.launch import MARK_VARIABLE
from sidecar.processes.posix import session_of

CLOCK_SLACK_SECONDS = 2.0
"""Creation times are computed from boot time and ticks: they may be off by this much."""


@dataclass(frozen=True, slots=True)
class Family:
    """How the processes of one server are recognised; `since` is when it was launched (epoch)."""

    main_pid: int
    mark: str
    since: float


def members(family: Family) -> list[psutil.Process]:
    """The living processes of a family; a zombie is not alive."""
    ours: dict[int, psutil.Process] = {}
    for process in sorted(_candidates(family), key=lambda p: (p.create_time(), p.pid)):
        with contextlib.suppress(psutil.Error):
            if _belongs(process, family, ours):
                ours[process.pid] = process
    return [process for process in ours.values() if _alive(process)]


def kill(processes: Iterable[psutil.Process]) -> None:
    """SIGKILL; psutil makes sure that each pid is still the same process."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def terminate(processes: Iterable[psutil.Process]) -> None:
    """SIGTERM, likewise."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.terminate()


def listeners(processes: Iterable[psutil.Process], port: int) -> bool:
    """Whether one of `processes` listens on `port`."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            for connection in process.net_connections(kind="tcp"):
                if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,):
                    return True
    return False


def _candidates(family: Family) -> list[psutil.Process]:
    """Everything younger than the server; older processes cannot descend from it."""
    earliest = family.since - CLOCK_SLACK_SECONDS
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.create_time() >= earliest:
                found.append(process)
    return found


def _belongs(process: psutil.Process, family: Family, ours: dict[int, psutil.Process]) -> bool:
    if process.pid == family.main_pid or process.ppid() in ours:
        return True
    if session_of(process.pid) == family.main_pid:
        return True
    try:
        return process.environ().get(MARK_VARIABLE) == family.mark
    except (psutil.Error, OSError):
        return False


def _alive(process: psutil.Process) -> bool:
    try:
        return process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.Error:
        return False
