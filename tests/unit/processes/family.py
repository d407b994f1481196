"""Real families of processes: a main one, and what it leaves behind in every way there is."""

import contextlib
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from sidecar.processes.launch import MARK_VARIABLE
from sidecar.processes.posix import spawn
from sidecar.processes.tree import Family, kill, members

LIMIT = 10.0

# Each function starts a process that prints "NAME PID" and sleeps; `start` is told how.
_BIRTHS = r"""
import os, subprocess, sys, time

def sleeper(name, **how):
    code = f"import os, time; os.write(1, b'{name} %d\\n' % os.getpid()); time.sleep(600)"
    return subprocess.Popen([sys.executable, "-c", code], **how)

def start(name):
    if name == "child":
        sleeper(name)
    elif name == "nameless":  # without the mark, and in a session of its own
        sleeper(name, env={}, start_new_session=True)
    elif name == "sessionmate":  # without the mark, and its parent is gone
        if os.fork() == 0:
            sleeper(name, env={})
            os._exit(0)
        os.wait()
    elif name == "daemon":  # forked twice, in a session of its own
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                sleeper(name)
            os._exit(0)
        os.wait()
    elif name == "zombie":
        zombie = subprocess.Popen(["true"])
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        os.write(1, b"zombie %d\n" % zombie.pid)

for name in sys.argv[1:]:
    start(name)
os.write(1, b"main %d\n" % os.getpid())
time.sleep(600)
"""


@dataclass
class RealFamily:
    """A living family, and its members' pids by name."""

    main: subprocess.Popen[bytes]
    family: Family
    pids: dict[str, int]

    def found(self) -> set[str]:
        """The names of the members that are found; '?' for one that should not be."""
        names = {pid: name for name, pid in self.pids.items()}
        return {names.get(process.pid, "?") for process in members(self.family)}

    def kill_main(self) -> None:
        """The main process ends and stays a zombie, as it does until all is over."""
        self.main.kill()
        os.waitid(os.P_PID, self.main.pid, os.WEXITED | os.WNOWAIT)


@contextlib.contextmanager
def living(*names: str) -> Iterator[RealFamily]:
    """A main process with such relatives; none is left afterwards."""
    mark = os.urandom(8).hex()
    env = {**os.environ, MARK_VARIABLE: mark}
    with spawn([sys.executable, "-c", _BIRTHS, *names], "/", env, ()) as main:
        family = Family(main.pid, mark)
        assert main.stdout is not None
        os.set_blocking(main.stdout.fileno(), True)
        pids: dict[str, int] = {}
        try:
            while len(pids) < len(names) + 1:
                assert select.select([main.stdout], [], [], LIMIT)[0], f"only {pids} were born"
                for birth in os.read(main.stdout.fileno(), 65_536).splitlines():
                    name, pid = birth.split()
                    pids[name.decode()] = int(pid)
            yield RealFamily(main, family, pids)
        finally:
            while rest := members(family):
                kill(rest)
