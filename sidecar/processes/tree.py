"""Which processes belong to a server and are alive, as psutil sees them. Blocking: for a thread.

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
    """Whether it is still this process, and more than a zombie.

    One whose main thread has ended looks like a zombie while its other threads run on.
    """
    try:
        match process.status() if process.is_running() else psutil.STATUS_DEAD:
            case psutil.STATUS_DEAD:
                return False
            case psutil.STATUS_ZOMBIE:
                return process.num_threads() > 1
            case _:
                return True
    except psutil.Error:
        return False
