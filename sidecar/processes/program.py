"""Runs a server's program in a fork of its keeper: descriptors, signals, folder and environment.

The program finds nothing of the keeper's: its descriptors from 0 on are those it was meant to have,
and signals do what they do in a process that nobody has prepared.
"""

import fcntl
import os
import signal
from typing import NoReturn

from sidecar.processes import system
from sidecar.processes.guard_protocol import Launch

HIGH = 100
"""Descriptors are kept from here on while those of the server are put into their places."""

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
        errno = told.read(16)
    if errno:
        os.waitpid(pid, 0)
        raise OSError(int(errno), os.strerror(int(errno)))
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
        failing = _out_of_the_way(failing)
        null = os.open(os.devnull, os.O_RDONLY)
        for place, descriptor in enumerate(list(map(_out_of_the_way, (null, *inherited)))):
            os.dup2(descriptor, place, inheritable=True)
        if listens:
            env[b"LISTEN_PID"] = str(os.getpid()).encode()
        os.chdir(cwd)
        os.execve(argv[0], argv, env)
    except OSError as error:
        os.write(failing, str(error.errno).encode())
    finally:
        os._exit(127)


def _out_of_the_way(descriptor: int) -> int:
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, HIGH)
