"""An app run without any manager: the floor of every start and restart.

Also asks an app which process it is, which is how one knows that a new one answers.
"""

import socket
import subprocess
import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.benchmarks.peers import PROGRAMS

LIMIT = 60.0
POLL = 0.001
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answering_process(port: int) -> int | None:
    """The pid that `programs/hello.py` answers with, None if nobody does."""
    answer = b""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as peer:
        peer.sendall(REQUEST)
        while received := peer.recv(1024):
            answer += received
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(body) if head.startswith(b"HTTP/1.1 200") and body else None


def until_answered(port: int, *, by_another_than: int | None = None) -> int:
    """The pid of the first process that answers, or of the first other than one."""
    deadline = time.monotonic() + LIMIT
    while (pid := answering_process(port)) in (None, by_another_than):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nobody new answered on port {port}")
        time.sleep(POLL)
    assert pid
    return pid


class ByHand:
    """`python -m uvicorn` on a port."""

    def __init__(self, port: int, app: str = "hello:app") -> None:
        self.port = port
        self._argv = [sys.executable, "-m", "uvicorn", app, "--port", str(port)]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns with the first answer."""
        self.process = subprocess.Popen(
            self._argv, cwd=PROGRAMS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until_answered(self.port)

    def stop(self) -> None:
        """SIGTERM, and a wait for the end."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(LIMIT)
            self.process = None

    def restart(self) -> None:
        """Returns with the first answer of the new process."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
