"""An app that a test changes while it runs: its source on disk, and by flags its behaviour.

The source lies in a folder of its own, apart from the flags, so that only a change of the source
looks like one. Every answer tells the process and the version of the source that gave it.
"""

import os
from pathlib import Path
from typing import Any

from tests.support.servers import Spec

MODULE = "changing"

_SOURCE = """
import asyncio, json, os, pathlib, socket, sys, time

VERSION = {version!r}
FLAGS = pathlib.Path({flags!r})
HEALTH = 200
health_checks = 0

def flag(name):
    return (FLAGS / name).exists()

async def until_flag(name):
    while not flag(name):
        await asyncio.sleep(0.005)

{code}

while flag("hold"):
    time.sleep(0.005)


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "websocket":
        await chat(receive, send)
    else:
        await serve(scope["path"], send)


async def lifespan(receive, send):
    await receive()
    if flag("no-startup"):
        expired = "the licence has expired"
        await send({{"type": "lifespan.startup.failed", "message": expired}})
        return
    await send({{"type": "lifespan.startup.complete"}})
    await receive()
    print("lifespan of", os.getpid(), "ended", flush=True)
    await send({{"type": "lifespan.shutdown.complete"}})


async def chat(receive, send):
    await receive()
    await send({{"type": "websocket.accept"}})
    while (message := await receive())["type"] == "websocket.receive":
        await send({{"type": "websocket.send", "text": message["text"]}})


async def serve(path, send):
    _, what, *argument = path.split("/")
    told = {{"pid": os.getpid(), "version": VERSION}}
    status = health() if what == "health" else 200
    if what == "delay":
        told["noDelay"] = sends_without_delay()
    if what == "wait":
        print("waiting for", argument[0], flush=True)
        await until_flag(argument[0])
    if what == "hang":
        print("hanging", flush=True)
        time.sleep(600)
    if what == "sicken":
        globals()["HEALTH"] = 503
    body = json.dumps(told).encode()
    length = [(b"content-length", str(len(body)).encode())]
    await send({{"type": "http.response.start", "status": status, "headers": length}})
    if what == "trickle":
        await send({{"type": "http.response.body", "body": body[:1], "more_body": True}})
        body = body[1:]
        print("waiting for", argument[0], flush=True)
        await until_flag(argument[0])
    await send({{"type": "http.response.body", "body": body}})


def health():
    global health_checks
    health_checks += 1
    print("health check", health_checks, flush=True)
    if flag("flaky") and health_checks % 2:
        return 500
    return int((FLAGS / "health").read_text()) if flag("health") else HEALTH


def sends_without_delay():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if not os.readlink("/proc/self/fd/" + name).startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(name))) as one:
                one.getpeername()
                if one.family in (socket.AF_INET, socket.AF_INET6):
                    found.append(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0)
        except OSError:
            continue  # it listens, or it is closed already
    return bool(found) and all(found)
"""


class ChangingApp:
    """The source in `sources` and the flags beside it.

    * `/` answers at once, `/wait/NAME` once the flag NAME is up, `/trickle/NAME` begins to answer
      and ends once it is up; both print `waiting for NAME` when the request is in.
    * `/health` answers with the status in the flag `health`, without it 200, or 503 once
      `/sicken` was asked of this process; while `flaky` is up every other check fails.
    * `/hang` blocks the event loop for good, `/delay` tells whether all that this process has
      accepted sends without delay (`noDelay`). A WebSocket is answered with what it says.
    * While the flag `hold` is up the source does not finish importing; with `no-startup` its
      lifespan fails.
    """

    def __init__(self, folder: Path) -> None:
        self.sources = folder / "src"
        self._flags = folder / "flags"
        self._edits = 0
        self.sources.mkdir()
        self._flags.mkdir()
        self.write("one")

    def spec(self, **settings: Any) -> Spec:
        """The server of this app, on a port of the sidecar's choice."""
        return {"app": f"{MODULE}:app", "cwd": str(self.sources), "port": 0, **settings}

    def write(self, version: str, code: str = "") -> None:
        """Saves the source, with `code` run while it is imported, as an editor does: at once."""
        self._edits += 1
        source = _SOURCE.format(version=version, flags=str(self._flags), code=code)
        # A source of the same size and second as the one before would be taken for it (`.pyc`).
        saved = self.sources / f".{MODULE}.tmp"
        saved.write_text(source + "\n" * self._edits, encoding="utf-8")
        os.replace(saved, self.sources / f"{MODULE}.py")

    def remove(self) -> None:
        """Deletes the source; a server that runs goes on."""
        (self.sources / f"{MODULE}.py").unlink()

    def raise_flag(self, name: str, content: str = "") -> None:
        """From now on the flag `name` is up, and holds `content`."""
        unseen = self._flags / f".{name}.tmp"
        unseen.write_text(content, encoding="utf-8")
        os.replace(unseen, self._flags / name)

    def lower_flag(self, name: str) -> None:
        """From now on the flag `name` is down."""
        (self._flags / name).unlink()
