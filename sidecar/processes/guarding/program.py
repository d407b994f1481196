"""Runs a server's program in a fork of its keeper: descriptors, signals, folder and environment.

The program finds nothing of the keeper's: its descriptors from 0 on are those it was meant to have,
and signals do what they do in a process that nobody has prepared.
"""

import errno
import fcntl
import os
import signal
from typing import NoReturn

from sidecar.processes.guarding import system
from sidecar.processes.guarding.guard_protocol import Launch

CHANGED_SIGNALS = (
    signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP,  # by the keeper
    signal.SIGPIPE, signal.SIGXFSZ,  # by Python
)  # fmt: skip


def start(launch: Launch, inherited: list[int]) -> int:
    """The pid of the program, which runs when this returns; `inherited` becomes its 1, 2, 3, …

    Raises:
        OSError: it cannot be run.
    """
    failure, failing = os.pipe()
    keeper = os.getpid()
    with open(failure, "rb", buffering=0) as told:
        try:
            pid = os.fork()
            if pid == 0:
                _become(launch, inherited, failing, keeper)
        finally:
            os.close(failing)
        number = told.read(16)
    if number:
        os.waitpid(pid, 0)
        raise OSError(int(number), os.strerror(int(number)))
    return pid


def _become(launch: Launch, inherited: list[int], failing: int, keeper: int) -> NoReturn:
    """Becomes the program, or tells on `failing` why it cannot."""
    argv, env, cwd, listens = launch
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in CHANGED_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        system.die_with(keeper)
        wanted = [os.open(os.devnull, os.O_RDONLY), *inherited]
        failing, *moved = [_at_least(len(wanted), one) for one in (failing, *wanted)]
        for place, descriptor in enumerate(moved):
            os.dup2(descriptor, place, inheritable=True)
        if listens:
            env[b"LISTEN_PID"] = str(os.getpid()).encode()
        os.chdir(cwd)
        os.execve(argv[0], argv, env)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must be told from an exit
        number = error.errno if isinstance(error, OSError) else None
        os.write(failing, str(number or errno.EINVAL).encode())
    finally:
        os._exit(127)


def _at_least(place: int, descriptor: int) -> int:
    """A duplicate that is out of the way while others are put into their places."""
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, place)
