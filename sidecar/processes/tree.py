"""Which processes belong to a server: the main one, what descends from it, and what has left home.

A process belongs if it descends from the main process, is in its session, or carries the server's
mark in its environment, which a daemon that forked twice and made its own session still does. The
main process stays a zombie until all is over, so its pid and its session are nobody else's
meanwhile. No clock is asked: those of people and of the system may be set. Blocking: for a thread.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from sidecar.processes.launch import MARK_VARIABLE
from sidecar.processes.posix import session_of


@dataclass(frozen=True, slots=True)
class Family:
    """How the processes of one server are recognised."""

    main_pid: int
    mark: str


def members(family: Family) -> list[psutil.Process]:
    """The living processes of a family; a zombie is not alive."""
    everyone = {process.pid: process for process in psutil.process_iter()}
    children: dict[int, list[int]] = {}
    for pid, process in everyone.items():
        with contextlib.suppress(psutil.Error):
            children.setdefault(process.ppid(), []).append(pid)
    ours: set[int] = set()
    for pid, process in everyone.items():
        if pid not in ours and _belongs(process, family):
            _add_with_descendants(pid, children, ours)
    return [everyone[pid] for pid in ours if pid in everyone and is_alive(everyone[pid])]


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


def is_alive(process: psutil.Process) -> bool:
    """Whether it is still this process, and more than a zombie."""
    try:
        gone = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        return process.is_running() and process.status() not in gone
    except psutil.Error:
        return False


def _belongs(process: psutil.Process, family: Family) -> bool:
    """Whether a process belongs by itself, whoever its parent is."""
    if process.pid == family.main_pid or session_of(process.pid) == family.main_pid:
        return True
    try:
        return process.environ().get(MARK_VARIABLE) == family.mark
    except (psutil.Error, OSError):
        return False


def _add_with_descendants(pid: int, children: dict[int, list[int]], ours: set[int]) -> None:
    waiting = [pid]
    while waiting:
        pid = waiting.pop()
        if pid not in ours:
            ours.add(pid)
            waiting += children.get(pid, [])
