"""A running `sidecar web` under test: its link, plain HTTP requests, and clients on `/rpc`.

What clients are sent is checked against the models on arrival, like what comes over a pipe.
"""

import asyncio
import http.client
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sidecar.client import RpcError
from tests.support.models import check_params, check_result
from tests.support.processes import kill_marked, marked_environment, new_mark, until_gone
from tests.support.toml import write_config
from tests.support.wire import check_envelope, parse_strictly

DEFAULT_TIMEOUT = 15.0
LINK = re.compile(r"(http://\S+?)/\?token=(\S+)")

Params = dict[str, Any]


class Answer(NamedTuple):
    """What came back to an HTTP request; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


class WebSidecar:
    """One `sidecar web`; made by `launch_web`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._stderr: list[str] = []
        self._arrived = asyncio.Event()
        self._reader = asyncio.create_task(self._read_stderr())

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    @property
    def stderr(self) -> str:
        """What it has said so far."""
        return "".join(self._stderr)

    @property
    def origin(self) -> str:
        """Where it serves: scheme, host and port."""
        return LINK.findall(self.stderr)[0][0]

    @property
    def port(self) -> int:
        """The port it serves on."""
        return int(self.origin.rpartition(":")[2])

    @property
    def tokens(self) -> list[str]:
        """The tokens it has printed, the newest last."""
        return [token for _, token in LINK.findall(self.stderr)]

    async def stderr_until(self, fits: Callable[[str], object]) -> None:
        """Waits until what it has said fits."""
        async with asyncio.timeout(DEFAULT_TIMEOUT):
            while not fits(self.stderr):
                assert not self._reader.done(), f"it ended: {self.stderr}"
                self._arrived.clear()
                await self._arrived.wait()

    async def ask(self, path: str, method: str = "GET", **headers: str | None) -> Answer:
        """One HTTP request; `headers` with `_` for `-`, None for one that is to be left out."""
        wanted = {"host": f"127.0.0.1:{self.port}", **headers}
        return await asyncio.to_thread(self._ask, path, method, wanted)

    async def let_in(self) -> str:
        """Redeems the newest link; the Cookie header that it gives."""
        answer = await self.ask(f"/?token={self.tokens[-1]}")
        assert answer.status == 303, answer
        return answer.headers["set-cookie"].partition(";")[0]

    async def handshake(self, **headers: str | None) -> Answer:
        """Asks for a WebSocket on `/rpc` by plain HTTP: the answer, which may be 101."""
        upgrade: dict[str, str | None] = {
            "connection": "Upgrade",
            "upgrade": "websocket",
            "sec_websocket_version": "13",
            "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        return await self.ask("/rpc", "GET", **upgrade, **headers)

    @asynccontextmanager
    async def client(self, cookie: str, **options: Any) -> AsyncIterator["WebClient"]:
        """A client that was let in with `cookie`, as the panel is one."""
        async with (
            self.raw_client(cookie, **options) as connection,
            WebClient(connection) as client,
        ):
            yield client

    def raw_client(self, cookie: str, **options: Any) -> connect:
        """A bare WebSocket."""
        return connect(
            f"ws://127.0.0.1:{self.port}/rpc",
            origin=self.origin,  # pyright: ignore[reportArgumentType]
            additional_headers={"Cookie": cookie},
            max_size=None,
            proxy=None,
            **options,
        )

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends a signal and returns the exit code."""
        os.kill(self.pid, number)
        async with asyncio.timeout(DEFAULT_TIMEOUT):
            code = await self.process.wait()
            await self._reader
        return code

    def _ask(self, path: str, method: str, headers: Mapping[str, str | None]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEFAULT_TIMEOUT)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                if value is not None:
                    connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            body = b"" if answer.status == 101 else answer.read()
            return Answer(answer.status, told, body.decode("utf-8", "replace"))
        finally:
            connection.close()

    async def _read_stderr(self) -> None:
        assert self.process.stderr
        while line := await self.process.stderr.readline():
            self._stderr.append(line.decode())
            self._arrived.set()
        self._arrived.set()


class WebClient:
    """A client on a WebSocket that notes all that it is told."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.told: list[tuple[str, Params]] = []
        self._methods: dict[int, str] = {}
        self._answers: dict[int, Any] = {}
        self._arrived = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        await asyncio.wait([self._reader])
        if not self._reader.cancelled():
            self._reader.result()  # a message that must not have come

    async def request(self, method: str, **params: Any) -> Any:
        """The result of a request; raises RpcError."""
        number = len(self._methods) + 1
        self._methods[number] = method
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        await self.connection.send(orjson.dumps(message).decode())
        answer = await self.answer(number)
        if "error" in answer:
            error = answer["error"]
            raise RpcError(error["code"], error["message"], error.get("data"))
        return answer["result"]

    async def answer(self, number: int) -> Any:
        """The whole answer to the request of that id."""
        return await self.until(lambda: self._answers.get(number))

    async def until_told(
        self, topic: str, fits: Callable[[Params], object] = lambda _: True
    ) -> Params:
        """The params of the first notification of `topic` that fits."""
        return await self.until(
            lambda: next((p for name, p in self.told if name == topic and fits(p)), None)
        )

    async def until_closed(self) -> int:
        """Waits for the other side to close; the code it gave."""
        await asyncio.wait_for(asyncio.shield(self._reader), DEFAULT_TIMEOUT)
        return self.connection.close_code or 0

    async def until(self, find: Callable[[], Any]) -> Any:
        """What `find` returns, once that is not None."""
        async with asyncio.timeout(DEFAULT_TIMEOUT):
            while (found := find()) is None:
                if self._reader.done():
                    self._reader.result()
                    raise AssertionError(f"the connection was closed; told: {self.told[-10:]!r}")
                self._arrived.clear()
                await self._arrived.wait()
        return found

    async def _read(self) -> None:
        try:
            while True:
                self._take_in(await self.connection.recv(decode=False))
        except ConnectionClosed:
            return
        finally:
            self._arrived.set()

    def _take_in(self, data: bytes) -> None:
        message = parse_strictly(data)
        check_envelope(message)
        if "method" in message:
            check_params(message["method"], message["params"])
            self.told.append((message["method"], message["params"]))
        else:
            if "result" in message:
                check_result(self._methods[message["id"]], message["result"])
            self._answers[message["id"]] = message
        self._arrived.set()


@asynccontextmanager
async def launch_web(
    tmp_path: Path,
    servers: Mapping[str, Any] | None = None,
    *arguments: str,
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[WebSidecar]:
    """Runs `sidecar web` on a free port until the link is printed; nothing may be left of it."""
    config = write_config(tmp_path / "sidecar.toml", servers or {})
    mark = new_mark()
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "sidecar", "web", "--config", str(config), "--port", "0"],
        *arguments,
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        env=marked_environment(mark, env),
    )
    web = WebSidecar(process)
    try:
        await web.stderr_until(LINK.search)
        yield web
    finally:
        if process.returncode is None:
            await web.end()
        left = await until_gone(mark)
        kill_marked(mark)
    assert not left, f"these processes lived on: {left}\n{web.stderr}"
    assert "Traceback" not in web.stderr, web.stderr
