"""A sidecar's side of one keeper, by hand: what it is handed and told, and what it reports."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sidecar.processes.guarding.guard_protocol import launch_message
from tests.support.processes import MARK_VARIABLE, PROJECT_ROOT, is_alive, kill_marked, new_mark

LIMIT = 10.0
PATIENT = 60.0

# A keeper in an interpreter of its own, without a guardian; `life` is its own end of that pipe.
_KEEPER = """
import os, sys
root, prelude, life, *descriptors = sys.argv[1:]
sys.path.append(root)
for descriptor in (life, *descriptors):
    os.set_inheritable(int(descriptor), False)
from sidecar.processes.guarding import keeper, system
from sidecar.processes.guarding.wakeup import Wakeup
exec(prelude)
keeper.Keeper(list(map(int, descriptors)), int(life), Wakeup()).run()
"""

PYTHON = (sys.executable, "-I", "-S", "-u", "-c")
"""A program in Python that is there soon; its code is to follow."""

HEADER = """
import os, signal, socket, sys, time
def tell(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
def fork(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid
def daemonise(work):  # forked twice, in a session of its own
    def middle():
        os.setsid()
        fork(work)
    os.waitpid(fork(middle), 0)
def sleep(name):
    tell(name, os.getpid())
    time.sleep(600)
def deaf(name):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sleep(name)
"""


class Kept:
    """One server, from its keeper's other end."""

    def __init__(self, *handed: int) -> None:
        """`handed` are further descriptors for the server, from 3 on."""
        self.mark = new_mark()
        self.control, self._theirs = socket.socketpair()
        self.out, out = os.pipe()
        self.err, err = os.pipe()
        self._pipes = (out, err)
        self._handed = handed
        self._received = b""
        self._said = b""
        self.main = self.keeper = 0

    @property
    def far_ends(self) -> list[int]:
        """What the keeper is handed."""
        return [self._theirs.fileno(), *self._pipes, *self._handed]

    def hand_over(self) -> None:
        """Closes the far ends here."""
        self._theirs.close()
        for pipe in self._pipes:
            os.close(pipe)
        self._pipes = ()

    def launch(
        self,
        *argv: str,
        env: Mapping[str, str] | None = None,
        cwd: str = "/",
        listens: bool = False,
    ) -> None:
        """Has the program started; the environment has the mark and nothing else."""
        given = {MARK_VARIABLE: self.mark} | dict(env or {})
        variables = {os.fsencode(name): os.fsencode(value) for name, value in given.items()}
        arguments = list(map(os.fsencode, argv))
        self.control.sendall(launch_message((arguments, variables, os.fsencode(cwd), listens)))

    def run(self, code: str, env: Mapping[str, str] | None = None) -> None:
        """Launches Python code, which may use what is in HEADER, and waits until it runs."""
        self.launch(*PYTHON, HEADER + code, env=env)
        self.is_launched()

    def is_launched(self) -> None:
        """Waits for the report of the launch."""
        main, _, keeper = self.report("pid")
        self.main, self.keeper = int(main), int(keeper)

    def end(self, seconds: float) -> None:
        """Has the tree ended."""
        self.control.sendall(f"end {seconds}\n".encode())

    def report(self, word: str) -> list[str]:
        """The values of the next report, which must be this one."""
        while b"\n" not in self._received:
            assert select.select([self.control], [], [], LIMIT)[0], f"no {word!r} was reported"
            data = self.control.recv(65_536)
            assert data, f"the keeper is gone, and {word!r} was not reported"
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        found, *values = line.decode().split(" ")
        assert found == word, line
        return values

    def nothing_more(self) -> None:
        """Waits for the end of the reports: there must be none left."""
        assert select.select([self.control], [], [], LIMIT)[0], "the keeper stays"
        with contextlib.suppress(ConnectionResetError):
            assert self.control.recv(65_536) == b""
        assert self._received == b""

    def is_quiet(self) -> bool:
        """Whether nothing is reported now."""
        return not self._received and not select.select([self.control], [], [], 0)[0]

    def line(self) -> str:
        """The next line that the server prints."""
        while b"\n" not in self._said:
            assert select.select([self.out], [], [], LIMIT)[0], f"only {self._said!r} was printed"
            data = os.read(self.out, 65_536)
            assert data, f"the server only printed {self._said!r}"
            self._said += data
        line, _, self._said = self._said.partition(b"\n")
        return line.decode()

    def pid_of(self, name: str) -> int:
        """From the next line, "NAME PID"."""
        found, pid = self.line().split()
        assert found == name
        return int(pid)

    def pids(self, count: int) -> dict[str, int]:
        """From so many lines, "NAME PID", in whatever order."""
        lines = [self.line().split() for _ in range(count)]
        return {name: int(pid) for name, pid in lines}

    def output(self) -> str:
        """All that the server prints to its end."""
        while select.select([self.out], [], [], LIMIT)[0]:
            data = os.read(self.out, 65_536)
            if not data:
                return self._said.decode()
            self._said += data
        raise AssertionError("the output has no end")

    def close(self) -> None:
        """The end of the lease, and of everything that a failed test has left."""
        self.control.close()
        self._theirs.close()
        for pipe in (self.out, self.err, *self._pipes):
            os.close(pipe)
        kill_marked(self.mark)


@contextlib.contextmanager
def kept(
    *handed: int, prelude: str = ""
) -> Iterator[tuple[Kept, "subprocess.Popen[bytes]", Callable[[], None]]]:
    """A server with a keeper of its own, that keeper's process, and what ends its `life` pipe.

    `prelude` is run in the keeper before all else, which knows `keeper` and `system`.
    """
    life, alive = os.pipe()
    server = Kept(*handed)
    descriptors = [life, *server.far_ends]
    with (
        os.fdopen(alive, "w") as alive_end,
        subprocess.Popen(
            [*PYTHON, _KEEPER, str(PROJECT_ROOT), prelude, *map(str, descriptors)],
            pass_fds=descriptors,
            env={},
        ) as keeper,
    ):
        os.close(life)
        server.hand_over()
        try:
            yield server, keeper, alive_end.close
        finally:
            server.close()
            keeper.kill()


def eventually(condition: Callable[[], bool], what: str) -> None:
    """Looks again and again until it is so."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, f"it never was so that {what}"
        time.sleep(0.005)


def gone(*pids: int) -> None:
    """Waits until none of them is alive."""
    eventually(lambda: not any(map(is_alive, pids)), f"all of {pids} are gone")


def without_trace(*pids: int) -> None:
    """Waits until they are not even zombies."""
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), f"{pids} are buried")


def descriptors_of(pid: int) -> dict[int, str]:
    """What a process has open."""
    found: dict[int, str] = {}
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found[int(link.name)] = os.readlink(link)
    return found
