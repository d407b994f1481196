"""The guardian: a small process between the sidecar and its servers that outlives a dead sidecar.

For every server it forks a keeper, which knows that server's tree. It is a subreaper itself: when a
keeper is killed, what that looked after becomes the guardian's and is killed. When the sidecar is
gone, it waits until the keepers have done their work; when the guardian is gone, the keepers end
their servers. Who is killed together with all of these is seen by the `lookout`.

Run as a script by the isolated interpreter, so that it starts quickly and stays small: it and the
modules beside it that it imports need nothing but the standard library. What it is asked is in
`guard_protocol`.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import sys

if __name__ == "__main__":
    # Isolated, the interpreter knows no path but its own library.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from sidecar.processes.guarding import guard_protocol, lookout, system
from sidecar.processes.guarding.keeper import Keeper
from sidecar.processes.guarding.wakeup import Wakeup

MOST_DESCRIPTORS = 64
"""So many come with a request at most; the system would allow 253."""

FAREWELL_SECONDS = 1.0
"""How long the lookout, relieved of its post, may take to be gone."""

ORPHANS_SECONDS = 2.0
"""How long those who were a killed keeper's may take to be gone after SIGKILL; else the lookout,
which is not relieved then, has to see to them."""


FEWEST_DESCRIPTORS = 3
"""A keeper's socket, and its server's stdout and stderr."""

LOOK_AGAIN_MILLISECONDS = 1000
"""When the system was too busy to show its processes."""


class Guardian:
    """Owns the keepers, and what is left of those that were killed."""

    def __init__(self, requests: socket.socket, mark: str) -> None:
        """`mark` begins the mark of every server of this guardian."""
        self._requests = requests
        self._relieve, self._farewell = lookout.post(mark)
        # Keepers read the one end; its closing tells them that the guardian is gone.
        self._life, self._alive = os.pipe()
        self._wakeup = Wakeup()
        self._keepers: set[int] = set()
        self._childless = True
        self._owes_a_look = False
        system.adopt_orphans()
        # Only now: the sidecar becomes a subreaper, too, but the lookout shall not be its child.
        with contextlib.suppress(ConnectionError):  # it is gone; its requests have ended, too
            self._requests.send(guard_protocol.AT_WORK)

    def run(self) -> None:
        """Returns when the sidecar is gone, or somebody ends us, and no keeper is left."""
        poll = select.poll()
        poll.register(self._requests, select.POLLIN)
        poll.register(self._wakeup.descriptor, select.POLLIN)
        while True:
            patience = LOOK_AGAIN_MILLISECONDS if self._owes_a_look else None
            ready = {descriptor for descriptor, _ in poll.poll(patience)}
            signals = self._wakeup.take()
            self._look_after_children()
            told_to_end = signals - {signal.SIGCHLD}
            if told_to_end or (self._requests.fileno() in ready and not self._serve()):
                break
        self._wait_for_children()
        self._relieve_lookout()

    def _serve(self) -> bool:
        """Answers a request; False when there will be no more."""
        try:
            received = socket.recv_fds(self._requests, 1, MOST_DESCRIPTORS)
        except ConnectionError:
            return False
        request, descriptors, flags, _ = received
        if not request:
            return False
        if flags & socket.MSG_CTRUNC or len(descriptors) < FEWEST_DESCRIPTORS:
            _close(descriptors)  # there was no room for all; its sidecar sees the end of the socket
            return True
        for descriptor in descriptors:  # what comes along would survive exec
            os.set_inheritable(descriptor, False)
        try:
            keeper = os.fork()
            if keeper == 0:
                self._become_keeper(descriptors)
            self._keepers.add(keeper)
            self._childless = False
        except OSError as error:  # too many processes: one server less, the others go on
            with contextlib.suppress(OSError):
                os.write(descriptors[0], guard_protocol.report("errno", error.errno))
        _close(descriptors)
        return True

    def _become_keeper(self, descriptors: list[int]) -> None:
        """Never returns."""
        try:
            _let_go_of_standard_error()
            self._requests.close()
            os.close(self._alive)
            os.close(self._farewell)
            self._wakeup.renew()
            Keeper(descriptors, self._life, self._wakeup).run()
        finally:
            os._exit(0)

    def _look_after_children(self) -> None:
        """Reaps who has ended, kills who was a dead keeper's; their ends bring us here again."""
        while self._reap() or self._owes_a_look:
            try:
                orphans = system.descendants(os.getpid(), besides=frozenset(self._keepers))
            except OSError:  # too many files are open; who is looked after shall not suffer
                self._owes_a_look = True
                return
            self._owes_a_look = False
            for pid, started in orphans.items():
                system.send(pid, started, signal.SIGKILL)

    def _reap(self) -> bool:
        """Whether anybody had ended, and somebody is left."""
        found = False
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self._childless = True
                return False
            if pid == 0:
                return found
            found = True
            self._keepers.discard(pid)

    def _wait_for_children(self) -> None:
        os.close(self._alive)
        with contextlib.suppress(OSError):  # not connected any more
            self._requests.shutdown(socket.SHUT_RD)  # who asks from now on needs another guardian
        _let_go_of_standard_error()
        while not self._childless:
            patience = None if self._keepers else ORPHANS_SECONDS
            if not select.select([self._wakeup.descriptor], [], [], patience)[0]:
                break
            self._wakeup.take()
            self._look_after_children()

    def _relieve_lookout(self) -> None:
        """Returns when it is gone, so that none of us lingers; it stays if anybody is left."""
        if self._childless:
            with contextlib.suppress(BrokenPipeError):  # somebody killed it
                os.write(self._relieve, lookout.RELIEVED)
            select.select([self._farewell], [], [], FAREWELL_SECONDS)


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _let_go_of_standard_error() -> None:
    """Who reads the sidecar's to its end shall not have to wait for us."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 2)
    os.close(null)


def _let_go_of_what_is_nobodys() -> None:
    """What the sidecar inherited from whoever started it, and we from the sidecar."""
    for name in os.listdir("/dev/fd"):
        if int(name) > guard_protocol.REQUESTS_DESCRIPTOR:
            with contextlib.suppress(OSError):  # the one that the list was read from
                os.close(int(name))


def main(mark: str) -> None:
    """Runs a guardian whose servers' marks begin with `mark`."""
    os.setsid()
    os.chdir("/")  # nobody's folder is kept from being removed or unmounted
    _let_go_of_what_is_nobodys()
    system.name_this_process("sidecar-guard")
    # What is not touched stays shared with every keeper: the collector would touch all of it.
    gc.disable()
    gc.freeze()
    Guardian(socket.socket(fileno=guard_protocol.REQUESTS_DESCRIPTOR), mark).run()


if __name__ == "__main__":
    main(sys.argv[1])
