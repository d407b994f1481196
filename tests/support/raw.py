"""The sidecar at the other end of bare pipes, for tests of framing and of how it ends.

Knows nothing of SidecarClient; what a test writes is what the sidecar reads, byte for byte.
"""

import asyncio
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from tests.support.processes import kill_marked, marked_environment, new_mark, until_gone
from tests.support.wire import parse_strictly

DEFAULT_TIMEOUT = 15.0
_READ_LIMIT = 32 * 1024 * 1024  # above the largest message, so that readline never refuses one


class RawResult(NamedTuple):
    """What came out of a sidecar that has ended."""

    stdout: bytes
    stderr: str
    exit_code: int

    @property
    def messages(self) -> list[Any]:
        """The answers, where the framing was one JSON text per line."""
        return [parse_strictly(line) for line in self.stdout.split(b"\n") if line]

    @property
    def framed_messages(self) -> list[Any]:
        """The answers, where the framing was `Content-Length` headers."""
        found: list[Any] = []
        rest = self.stdout
        while rest:
            headers, separator, rest = rest.partition(b"\r\n\r\n")
            assert separator, f"no end of a header block in {rest[:200]!r}"
            length = _length_in(headers)
            assert len(rest) >= length, f"a body of {length} bytes was announced: {rest[:200]!r}"
            found.append(parse_strictly(rest[:length]))
            rest = rest[length:]
        return found


def sidecar_command(*arguments: str) -> list[str]:
    """The command line of a sidecar; `arguments` follow `python -m sidecar`."""
    return [sys.executable, "-m", "sidecar", *arguments]


def run_bytes(
    data: bytes,
    *arguments: str,
    timeout: float = DEFAULT_TIMEOUT,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> RawResult:
    """Writes `data` to a new sidecar, closes its stdin and waits until it has ended."""
    mark = new_mark()
    try:
        done = subprocess.run(
            sidecar_command(*arguments), input=data, capture_output=True, timeout=timeout,
            env=marked_environment(mark, env), cwd=cwd, check=False,
        )  # fmt: skip
    finally:
        kill_marked(mark)
    return RawResult(done.stdout, done.stderr.decode(errors="replace"), done.returncode)


def lines(*messages: Any) -> bytes:
    """`messages` as one JSON text per line."""
    return b"".join(orjson.dumps(message) + b"\n" for message in messages)


def framed(*messages: Any) -> bytes:
    """`messages` behind `Content-Length` headers."""
    return b"".join(frame(orjson.dumps(message)) for message in messages)


def frame(body: bytes) -> bytes:
    """`body` behind its `Content-Length` header."""
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def call(method: str, message_id: Any = 1, **params: Any) -> dict[str, Any]:
    """A request; without `params` it has none."""
    message = {"jsonrpc": "2.0", "id": message_id, "method": method}
    return message | ({"params": params} if params else {})


class RawSidecar:
    """A running sidecar whose three streams the test holds itself."""

    def __init__(self, process: asyncio.subprocess.Process, mark: str) -> None:
        assert process.stdin and process.stdout and process.stderr
        self.process = process
        self.mark = mark
        self.stdin = process.stdin
        self.stdout = process.stdout
        self._stderr: list[bytes] = []
        self._stderr_reader = asyncio.create_task(self._read_stderr(process.stderr))

    async def _read_stderr(self, stream: asyncio.StreamReader) -> None:
        while chunk := await stream.read(1 << 16):
            self._stderr.append(chunk)

    @property
    def stderr_text(self) -> str:
        """What stderr has carried so far."""
        return b"".join(self._stderr).decode(errors="replace")

    async def write(self, data: bytes) -> None:
        """Writes `data` as it is."""
        self.stdin.write(data)
        async with asyncio.timeout(DEFAULT_TIMEOUT):
            await self.stdin.drain()

    async def read_line(self, timeout: float = DEFAULT_TIMEOUT) -> Any:
        """The next message of a sidecar that answers in lines."""
        async with asyncio.timeout(timeout):
            line = await self.stdout.readline()
        assert line, f"stdout ended; stderr: {self.stderr_text}"
        return parse_strictly(line.rstrip(b"\n"))

    async def read_framed(self, timeout: float = DEFAULT_TIMEOUT) -> Any:
        """The next message of a sidecar that answers with `Content-Length` headers."""
        async with asyncio.timeout(timeout):
            headers = await self.stdout.readuntil(b"\r\n\r\n")
            return parse_strictly(await self.stdout.readexactly(_length_in(headers)))

    async def answer_to(self, message_id: Any, timeout: float = DEFAULT_TIMEOUT) -> Any:
        """Reads lines until the answer to `message_id`; notifications before it are dropped."""
        async with asyncio.timeout(timeout):
            while True:
                message = await self.read_line(timeout)
                if isinstance(message, dict) and "id" in message and message["id"] == message_id:
                    return message

    async def until(self, topic: str, timeout: float = DEFAULT_TIMEOUT, **wanted: Any) -> Any:
        """Reads lines until a notification of `topic` whose params hold `wanted`."""
        async with asyncio.timeout(timeout):
            while True:
                message = await self.read_line(timeout)
                if not isinstance(message, dict) or message.get("method") != topic:
                    continue
                params = message["params"]
                if all(params.get(key) == value for key, value in wanted.items()):
                    return params

    async def wait(self, timeout: float = DEFAULT_TIMEOUT) -> int:
        """The exit code, once the sidecar has ended by itself."""
        async with asyncio.timeout(timeout):
            code = await self.process.wait()
            await self._stderr_reader
        return code

    async def close(self) -> None:
        """Closes stdin and reads on until the sidecar has ended; by force if it does not."""
        self.stdin.close()
        try:
            async with asyncio.timeout(DEFAULT_TIMEOUT):
                while await self.stdout.read(1 << 16):
                    pass
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
        await self.process.wait()
        await self._stderr_reader


@asynccontextmanager
async def open_raw(
    *arguments: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    read_limit: int = _READ_LIMIT,
) -> AsyncIterator[RawSidecar]:
    """Launches a sidecar on bare pipes; afterwards nothing of it may live on.

    With a small `read_limit` no more than twice that is read ahead: a client that does not read.
    """
    mark = new_mark()
    process = await asyncio.create_subprocess_exec(
        *sidecar_command(*arguments), stdin=PIPE, stdout=PIPE, stderr=PIPE,
        env=marked_environment(mark, env), cwd=cwd, limit=read_limit,
    )  # fmt: skip
    raw = RawSidecar(process, mark)
    try:
        yield raw
    finally:
        await raw.close()
        left = await until_gone(mark)
        kill_marked(mark)
    assert not left, f"these processes lived on after the sidecar: {left}"


def _length_in(headers: bytes) -> int:
    for header in headers.split(b"\r\n"):
        name, _, value = header.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    raise AssertionError(f"no Content-Length in {headers!r}")
