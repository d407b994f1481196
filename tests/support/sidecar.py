"""A running sidecar under test: SidecarClient, plus a record of all that came over the pipe.

Every message is checked on arrival. What is found wrong is told when the sidecar is closed, since
an exception inside the client's reader would only confuse the test that happens to wait.
"""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import orjson

from sidecar.client import RpcError, SidecarClient
from tests.support.models import check_params, check_result
from tests.support.processes import kill_marked, marked_environment, new_mark, until_gone
from tests.support.toml import write_config
from tests.support.wire import check_envelope, parse_strictly

__all__ = ["LaunchSidecar", "RpcError", "Sidecar", "launch_sidecar"]

DEFAULT_TIMEOUT = 10.0
_SHOWN_IN_FAILURE = 25  # the newest messages; more would bury the cause

Params = dict[str, Any]
Predicate = Callable[[Params], object]
T = TypeVar("T")


class Sidecar:
    """One sidecar with its notifications in order; made by `launch_sidecar`."""

    def __init__(self, client: SidecarClient, mark: str) -> None:
        self.client = client
        self.environment_mark = mark
        self.notifications: list[tuple[str, Params]] = []
        self.wire: list[Any] = []  # every message received, answers too, in order of arrival
        self.violations: list[str] = []
        self._methods: dict[Any, str] = {}
        self._mark = 0
        self._arrived = asyncio.Event()
        self._stderr: list[bytes] = []
        self._stderr_reader = asyncio.create_task(self._read_stderr())
        client.trace = self._trace

    @property
    def pid(self) -> int:
        """The sidecar's own process id."""
        return self.client.pid

    async def request(self, method: str, **params: Any) -> Any:
        """Sends a request with named parameters and returns its result; raises RpcError."""
        return await self.client.request(method, params or None)

    def start_request(self, method: str, **params: Any) -> asyncio.Task[Any]:
        """Sends a request without waiting for its answer."""
        return asyncio.create_task(self.request(method, **params))

    def mark(self) -> None:
        """From now on `until` and `logs_until` look only at what comes after this moment."""
        self._mark = len(self.notifications)

    def since_mark(self, topic: str | None = None) -> list[Params]:
        """The params of the notifications since the mark, of `topic` or of all."""
        recent = self.notifications[self._mark :]
        return [params for name, params in recent if topic in (None, name)]

    async def until(
        self, topic: str, predicate: Predicate | None = None, timeout: float = DEFAULT_TIMEOUT
    ) -> Params:
        """The params of the first notification of `topic` since the mark that fits `predicate`."""
        seen = self._mark

        def find() -> Params | None:
            nonlocal seen
            while seen < len(self.notifications):
                name, params = self.notifications[seen]
                seen += 1
                if name == topic and (predicate is None or predicate(params)):
                    return params
            return None

        return await self._until(find, f"no fitting {topic} came", timeout)

    async def until_status(
        self, status: str, name: str | None = None, timeout: float = DEFAULT_TIMEOUT
    ) -> Params:
        """The first status notification since the mark that says `status` (of server `name`)."""
        return await self.until(
            "python-server-status",
            lambda params: params["status"] == status and name in (None, params["name"]),
            timeout,
        )

    async def logs_until(
        self,
        wanted: str | Callable[[str], object],
        timeout: float = DEFAULT_TIMEOUT,
        stream: str | None = None,
    ) -> str:
        """The log text since the mark, once it holds `wanted` or fits it; for modest amounts."""
        fits = wanted if callable(wanted) else lambda text: wanted in text

        def find() -> str | None:
            text = self.log_text(stream)
            return text if fits(text) else None

        return await self._until(find, f"the logs never fitted {wanted!r}", timeout)

    def log_text(self, stream: str | None = None) -> str:
        """The log text since the mark, of one stream or of both."""
        batches = self.since_mark("python-log")
        chosen = (log for log in batches if log["count"] and stream in (None, log["stream"]))
        return "".join(log["text"] + "\n" for log in chosen)

    def stderr_text(self) -> str:
        """What the sidecar has written to its own log so far."""
        return b"".join(self._stderr).decode(errors="replace")

    async def stderr_until(self, text: str, timeout: float = DEFAULT_TIMEOUT) -> str:
        """The sidecar's own log, once it holds `text`."""

        def find() -> str | None:
            return log if text in (log := self.stderr_text()) else None

        return await self._until(find, f"stderr never held {text!r}", timeout)

    async def finish(self) -> int:
        """Closes the sidecar's stdin and returns its exit code."""
        return await self.client.close()

    async def _until(self, find: Callable[[], T | None], failure: str, timeout: float) -> T:
        try:
            async with asyncio.timeout(timeout):
                while (found := find()) is None:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(f"{failure} within {timeout} s; {self.describe()}") from None
        return found

    def _trace(self, direction: Literal["->", "<-"], body: bytes) -> None:
        try:
            if direction == "->":
                self._note_request(orjson.loads(body))
            else:
                self._note_received(parse_strictly(body))
        except (AssertionError, ValueError) as problem:
            self.violations.append(f"{problem}\n    in {body[:500]!r}")

    def _note_request(self, message: Any) -> None:
        if "id" in message:
            self._methods[message["id"]] = message["method"]

    def _note_received(self, message: Any) -> None:
        self.wire.append(message)
        if "method" in message:
            self.notifications.append((message["method"], message["params"]))
            self._arrived.set()
        check_envelope(message)
        if "method" in message:
            check_params(message["method"], message["params"])
        elif "result" in message:
            check_result(self._methods[message["id"]], message["result"])

    async def _read_stderr(self) -> None:
        assert self.client.stderr
        while chunk := await self.client.stderr.read(1 << 16):
            self._stderr.append(chunk)
            self._arrived.set()

    def describe(self) -> str:
        """What came so far, for the text of a failure."""
        recent = self.notifications[self._mark :][-_SHOWN_IN_FAILURE:]
        shown = "\n".join(f"    {name} {params!r:.300}" for name, params in recent)
        left_out = len(self.notifications) - self._mark - len(recent)
        return (
            f"since the mark came {left_out} earlier notifications and then:\n{shown or '    none'}"
            f"\n  on stderr:\n    {self.stderr_text()[-3000:] or 'nothing'}"
        )


class LaunchSidecar(Protocol):
    """What the fixture `sidecar` is: launches one, which is closed and checked after the test."""

    def __call__(
        self,
        servers: Mapping[str, Any] | None = None,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Awaitable[Sidecar]: ...


@asynccontextmanager
async def launch_sidecar(
    tmp_path: Path,
    servers: Mapping[str, Any] | None = None,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> AsyncIterator[Sidecar]:
    """Runs a sidecar with `servers` configured; afterwards checks all it sent and all it left."""
    if servers is not None:
        config = write_config(tmp_path / "sidecar.toml", servers)
        arguments = ("--config", str(config), *arguments)
    mark = new_mark()
    client = await SidecarClient.launch(
        *arguments, env=marked_environment(mark, env), cwd=cwd, stderr=PIPE
    )
    sidecar = Sidecar(client, mark)
    try:
        yield sidecar
    finally:
        await sidecar.finish()
        left = await until_gone(mark)
        kill_marked(mark)
    assert not left, f"these processes lived on after the sidecar: {left}\n{sidecar.describe()}"
    assert not sidecar.violations, "the sidecar sent what it must not:\n" + "\n".join(
        sidecar.violations[:5]
    )
