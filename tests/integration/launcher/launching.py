"""Runs the launcher as the sidecar does, and talks to what it serves, byte for byte."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from sidecar.processes.launch import LAUNCHER
from tests.support.processes import marked_environment

LIMIT = 20.0
PATIENT = {"DRAIN_SECONDS = 0.5": "DRAIN_SECONDS = 60.0"}
"""A launcher with a drain that cannot pass for anything else: who must not wait for it is done
within LIMIT."""

SLEEPY = {"timeout=delay": "timeout=60.0", "range(round(delay": "range(round(60.0"}
"""One in which uvicorn looks around once a minute, unless it is woken."""


class Launched:
    """A launcher that runs, and the sidecar's end of its report channel."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        channel: socket.socket,
        handed: Sequence[str],
        log: Path,
    ) -> None:
        self.process, self.channel, self.handed, self._log = process, channel, handed, log

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8")

    async def told(self) -> bytes:
        """What it reports next; b"" at the channel's end."""
        async with asyncio.timeout(LIMIT):
            return await asyncio.get_running_loop().sock_recv(self.channel, 1)

    def tell(self, what: bytes) -> None:
        self.channel.send(what)

    def signal(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    async def closes(self, listener: socket.socket) -> None:
        """Returns once it no longer has that socket."""
        async with asyncio.timeout(LIMIT):
            while link_of(listener) in descriptors_of(self.pid):
                await asyncio.sleep(0.005)

    async def exit_code(self) -> int:
        async with asyncio.timeout(LIMIT):
            return await self.process.wait()

    async def prints(self, text: str, times: int = 1) -> None:
        async with asyncio.timeout(LIMIT):
            while self.output.count(text) < times:
                await asyncio.sleep(0.01)


async def launch(
    folder: Path,
    listen: Sequence[socket.socket] = (),
    *arguments: str,
    door: socket.socket | None = None,
    env: Mapping[str, str] | None = None,
    changed: Mapping[str, str] | None = None,
) -> Launched:
    """Starts the launcher in `folder`; `changed` are exchanges in its source."""
    script = _changed(folder, changed) if changed else LAUNCHER
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    handed = {"listen": listen, "report": [theirs], "door": [door] if door else []}
    options = [
        f"{name}={','.join(str(one.fileno()) for one in sockets)}"
        for name, sockets in handed.items()
        if sockets
    ]
    at = listen[0].getsockname() if listen else ("127.0.0.1", 0)
    address = ["--host", at[0], "--port", str(at[1]), "--app-dir", str(Path(__file__).parent)]
    log = folder / f"log-{time.monotonic_ns()}"
    with theirs, log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(script), *options, "--", "served:app", *address, *arguments),
            cwd=folder,
            env=marked_environment(str(folder), env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[one.fileno() for sockets in handed.values() for one in sockets],
        )
        links = [link_of(one) for sockets in handed.values() for one in sockets]
    return Launched(process, ours, links, log)


def _changed(folder: Path, changes: Mapping[str, str]) -> Path:
    source = LAUNCHER.read_text("utf-8")
    for old, new in changes.items():
        assert source.count(old) == 1, f"{old} is no longer in the launcher"
        source = source.replace(old, new)
    script = folder / "launcher" / LAUNCHER.name
    script.parent.mkdir(exist_ok=True)
    script.write_text(source, "utf-8")
    return script


class Answer(NamedTuple):
    head: str
    body: str

    @property
    def says_close(self) -> bool:
        return "\r\nconnection: close\r\n" in self.head.lower()


class Client:
    """One connection, used for as many requests as the server lets it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, to: socket.socket) -> "Client":
        host, port = to.getsockname()[:2]
        return cls(*await asyncio.open_connection(host, port))

    async def get(self, path: str = "/") -> Answer:
        self.ask(path)
        return await self.answer()

    def ask(self, *paths: str, more: str = "") -> None:
        """Sends the requests, all at once; `more` are further header lines."""
        requests = [f"GET {path} HTTP/1.1\r\nhost: test\r\n{more}\r\n" for path in paths]
        self._writer.write("".join(requests).encode())

    async def answer(self) -> Answer:
        async with asyncio.timeout(LIMIT):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            lines = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
            if "content-length" in lines:
                body = await self._reader.readexactly(int(lines["content-length"]))
                return Answer(head, body.decode())
            chunks: list[str] = []
            while size := int(await self._reader.readuntil(b"\r\n"), 16):
                chunks.append((await self._reader.readexactly(size)).decode())
                await self._reader.readexactly(2)
            await self._reader.readexactly(2)
            return Answer(head, "".join(chunks))

    async def bytes_until(self, end: bytes) -> bytes:
        async with asyncio.timeout(LIMIT):
            return await self._reader.readuntil(end)

    async def rest(self) -> bytes:
        """Everything until the server closes."""
        async with asyncio.timeout(LIMIT):
            return await self._reader.read()

    async def close(self) -> None:
        """Repeatable; the server may have closed or reset it before."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


async def get(to: socket.socket, path: str = "/") -> Answer:
    """One request on a connection of its own."""
    client = await Client.connect(to)
    try:
        return await client.get(path)
    finally:
        await client.close()


def installed(*modules: str) -> list[object]:
    """Parameters for uvicorn's options of these names, as far as their modules are there."""
    from importlib.util import find_spec

    missing = {name: find_spec(name) is None for name in modules}
    return [
        pytest.param(name, marks=pytest.mark.skipif(missing[name], reason=f"{name} is missing"))
        for name in modules
    ]


def link_of(one: socket.socket) -> str:
    """What /proc shows for a descriptor of this socket, in whichever process."""
    return f"socket:[{os.fstat(one.fileno()).st_ino}]"


def descriptors_of(pid: int) -> list[str]:
    """What the descriptors of a process lead to; none once it has ended."""
    found: list[str] = []
    with contextlib.suppress(OSError):
        for number in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found.append(os.readlink(f"/proc/{pid}/fd/{number}"))
    return found


def parent_of(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def children_of(pid: int) -> set[int]:
    """The living processes that `pid` has started."""
    found: set[int] = set()
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and parent_of(int(name)) == pid:
                found.add(int(name))
        except OSError:
            continue
    return found
