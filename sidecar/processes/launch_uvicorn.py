"""Runs an ASGI app with uvicorn on sockets that were handed over, and leaves without losing anyone.

A script for the server's own interpreter, in which the sidecar may not be installed: it imports the
standard library and uvicorn, nothing else. Before `--` and uvicorn's command line it takes:

    listen=3,4  listening sockets to serve on; without it uvicorn binds by itself
    report=5    a stream socket shared with the sidecar
    door=6      one more listening socket, served until the sidecar has seen this process answer

It reports ANNOUNCED once this process serves, or UNKNOWN when worker processes do. The sidecar says
b"r" (ready: close the door) and DRAIN (a successor has the same sockets). What it says is looked at
and never taken out, so that all workers read it from the one channel.
"""

from __future__ import annotations

import os
import sys

# Modules in this script's folder must not shadow what the app imports.
if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
    del sys.path[0]

import asyncio
import contextlib
import copy
import importlib
import select
import signal
import socket
import threading
from types import FrameType, SimpleNamespace
from typing import Any, NamedTuple

import uvicorn
from uvicorn.server import logger as uvicorn_log
from uvicorn.supervisors import Multiprocess

ANNOUNCED, UNKNOWN, DRAIN = b"1", b"?", b"d"
CLOSE = (b"connection", b"close")

DRAIN_SECONDS = 0.5
"""How long clients that hold a connection may take to send what they were about to send."""

GLANCE = 0.01
"""Seconds between two looks at whether the last connection is gone."""


class Handed(NamedTuple):
    """What the sidecar handed over; it travels to worker processes with uvicorn's settings."""

    sockets: tuple[socket.socket, ...] = ()
    report: socket.socket | None = None
    door: bool = False  # whether it is the last of the sockets

    def tell(self, what: bytes) -> None:
        """Says `what` to the sidecar, if it is still there."""
        with contextlib.suppress(OSError):
            if self.report:
                self.report.send(what)

    def told(self, what: bytes) -> bool:
        """Whether the sidecar has said `what`."""
        with contextlib.suppress(OSError):  # nothing said yet, or the sidecar is gone
            return bool(self.report) and what in self.report.recv(16, socket.MSG_PEEK)
        return False


_handed = Handed()


