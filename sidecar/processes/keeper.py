"""A keeper: starts one server's process, knows its whole tree, and sees to its end.

A process of its own, forked from the guardian. Being a subreaper, every descendant of the server
stays its descendant, however often it forks and whatever it leaves: when the keeper has no child
left, nothing of the server is left. When the sidecar or the guardian is gone, it ends the tree by
itself.

What it is handed and told, and what it reports, is in `guard_protocol`.
"""

import contextlib
import fcntl
import io
import os
import select
import signal
import socket
import time
import traceback

from sidecar.processes import guard_protocol, system
from sidecar.processes.guard_protocol import KILL_SECONDS, Launch
from sidecar.processes.wakeup import Wakeup

LEASE_SECONDS = 1.5
"""What a server has to end by itself once sidecar or guardian are gone; then it is killed."""

LOOK_AGAIN_SECONDS = 0.02
"""How often the rest of a tree is looked at; the end of our own children wakes us anyway."""

KILLING_ROUNDS = 50
"""Who forks faster than it is killed is tried so often without a pause."""

HIGH = 100
"""Descriptors are kept from here on while those of the server are put into their places."""


class Keeper:
    """Owns one server's tree."""

    def __init__(self, descriptors: list[int], life: int) -> None:
        """`life` reaches its end when the guardian is gone."""
        self._control = socket.socket(fileno=descriptors[0])
        self._inherited = descriptors[1:]
        self._life = life
        self._main = 0
        self._childless = False
        self._deadline: float | None = None  # set while the tree is being ended
        self._alone = False  # nobody hears us any more
        self._asked: set[tuple[int, system.Identity]] = set()
        self._asked_main = False
        self._forced = False
        self._killing_since: float | None = None
        self._commands = b""

    def run(self) -> None:
        """Returns when nothing of the tree is left and nobody wants to know more."""
        try:
            os.setsid()
            system.name_this_process("sidecar-keeper")
            system.adopt_orphans()
            self._wakeup = Wakeup((signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
            launch = self._receive_launch()
            if launch is not None and self._launch(launch):
                self._keep()
        except Exception:
            self._report("defect", repr(traceback.format_exc()))
            raise

    def _receive_launch(self) -> Launch | None:
        """None when the sidecar is gone already."""
        with self._control.makefile("rb", buffering=0) as stream:
            head = _read_exactly(stream, guard_protocol.LENGTH_BYTES)
            body = _read_exactly(stream, guard_protocol.body_length(head))
        return guard_protocol.read_launch(body) if body else None

    def _launch(self, launch: Launch) -> bool:
        """Whether the program runs."""
        failure, failing = os.pipe()
        keeper = os.getpid()
        self._main = os.fork()
        if self._main == 0:
            _become_server(launch, self._inherited, failing, keeper)
        os.close(failing)
        for descriptor in self._inherited:
            os.close(descriptor)
        errno = os.read(failure, 16)
        os.close(failure)
        if errno:
            os.waitpid(self._main, 0)
            self._report("errno", errno.decode())
            return False
        self._report("pid", self._main, system.started_at(self._main) or 0, keeper)
        return True

    def _keep(self) -> None:
        poll = select.poll()
        for descriptor in (self._control.fileno(), self._life, self._wakeup.descriptor):
            poll.register(descriptor, select.POLLIN)
        while True:
            self._reap()
            if self._deadline is not None and self._end():
                return
            ready = {descriptor for descriptor, _ in poll.poll(self._patience())}
            if self._control.fileno() in ready and not self._obey():
                poll.unregister(self._control.fileno())
                self._alone = True
                self._end_within(LEASE_SECONDS)
            if self._life in ready:
                poll.unregister(self._life)
                self._report("abandoned")
                self._end_within(LEASE_SECONDS)
            if self._wakeup.take() - {signal.SIGCHLD}:
                self._report("abandoned")
                self._end_within(LEASE_SECONDS)

    def _obey(self) -> bool:
        """Reads commands; False at the end of them."""
        try:
            data = self._control.recv(4096)
        except ConnectionError:
            return False
        *lines, self._commands = (self._commands + data).split(b"\n")
        for line in lines:
            self._end_within(float(line.removeprefix(b"end ")))
        return bool(data)

    def _end_within(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        self._deadline = deadline if self._deadline is None else min(self._deadline, deadline)

    def _patience(self) -> float | None:
        """Milliseconds until something has to be done without a reason from outside."""
        if self._deadline is None:
            return None
        if self._killing_since is not None or not self._main:
            return LOOK_AGAIN_SECONDS * 1000
        return max(0.0, self._deadline - time.monotonic()) * 1000

    def _reap(self) -> None:
        """Buries who has ended, our adopted ones too; the end of the main process is reported."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                self._childless = True
                return
            if pid == 0:
                return
            if pid == self._main:
                self._main = 0
                seconds = round(usage.ru_utime + usage.ru_stime, 3)
                returncode = os.waitstatus_to_exitcode(status)
                self._report("exit", returncode, seconds, usage.ru_maxrss)

    def _end(self) -> bool:
        """Goes on with ending the tree; True when this keeper has no more to do."""
        assert self._deadline is not None
        if self._is_cleared():
            self._report("cleared", int(self._forced), 0)
            return True
        now = time.monotonic()
        if now < self._deadline:
            self._ask()
        else:
            self._kill()
            if self._is_cleared():
                self._report("cleared", int(self._forced), 0)
                return True
            if now - (self._killing_since or now) >= KILL_SECONDS:
                self._give_up()
        return False

    def _is_cleared(self) -> bool:
        return self._childless and (system.ESCAPES_ARE_SEEN or not self._tree())

    def _ask(self) -> None:
        """SIGTERM to the main process; once that has ended, to each that it left."""
        if self._main:
            if not self._asked_main:
                self._asked_main = True
                with contextlib.suppress(PermissionError):  # it has become another user's
                    os.kill(self._main, signal.SIGTERM)
            return
        for pid, started in self._tree().items():
            if (pid, started) not in self._asked:
                self._asked.add((pid, started))
                system.send(pid, started, signal.SIGTERM)

    def _kill(self) -> None:
        """SIGKILL to all, and to those that they forked meanwhile."""
        self._killing_since = self._killing_since or time.monotonic()
        killed: set[tuple[int, system.Identity]] = set()
        for _ in range(KILLING_ROUNDS):
            rest = self._tree().items() - killed
            if not rest:
                break
            self._forced = True
            for pid, started in rest:
                system.send(pid, started, signal.SIGKILL)
            killed |= rest
            self._reap()

    def _give_up(self) -> None:
        """Tells that something is left. It is tried again when the sidecar says so, or is gone."""
        self._killing_since = None
        if self._alone:
            return
        self._report("cleared", 1, len(self._tree()))
        self._deadline = None

    def _tree(self) -> dict[int, system.Identity]:
        return system.descendants(os.getpid())

    def _report(self, what: str, *values: object) -> None:
        try:
            self._control.sendall(" ".join(map(str, (what, *values))).encode() + b"\n")
        except OSError:
            self._alone = True


def _read_exactly(stream: io.RawIOBase, size: int) -> bytes:
    """Nothing if the end comes before."""
    data = b""
    while len(data) < size and (piece := stream.read(size - len(data))):
        data += piece
    return data if len(data) == size else b""


def _become_server(launch: Launch, inherited: list[int], failing: int, keeper: int) -> None:
    """Never returns: becomes the program, or tells on `failing` why it cannot."""
    argv, env, cwd, listens = launch
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
                       signal.SIGPIPE, signal.SIGXFSZ):  # fmt: skip
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
