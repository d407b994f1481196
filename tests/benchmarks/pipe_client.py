"""A client that costs next to nothing: raw bytes, one thread, no parsing unless asked for.

What it measures is the sidecar. The client that people use is `sidecar.client`.
"""

import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from tests.benchmarks.peers import PROGRAMS

READ_SIZE = 1 << 20
# Generous: nothing that is measured takes longer unless it is broken.
LIMIT = 60.0
EXIT_LIMIT = 15.0


class PipeClient:
    """One sidecar over a pipe, read only when asked."""

    def __init__(self, *args: str, servers: Mapping[str, Any] | None = None) -> None:
        self._ids = 0
        self._rest: list[bytes] = []
        self._ready: list[bytes] = []
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sidecar", *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment(),
        )
        assert self.process.stdin
        assert self.process.stdout
        self._in = self.process.stdin.fileno()
        self._out = self.process.stdout.fileno()
        if servers is not None:
            self.call("initialize", {"servers": servers})

    def send(self, method: str, params: Any = None) -> int:
        """Send a request; returns its id."""
        self._ids += 1
        message = {"jsonrpc": "2.0", "id": self._ids, "method": method, "params": params or {}}
        os.write(self._in, orjson.dumps(message) + b"\n")
        return self._ids

    def read(self, limit: float = LIMIT) -> bytes:
        """The next bytes, as they come."""
        if not select.select([self._out], [], [], limit)[0]:
            raise TimeoutError(f"the sidecar said nothing for {limit} s; {self._story()}")
        if not (chunk := os.read(self._out, READ_SIZE)):
            raise EOFError(f"the sidecar ended; {self._story()}")
        return chunk

    def line(self) -> bytes:
        """The next message, unparsed."""
        while not self._ready:
            self._take_in()
        return self._ready.pop()

    def lines(self) -> Iterator[bytes]:
        while True:
            yield self.line()

    def until(self, topic: str, *parts: bytes) -> bytes:
        """The next notification of a topic with all these parts, unparsed; others are passed over.

        Told apart without parsing: the topic stands at the beginning of the line.
        """
        wanted = b'"%s"' % topic.encode()
        for line in self.lines():
            if wanted in line[:64] and all(part in line for part in parts):
                return line
        raise AssertionError("unreachable")

    def pass_over(self, seconds: float) -> None:
        """Read whatever comes for so long, as a client does that is not interested."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._ready.clear()
            if select.select([self._out], [], [], left)[0]:
                self._take_in()
        self._ready.clear()

    def answer(self, request_id: int) -> Any:
        """Read on until the answer of that request; what comes before is passed over."""
        for line in self.lines():
            if b'"method":"python-' in line[:64]:
                continue
            message = orjson.loads(line)
            if message.get("id") == request_id:
                if "error" in message:
                    raise RuntimeError(f"{message['error']}; {self._story()}")
                return message["result"]
        raise AssertionError("unreachable")

    def call(self, method: str, params: Any = None) -> Any:
        return self.answer(self.send(method, params))

    def control(self, method: str, name: str) -> Any:
        """Start, stop or restart a server, and insist that it worked."""
        response = self.call(method, {"name": name})
        if not response["success"]:
            raise RuntimeError(f"{response}; {self._story()}")
        return response

    def start(self, name: str) -> Any:
        """Start a server and insist that it worked."""
        return self.control("start", name)

    def close(self) -> None:
        """Hang up and read what is left, so that the sidecar can end."""
        assert self.process.stdin
        self.process.stdin.close()
        deadline = time.monotonic() + EXIT_LIMIT
        while time.monotonic() < deadline and os.read(self._out, READ_SIZE):
            pass
        try:
            self.process.wait(EXIT_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(EXIT_LIMIT)
            raise
        finally:
            assert self.process.stdout
            self.process.stdout.close()
            self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take_in(self) -> None:
        *lines, rest = self.read().split(b"\n")
        if lines:
            lines[0] = b"".join((*self._rest, lines[0]))
            self._rest = []
            self._ready = lines[::-1]
        if rest:
            self._rest.append(rest)

    def _story(self) -> str:
        self._log.seek(0)
        return f"its log ends with:\n{self._log.read()[-3000:].decode(errors='replace')}"


# Whoever runs this may have sidecars of their own, whose notes are none of our business.
_state = tempfile.TemporaryDirectory(prefix="bench-state-")


def environment() -> dict[str, str]:
    """As installed: with bytecode, which an editable install gets only if it may write it."""
    ours = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return ours | {"XDG_STATE_HOME": _state.name}


def command(*argv: str, **more: Any) -> dict[str, Any]:
    """The settings of a server that is a plain command and counts as running at once."""
    return {"command": list(argv), "ready": {"none": True}, **more}


def app(port: int, name: str = "hello:app", **more: Any) -> dict[str, Any]:
    """The settings of a server that runs one of our apps with the interpreter that runs this."""
    return {"app": name, "cwd": str(PROGRAMS), "python": sys.executable, "port": port, **more}


def write_config(folder: Path, text: str) -> str:
    path = folder / "sidecar.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)
