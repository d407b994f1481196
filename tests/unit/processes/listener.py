"""Real processes that listen: on a port of their own, or on a socket that they were handed."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

from sidecar.processes.listening.ports import IN_USE, listen, look_up

LIMIT = 10.0

_HOLD = """
import socket, sys
server = socket.create_server((sys.argv[1], 0), family=int(sys.argv[2]))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""

# Does as told, one line of stdin after the other: "accept" keeps what it accepts, "answer" answers
# one HTTP request and says how long it was, "turn away" hangs up at once. Says "done" each time it
# has accepted.
_CHILD = """
import socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
kept = []
print("done", flush=True)
for order in sys.stdin:
    connection, _ = listener.accept()
    kept.append(connection)
    print("done", flush=True)
    if order == "answer\\n":
        print(len(connection.recv(65536)), flush=True)
        connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
    if order != "accept\\n":
        kept.pop().close()
        connection.close()
"""


class Program(NamedTuple):
    """Another program that listens on a port."""

    pid: int
    port: int


@contextlib.contextmanager
def holding(host: str = "127.0.0.1") -> Iterator[Program]:
    """Runs a program that listens on some port of `host`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, host, str(int(family))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        assert program.stdin and program.stdout
        yield Program(program.pid, int(program.stdout.readline()))
        program.stdin.close()


def is_free(host: str, port: int) -> bool:
    """Whether nobody is in the way of listening there."""
    try:
        listeners = listen(look_up(host), port)
    except OSError as error:
        if error.errno in IN_USE:
            return False
        raise
    for listener in listeners:
        listener.close()
    return True


class Listener:
    """A process that shares a listening socket."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid
        self.wait()

    def order(self, what: str) -> None:
        """Has it accept the next connection, and go on as told; does not wait for that."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n".encode())
        self._process.stdin.flush()

    def wait(self) -> None:
        """Returns when the next order is carried out as far as accepting goes."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"done\n"

    def length_of_request(self) -> int:
        """What the client sent before it was answered, or hung up."""
        self.wait()
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@contextlib.contextmanager
def sharing(listener: socket.socket) -> Iterator[Listener]:
    """Runs a process that inherits the socket."""
    descriptor = listener.fileno()
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(descriptor)],
        pass_fds=[descriptor],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            yield Listener(process)
        finally:
            process.kill()
            process.wait(LIMIT)


@contextlib.contextmanager
def connected(listener: socket.socket, host: str | None = None) -> Iterator[socket.socket]:
    """A connection to the socket, on its own address or on `host`."""
    address, port, *_ = listener.getsockname()
    with socket.create_connection((host or address, port), LIMIT) as connection:
        yield connection