class HandedServer(uvicorn.Server):
    """A uvicorn server on handed sockets, which announces itself and can be replaced."""

    _stop: asyncio.Future[None] | None = None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """On the sockets given (to a worker), on the handed ones, or on what uvicorn binds."""
        self._handed: Handed = getattr(self.config, "handed", _handed)
        sockets = sockets or list(self._handed.sockets) or None
        for each in filter(None, (*(sockets or ()), self._handed.report)):
            each.set_inheritable(False)
        super().run(sockets=sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does; a startup that failed leaves `started` unset and reports nothing."""
        loop = asyncio.get_running_loop()
        self._stop = loop.create_future()
        seen_by_uvicorn = SimpleNamespace(**{**vars(asyncio), "sleep": self._nap})
        vars(importlib.import_module("uvicorn.server")).update(asyncio=seen_by_uvicorn)
        await super().startup(sockets=sockets)
        if self.started and self._handed.door and self._handed.report:
            loop.add_reader(self._handed.report, self._close_door, self._handed.report)
        if self.started and self.config.workers == 1:
            if self._handed.sockets:
                _bound(self.config)
            self._handed.tell(ANNOUNCED)

    def _close_door(self, report: socket.socket) -> None:
        """The sidecar spoke for the first time, or is gone: either way nobody knocks any more."""
        asyncio.get_running_loop().remove_reader(report)
        self.servers[-1].close()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As uvicorn does, and ends its nap."""
        super().handle_exit(sig, frame)
        if self._stop:
            self._stop.get_loop().call_soon_threadsafe(self._stop.cancel)

    async def _nap(self, delay: float) -> None:
        """uvicorn looks around every 100 ms; here a stop, or the last client's end, wakes it."""
        if self._stop and not self.should_exit:
            await asyncio.wait([self._stop], timeout=delay)
            return
        for _ in range(round(delay / GLANCE)):
            if self.server_state.connections or self.server_state.tasks:
                await asyncio.sleep(GLANCE)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does; before that, with a successor on the same sockets, clients go over."""
        for listener in (one for server in self.servers for one in server.sockets):
            with contextlib.suppress(NotImplementedError):  # a loop that has no readers
                asyncio.get_running_loop().remove_reader(listener.fileno())
        # What asyncio has accepted becomes a transport only now; closing first would lose it.
        await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        await asyncio.sleep(0)  # and only now a connection that uvicorn knows
        if self._handed.told(DRAIN):
            await self._drain()
        await super().shutdown(sockets=sockets)

    async def _drain(self) -> None:
        """Answers everything with `connection: close`, until all who hold a connection were told.

        WebSockets are left to uvicorn. A TLS handshake cannot be seen from here, so there the time
        is always given.
        """
        here, headers = self.server_state.connections, self.server_state.default_headers
        websocket: Any = self.config.ws_protocol_class or ()
        farewells = [Farewell(headers, one) for one in here if not isinstance(one, websocket)]
        self.server_state.default_headers = [*headers, CLOSE]
        for _ in range(round(DRAIN_SECONDS / GLANCE)):
            if self.config.is_ssl or any(one.is_due() for one in farewells):
                await asyncio.sleep(GLANCE)


class Farewell(list[tuple[bytes, bytes]]):
    """uvicorn's default headers, for one connection, and CLOSE where an answer is its last.

    uvicorn adds the app's headers to them when it sends.
    """

    def __init__(self, headers: list[tuple[bytes, bytes]], connection: Any) -> None:
        super().__init__(headers)
        self._connection = connection
        connection.server_state = copy.copy(connection.server_state)
        connection.server_state.default_headers = self
        waiting = [cycle for cycle, _ in getattr(connection, "pipeline", ())]
        for cycle in filter(None, (getattr(connection, "cycle", None), *waiting)):
            cycle.default_headers = self

    def __add__(self, own: list[Any]) -> list[Any]:  # type: ignore[override]
        goes_on = self._became_websocket() or self._has_more()
        return [*self, *own] if goes_on else [*self, CLOSE, *own]

    def is_due(self) -> bool:
        """Whether the client does not know, and will not learn by its answer, that it must go."""
        cycle = getattr(self._connection, "cycle", None)
        told = cycle is not None and not cycle.response_started and not self._has_more()
        return not (told or self._connection.transport.is_closing() or self._became_websocket())

    def _became_websocket(self) -> bool:
        return self._connection.transport.get_protocol() is not self._connection

    def _has_more(self) -> bool:
        """Whether requests have arrived that wait for the answer before them (pipelining)."""
        queued = getattr(self._connection, "pipeline", None)  # httptools
        unread = getattr(getattr(self._connection, "conn", None), "trailing_data", None)  # h11
        return bool(queued or (unread and unread[0]))


class Workers(Multiprocess):
    """uvicorn's worker processes, on all handed sockets."""

    def __init__(self, config: uvicorn.Config, *args: Any, **kwargs: Any) -> None:
        vars(config)["handed"] = _handed
        kwargs["sockets"] = list(_handed.sockets) or kwargs["sockets"]
        super().__init__(config, *args, **kwargs)
        self.should_exit = PromptEvent()
        _handed.tell(UNKNOWN)


class PromptEvent(threading.Event):
    """An event whose `wait` ends with any signal, so that a stop begins at once."""

    def __init__(self) -> None:
        super().__init__()
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def wait(self, timeout: float | None = None) -> bool:
        """True if it is set; False after `timeout` or a signal."""
        if not self.is_set() and select.select([self._woken], [], [], timeout)[0]:
            self._woken.recv(4096)
        return self.is_set()


def _bound(self: uvicorn.Config) -> socket.socket:
    """In place of `Config.bind_socket`: prints what that prints; nothing is left to be bound."""
    host = f"[{self.host}]" if ":" in self.host else self.host
    where = f"{'https' if self.is_ssl else 'http'}://{host}:{self.port}"
    uvicorn_log.info("Uvicorn running on %s (Press CTRL+C to quit)", where)
    return _handed.sockets[0]


def _options(arguments: list[str]) -> Handed:
    """From the arguments before `--`; programs that the app starts inherit none of it."""
    found: dict[str, list[socket.socket]] = {"listen": [], "report": [], "door": []}
    for name, _, numbers in (argument.partition("=") for argument in arguments):
        for number in numbers.split(","):
            each = socket.socket(fileno=int(number))
            each.set_inheritable(False)
            each.setblocking(False)
            found[name].append(each)
    listen, report, door = found.values()
    return Handed((*listen, *door), *report, door=bool(door))


def main(arguments: list[str]) -> None:
    """Hands over to uvicorn's command line, with what serves exchanged."""
    global _handed
    end = arguments.index("--")
    _handed = _options(arguments[:end])
    for name in ("FD", "RELOAD", "UDS"):  # options, too; they would undo what is settled above
        os.environ.pop(f"UVICORN_{name}", None)
    # `uvicorn.main` is a function of that name; the module beneath it has what it uses.
    command_line = importlib.import_module("uvicorn.main")
    vars(command_line).update(Server=HandedServer, Multiprocess=Workers)
    if _handed.sockets:
        uvicorn.Config.bind_socket = _bound
    command_line.main(args=arguments[end + 1 :], prog_name="uvicorn")


# Newer versions make the server in the worker process, which imports this file for it.
vars(importlib.import_module("uvicorn.supervisors.multiprocess")).update(Server=HandedServer)

if __name__ == "__main__":
    main(sys.argv[1:])
