"""A keeper: starts one server's process, knows its whole tree, and sees to its end.

A process of its own, forked from the guardian. Being a subreaper, every descendant of the server
stays its descendant, however often it forks and whatever it leaves: when the keeper has no child
left, nothing of the server is left. When the sidecar or the guardian is gone, it ends the tree by
itself.

What it is handed and told, and what it reports, is in `guard_protocol`.
"""

import contextlib
import os
import resource  # here, or `wait4` would import it in each keeper anew
import select
import signal
import socket
import time

from sidecar.processes.guarding import guard_protocol, program, system
from sidecar.processes.guarding.guard_protocol import KILL_SECONDS, Launch
from sidecar.processes.guarding.wakeup import Wakeup

LEASE_SECONDS = 1.5
"""What a server has to end by itself once sidecar or guardian are gone; then it is killed."""

LOOK_AGAIN_SECONDS = 0.05
"""How often the rest of a tree is looked at; the end of our own children wakes us anyway. A look
takes some 15 µs for every process of the machine."""

LONGEST_SLEEP_SECONDS = 3600.0
"""The system cannot wait for as long as a server may be given to end."""

LOOK_OUT_SECONDS = 1.0
"""How often a tree is looked at all its life, where escapes cannot be seen afterwards."""

HOPELESS_SECONDS = 1.0
"""How often it is tried with what hangs in the system, when nobody else will."""

KILLING_ROUNDS = 50
"""Who forks faster than it is killed is tried so often without a pause."""


class Keeper:
    """Owns one server's tree."""

    def __init__(self, descriptors: list[int], life: int, wakeup: Wakeup) -> None:
        """`life` reaches its end when the guardian is gone; `wakeup` is this process's own."""
        self._wakeup = wakeup
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
        self._look_out_at = 0.0
        self._escaped = False  # somebody was there at the last look out
        self._commands = b""

    def run(self) -> None:
        """Returns when nothing of the tree is left and nobody wants to know more."""
        try:
            os.setsid()
            system.name_this_process("sidecar-keeper")
            system.adopt_orphans()
            launch = self._receive_launch()
            if launch is not None and self._launch(launch):
                self._keep()
        except Exception:
            import traceback  # much memory for every keeper, for something that never happens

            self._report("defect", repr(traceback.format_exc()))
            raise

    def _receive_launch(self) -> Launch | None:
        """None when the sidecar is gone already."""
        head = self._receive(guard_protocol.LENGTH_BYTES)
        body = self._receive(guard_protocol.body_length(head))
        return guard_protocol.read_launch(body) if body else None

    def _receive(self, size: int) -> bytes:
        """Nothing if the end comes before."""
        data = b""
        while len(data) < size and (piece := self._control.recv(size - len(data))):
            data += piece
        return data if len(data) == size else b""

    def _launch(self, launch: Launch) -> bool:
        """Whether the program runs."""
        try:
            self._main = program.start(launch, self._inherited)
        except OSError as error:
            self._report("errno", error.errno)
            return False
        for descriptor in self._inherited:
            os.close(descriptor)
        self._report("pid", self._main, system.started_at(self._main) or 0, os.getpid())
        return True

    def _keep(self) -> None:
        poll = select.poll()
        for descriptor in (self._control.fileno(), self._life, self._wakeup.descriptor):
            poll.register(descriptor, select.POLLIN)
        while True:
            self._reap()
            self._look_out()
            if self._deadline is not None and self._end():
                return
            if self._childless and not self._escaped:  # it ended by itself and left nothing
                self._report("cleared", int(self._forced), 0)
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
        if self._deadline is None:
            self._look_out_at = 0.0
        self._deadline = deadline if self._deadline is None else min(self._deadline, deadline)

    def _patience(self) -> float | None:
        """Milliseconds until something has to be done without a reason from outside."""
        if self._deadline is None:
            return None if system.ESCAPES_ARE_SEEN else LOOK_OUT_SECONDS * 1000
        left = min(max(0.0, self._deadline - time.monotonic()), LONGEST_SLEEP_SECONDS)
        if self._killing_since is not None:
            left = LOOK_AGAIN_SECONDS
        elif not self._main:
            left = min(left, LOOK_AGAIN_SECONDS)
        return left * 1000

    def _look_out(self) -> None:
        """Where whoever leaves the family is lost, it must be known before; so it is remembered."""
        if not system.ESCAPES_ARE_SEEN and time.monotonic() >= self._look_out_at:
            self._escaped = bool(self._tree())
            self._look_out_at = time.monotonic() + LOOK_OUT_SECONDS

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
                self._look_out_at = 0.0
                self._report_exit(os.waitstatus_to_exitcode(status), usage)

    def _report_exit(self, returncode: int, usage: resource.struct_rusage) -> None:
        seconds = round(usage.ru_utime + usage.ru_stime, 3)
        self._report("exit", returncode, seconds, usage.ru_maxrss * system.MAXRSS_UNIT_BYTES)

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
            self._deadline = time.monotonic() + HOPELESS_SECONDS
            return
        self._report("cleared", 1, len(self._tree()))
        self._deadline = None

    def _tree(self) -> dict[int, system.Identity]:
        return system.descendants(os.getpid())

    def _report(self, what: str, *values: object) -> None:
        try:
            self._control.sendall(guard_protocol.report(what, *values))
        except OSError:
            self._alone = True
