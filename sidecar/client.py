"""A small client: launches ``sidecar stdio`` and speaks JSON-RPC to it over the pipe.

Owns the process it launched, the ids of requests and the delivery of answers and notifications.
Knows nothing of what a method means: parameters and results are plain JSON values. It needs
asyncio and orjson, and no other part of this package.
"""

import asyncio
import itertools
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self, cast

import orjson

Json = Any
Listener = Callable[[str, dict[str, Json]], None]
Trace = Callable[[Literal["->", "<-"], bytes], None]

# Longer than a restart takes at most with default settings: 10 s to stop and 30 s to become ready.
REQUEST_LIMIT = 60.0
# Once its client has gone, the sidecar stops its servers within 1.5 s or kills them, and exits.
CLOSE_LIMIT = 10.0
# After a kill only the kernel's work is left.
KILL_LIMIT = 5.0
READ_SIZE = 1 << 20


class RpcError(Exception):
    """The sidecar answered a request with an error object."""

    def __init__(self, code: int, message: str, data: Json = None) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message
        self.data = data


class SidecarGone(Exception):
    """The sidecar ended, or its pipe broke, before it answered."""


class SidecarClient:
    """One running sidecar and the requests in flight to it.

    `trace` sees every message as it crosses the pipe. What is set or subscribed before the first
    `await` after `launch` misses nothing. Leaving the context closes the pipe; the sidecar then
    stops its servers.
    """

    def __init__(self, process: Process) -> None:
        """Take over a process whose stdin and stdout are pipes; use `launch` to get one."""
        self.trace: Trace | None = None
        self._process = process
        self._ids = itertools.count(1)
        self._pending: dict[int, asyncio.Future[Json]] = {}
        self._listeners: list[Listener] = []
        self._lost: str | None = None
        self._reader = asyncio.create_task(self._read(), name="sidecar-client-reader")

    @classmethod
    async def launch(
        cls,
        *args: str,
        python: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
        stderr: int | IO[Any] | None = None,
    ) -> Self:
        """Run ``python -m sidecar stdio ARGS``; `env`, `cwd` and `stderr` are as in `subprocess`.

        The child gets a session of its own, so that Ctrl-C in a terminal reaches this client
        alone, which then decides. It still ends with this client, because its stdin ends.
        """
        process = await asyncio.create_subprocess_exec(
            python or sys.executable,
            *("-m", "sidecar", "stdio", *args),
            stdin=PIPE,
            stdout=PIPE,
            stderr=stderr,
            env=env,
            cwd=cwd,
            start_new_session=True,
            limit=READ_SIZE,  # how much is read ahead; lines may be longer
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The sidecar's process id."""
        return self._process.pid

    @property
    def stderr(self) -> asyncio.StreamReader | None:
        """The sidecar's log, if launched with ``stderr=PIPE``; whoever asks for it must read it."""
        return self._process.stderr

    async def request(
        self,
        method: str,
        params: Json = None,
        *,
        timeout: float | None = REQUEST_LIMIT,
    ) -> Json:
        """Send a request and return its result.

        Raises RpcError for an error answer, SidecarGone when none can come any more, and
        TimeoutError when it is late.
        """
        request_id = next(self._ids)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._pending[request_id] = answer
        try:
            async with asyncio.timeout(timeout):
                await self._send(_message(method, params, id=request_id))
                return await answer
        finally:
            del self._pending[request_id]
            answer.cancel()

    async def notify(self, method: str, params: Json = None) -> None:
        """Send a notification: nothing is answered."""
        await self._send(_message(method, params))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(topic, params)` for every notification; returns the function that ends it.

        Calls come in order of arrival, and before any answer that arrived later.
        """
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    async def wait(self) -> int:
        """Wait until the sidecar has ended and its last message is read; returns its exit code."""
        await asyncio.wait([self._reader])
        return await self._process.wait()

    async def close(self) -> int:
        """Close the pipe and wait for the sidecar, by force if it takes too long; its exit code."""
        stdin = cast("asyncio.StreamWriter", self._process.stdin)
        stdin.close()
        try:
            async with asyncio.timeout(CLOSE_LIMIT):
                return await self.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            async with asyncio.timeout(KILL_LIMIT):
                return await self.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _send(self, message: dict[str, Json]) -> None:
        if self._lost is not None:
            raise SidecarGone(self._lost)
        body = orjson.dumps(message)
        if self.trace is not None:
            self.trace("->", body)
        stdin = cast("asyncio.StreamWriter", self._process.stdin)
        stdin.write(body + b"\n")
        # A broken pipe is told by the reader, which knows the exit code.
        with suppress(ConnectionError):
            await stdin.drain()

    async def _read(self) -> None:
        """Cut the stream into lines, whatever their length, until it ends."""
        stdout = cast("asyncio.StreamReader", self._process.stdout)
        unfinished: list[bytes] = []
        try:
            while chunk := await stdout.read(READ_SIZE):
                *lines, rest = chunk.split(b"\n")
                if lines:
                    lines[0] = b"".join((*unfinished, lines[0]))
                    unfinished.clear()
                if rest:
                    unfinished.append(rest)
                for line in filter(None, lines):
                    self._receive(line)
            code = await self._process.wait()
            self._lose(f"the sidecar ended with exit code {code}; its log (stderr) says why")
        except orjson.JSONDecodeError as error:
            self._lose(f"the sidecar sent a line that is not JSON: {error}")
            self._process.kill()
        finally:
            # Whatever else ends the reading, a `trace` that raises included: nobody waits in vain.
            if self._lost is None:
                self._lose("the client can no longer read what the sidecar sends")

    def _receive(self, line: bytes) -> None:
        if self.trace is not None:
            self.trace("<-", line)
        message = orjson.loads(line)
        for one in cast("list[Json]", message) if isinstance(message, list) else (message,):
            if "method" in one:
                self._publish(one["method"], one.get("params", {}))
            else:
                self._settle(one)

    def _publish(self, topic: str, params: dict[str, Json]) -> None:
        # Through the loop, so that a listener that raises is reported there and harms neither
        # this reader nor its neighbours; the loop keeps the order.
        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            loop.call_soon(listener, topic, params)

    def _settle(self, response: dict[str, Json]) -> None:
        answer = self._pending.get(response["id"])
        if answer is None or answer.done():
            return  # given up meanwhile: timed out or cancelled
        if "error" in response:
            error = response["error"]
            answer.set_exception(RpcError(error["code"], error["message"], error.get("data")))
        else:
            answer.set_result(response["result"])

    def _lose(self, reason: str) -> None:
        self._lost = reason
        for answer in self._pending.values():
            if not answer.done():
                answer.set_exception(SidecarGone(reason))


def _message(method: str, params: Json, **more: Json) -> dict[str, Json]:
    message: dict[str, Json] = {"jsonrpc": "2.0", **more, "method": method}
    if params is not None:
        message["params"] = params
    return message
