"""Which processes belong to a server now, as psutil sees them. Blocking: for a thread.

The keeper is the ancestor of them all, daemons included, where the system has subreapers.
"""

import psutil


def members(keeper_pid: int) -> list[psutil.Process]:
    """The living processes beneath a keeper; a zombie is not alive."""
    try:
        everyone = psutil.Process(keeper_pid).children(recursive=True)
    except psutil.Error:
        return []
    return [process for process in everyone if is_alive(process)]


def is_alive(process: psutil.Process) -> bool:
    """Whether it is still this process, and more than a zombie."""
    try:
        gone = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        return process.is_running() and process.status() not in gone
    except psutil.Error:
        return False
