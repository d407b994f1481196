"""A guardian and its helpers, found among all processes and watched."""

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from sidecar.processes.guard import SCRIPT
from sidecar.processes.guarding.guard_protocol import A_KEEPER, AT_WORK, REQUESTS_DESCRIPTOR
from sidecar.processes.guarding.marks import VARIABLE, new_mark, of_run
from tests.unit.processes.kept import LIMIT, Kept, eventually, gone

GUARDIAN, KEEPER, LOOKOUT = "sidecar-guard", "sidecar-keeper", "sidecar-lookout"


def helpers(mark: str) -> dict[str, set[int]]:
    """The processes of a guardian by name: it itself, its keepers, its lookout; zombies not."""
    found: dict[str, set[int]] = {GUARDIAN: set(), KEEPER: set(), LOOKOUT: set()}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark.encode() in folder.joinpath("cmdline").read_bytes().split(b"\0"):
                name = folder.joinpath("comm").read_text().strip()
                found.setdefault(name, set()).add(int(folder.name))
    return found


class Guarded:
    """A guardian that is at work, and the servers in its care."""

    def __init__(self) -> None:
        self.mark = new_mark()
        self.servers: list[Kept] = []
        self.requests, theirs = socket.socketpair()
        with theirs:
            self.guardian = _spawn(theirs.fileno(), self.mark)
        self.requests.settimeout(LIMIT)
        assert self.requests.recv(10) == AT_WORK
        eventually(lambda: bool(helpers(self.mark)[LOOKOUT]), "the lookout stands")
        (self.lookout,) = helpers(self.mark)[LOOKOUT]

    def all(self) -> set[int]:
        """Every process of the guardian's."""
        return {pid for pids in helpers(self.mark).values() for pid in pids}

    def serve(self, code: str, *handed: int) -> Kept:
        """A server that runs Python code, see `Kept.run`; it carries the guardian's mark.

        Raises:
            BrokenPipeError: the guardian takes no more servers.
        """
        server = Kept(*handed)
        self.servers.append(server)
        try:
            socket.send_fds(self.requests, [A_KEEPER], server.far_ends)
        finally:
            server.hand_over()
        server.run(code, env={VARIABLE: of_run(self.mark, "run")})
        return server

    def dismiss(self) -> None:
        """The sidecar is gone; waits until the guardian is, too."""
        self.requests.shutdown(socket.SHUT_WR)
        self.wait()

    def wait(self) -> None:
        """Until the guardian has ended."""
        eventually(self._has_ended, "the guardian is gone")

    def _has_ended(self) -> bool:
        with contextlib.suppress(ChildProcessError):
            return os.waitpid(self.guardian, os.WNOHANG)[0] != 0
        return True


def _spawn(requests: int, mark: str) -> int:
    """Without a `Guard`, which would do something about its death."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_DUP2, requests, REQUESTS_DESCRIPTOR),
    ]
    arguments = [sys.executable, "-I", "-S", str(SCRIPT), mark]
    return os.posix_spawn(sys.executable, arguments, {}, file_actions=actions)


@contextlib.contextmanager
def guarded() -> Iterator[Guarded]:
    """A guardian; of it and its servers nothing is left afterwards."""
    guarded = Guarded()
    try:
        yield guarded
    finally:
        for server in guarded.servers:
            server.close()
        guarded.requests.close()
        guarded.wait()
        for pid in guarded.all():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        gone(*guarded.all())
