"""The guardian: a small process between the sidecar and its servers that outlives a dead sidecar.

For every server it forks a keeper, which knows that server's tree. It is a subreaper itself: when a
keeper is killed, what that looked after becomes the guardian's and is killed. When the sidecar is
gone, it waits until the keepers have done their work; when the guardian is gone, the keepers end
their servers. Who is killed together with all of these is seen by the `lookout`.

Run as a script by the isolated interpreter, so that it starts quickly and stays small: it and the
modules beside it that it imports need nothing but the standard library. What it is asked is in
`guard_protocol`.
"""

import os
import select
import signal
import socket
import sys

if __name__ == "__main__":
    # Isolated, the interpreter knows no path but its own library.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from sidecar.processes import guard_protocol, lookout, system
from sidecar.processes.keeper import Keeper
from sidecar.processes.wakeup import Wakeup

MOST_DESCRIPTORS = 64
"""So many come with a request at most; the system would allow 253."""

FAREWELL_SECONDS = 1.0
"""How long the lookout, relieved of its post, may take to be gone."""


class Guardian:
    """Owns the keepers, and what is left of those that were killed."""

    def __init__(self, requests: socket.socket, mark: str) -> None:
        """`mark` begins the mark of every server of this guardian."""
        self._requests = requests
        self._relieve, self._farewell = lookout.post(mark)
        # Keepers read the one end; its closing tells them that the guardian is gone.
        self._life, self._alive = os.pipe()
        self._wakeup = Wakeup((signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
        self._keepers: set[int] = set()
        system.adopt_orphans()

    def run(self) -> None:
        """Returns when the sidecar is gone, or somebody ends us, and no keeper is left."""
        poll = select.poll()
        poll.register(self._requests, select.POLLIN)
        poll.register(self._wakeup.descriptor, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            signals = self._wakeup.take()
            self._look_after_children()
            told_to_end = signals - {signal.SIGCHLD}
            if told_to_end or (self._requests.fileno() in ready and not self._serve()):
                break
        self._wait_for_keepers()
        self._relieve_lookout()

    def _serve(self) -> bool:
        """Answers a request; False when there will be no more."""
        try:
            request, descriptors, _, _ = socket.recv_fds(self._requests, 1, MOST_DESCRIPTORS)
        except ConnectionError:
            return False
        if not request:
            return False
        for descriptor in descriptors:  # what comes along would survive exec
            os.set_inheritable(descriptor, False)
        keeper = os.fork()
        if keeper == 0:
            self._become_keeper(descriptors)
        self._keepers.add(keeper)
        for descriptor in descriptors:
            os.close(descriptor)
        return True

    def _become_keeper(self, descriptors: list[int]) -> None:
        """Never returns."""
        try:
            self._requests.close()
            os.close(self._alive)
            os.close(self._farewell)
            self._wakeup.close()
            Keeper(descriptors, self._life).run()
        finally:
            os._exit(0)

    def _look_after_children(self) -> None:
        """Reaps who has ended, kills who was a dead keeper's; their ends bring us here again."""
        while self._reap():
            orphans = system.descendants(os.getpid(), besides=frozenset(self._keepers))
            for pid, started in orphans.items():
                system.send(pid, started, signal.SIGKILL)

    def _reap(self) -> bool:
        """Whether anybody had ended, and somebody is left."""
        found = False
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return found
            found = True
            self._keepers.discard(pid)

    def _wait_for_keepers(self) -> None:
        os.close(self._alive)
        # Who reads our standard error to its end shall not have to wait for the servers.
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 2)
        while self._keepers:
            select.select([self._wakeup.descriptor], [], [])
            self._wakeup.take()
            self._look_after_children()

    def _relieve_lookout(self) -> None:
        """Nothing is left to look out for; returns when it is gone, so that none of us lingers."""
        os.write(self._relieve, lookout.RELIEVED)
        select.select([self._farewell], [], [], FAREWELL_SECONDS)


def main(mark: str) -> None:
    """Runs a guardian whose servers' marks begin with `mark`."""
    os.setsid()
    system.name_this_process("sidecar-guard")
    Guardian(socket.socket(fileno=guard_protocol.REQUESTS_DESCRIPTOR), mark).run()


if __name__ == "__main__":
    main(sys.argv[1])
