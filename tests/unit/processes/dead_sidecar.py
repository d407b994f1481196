"""A sidecar that notes what it starts and is then killed, with all that would clean up after it."""

import contextlib
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from sidecar.processes.guarding.marks import VARIABLE, new_mark, of_run
from tests.support.processes import PROJECT_ROOT

LIMIT = 10.0

# Notes what it is told to start; each process prints "NAME PID" once it is as its name says.
_SIDECAR = r"""
import os, subprocess, sys, time
from pathlib import Path
from sidecar.processes.state_file import StateFile
from sidecar.processes.guarding.system import started_at

folder, variable, mark, *names = sys.argv[1:]
state = StateFile(Path(folder))
marked = {variable: mark}

START = "import os, signal, subprocess, sys, time; "
SLEEP = "; os.write(1, f'{sys.argv[1]} {os.getpid()}\\n'.encode()); time.sleep(600)"
CODE = {
    "stubborn": "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "polite": "signal.signal(signal.SIGTERM, lambda *_: (open(sys.argv[2], 'w'), os._exit(0)))",
    "parent": "subprocess.Popen([sys.executable, '-SEc', sys.argv[3], 'nameless'],"
              " env={}, start_new_session=True)",
}

def start(name, env):
    code = START + CODE.get(name, "pass") + SLEEP
    arguments = [name, folder + "-was-asked", START + "pass" + SLEEP]
    return subprocess.Popen(
        [sys.executable, "-SEc", code, *arguments], env=env, start_new_session=True,
        close_fds=False,
    ).pid

for name in names:
    if name == "daemon":  # forked twice, in a session of its own, and never noted
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                start(name, marked)
            os._exit(0)
        os.wait()
    elif name == "stranger":  # neither noted nor marked
        start(name, {})
    elif name == "recycled":  # what has the pid of a noted process, but is none
        pid = start(name, {})
        state.remember(name, pid, started_at(pid) - 1, mark)
    elif name.isdigit():  # whoever has that pid
        state.remember("given", int(name), started_at(int(name)), mark)
    else:
        pid = start(name, marked if name != "unmarked" else {})
        state.remember(name, pid, started_at(pid), mark)
os.write(1, b"sidecar %d\n" % os.getpid())
sys.stdin.read()
"""


@dataclass
class Sidecar:
    """A sidecar, alive until it is killed, and those it has started, by name."""

    popen: subprocess.Popen[bytes]
    mark: str
    processes: dict[str, psutil.Process] = field(default_factory=dict[str, psutil.Process])

    def is_killed(self) -> None:
        """Leaves behind all that it has started."""
        self.popen.kill()
        self.popen.wait(LIMIT)

    def pid(self, name: str) -> int:
        """The pid of one that it has started."""
        return self.processes[name].pid

    def living(self) -> set[str]:
        """The names of those that live."""
        return {name for name, process in self.processes.items() if _is_alive(process)}


@contextlib.contextmanager
def sidecar_with(folder: Path, *names: str, expect: int | None = None) -> Iterator[Sidecar]:
    """A living sidecar that has started these; of all that nothing is left afterwards.

    `expect` so many, if that is not one for each name.
    """
    mark = of_run(new_mark(), new_mark())
    popen = subprocess.Popen(
        [sys.executable, "-c", _SIDECAR, str(folder), VARIABLE, mark, *names],
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    assert popen.stdout and popen.stdin
    sidecar = Sidecar(popen, mark)
    try:
        while len(sidecar.processes) < (len(names) if expect is None else expect) + 1:
            assert select.select([popen.stdout], [], [], LIMIT)[0], f"only {sidecar} were born"
            for birth in os.read(popen.stdout.fileno(), 65_536).splitlines():
                name, pid = birth.decode().split()
                sidecar.processes[name] = psutil.Process(int(pid))
        del sidecar.processes["sidecar"]
        yield sidecar
    finally:
        popen.kill()
        popen.wait(LIMIT)
        for process in sidecar.processes.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        popen.stdin.close()
        popen.stdout.close()


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
