"""The app that the launcher serves in these tests; it runs in a process of its own."""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

GO = Path("go")
"""What `/held` and `/stream` wait for, in the working directory."""


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Answers with what the path asks for; `/` with the pid."""
    if scope["type"] == "lifespan":
        return await _live(receive, send)
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return None
    if scope["path"] == "/held":
        os.write(1, b"held\n")
        await _until_go()
    if scope["path"] == "/stream":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first ", "more_body": True})
        await _until_go()
        return await send({"type": "http.response.body", "body": b"second"})
    answers = {"/nodelay": _nodelay, "/inheritable": _inheritable}
    body = json.dumps(answers.get(scope["path"], os.getpid)()).encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    return await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    if "FAIL" in os.environ:
        return await send({"type": "lifespan.startup.failed", "message": "no database"})
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            os.write(1, b"lifespan ended\n")
            return None


async def _until_go() -> None:
    while not _may_go():
        await asyncio.sleep(0.01)


def _may_go() -> bool:
    return GO.exists()


def _descriptors() -> list[int]:
    return [int(name) for name in os.listdir("/proc/self/fd") if int(name) > 2]


def _inheritable() -> list[str]:
    """What a program started here would get of this process's descriptors."""
    found: list[str] = []
    for number in _descriptors():
        try:
            if os.get_inheritable(number):
                found.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            continue  # the one that listed the others
    return found


def _nodelay() -> list[int]:
    """TCP_NODELAY of each open connection."""
    found: list[int] = []
    for number in _descriptors():
        try:
            with socket.socket(fileno=os.dup(number)) as one:
                one.getpeername()
                if one.family in (socket.AF_INET, socket.AF_INET6):
                    found.append(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        except OSError:
            continue
    return found
