"""An app that answers in many ways, under uvicorn as any app would be."""

from pathlib import Path
from typing import Any

from tests.support.servers import Spec, app_file

SOURCE = '''
"""Answers by path; what it was sent is told by `/echo`."""

import asyncio
import json

PNG = b"\\x89PNG\\r\\n\\x1a\\n" + bytes(range(256))


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body = b""
    while (message := await receive()).get("more_body"):
        body += message["body"]
    body += message.get("body", b"")
    answer = ANSWERS.get(scope["path"], not_found)
    await answer(scope, body, send)


async def say(send, status, body, *headers):
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


async def not_found(scope, body, send):
    await say(send, 404, b"nothing here", (b"content-type", b"text/plain"))


async def echo(scope, body, send):
    told = {
        "method": scope["method"],
        "query": scope["query_string"].decode(),
        "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
        "body": body.decode(),
    }
    text = json.dumps(told, ensure_ascii=False).encode()
    await say(send, 200, text, (b"content-type", b"application/json"))


async def broken(scope, body, send):
    raise RuntimeError("a defect of the app")


async def moved(scope, body, send):
    await say(send, 307, b"", (b"location", b"/echo"))


async def image(scope, body, send):
    await say(send, 200, PNG, (b"content-type", b"image/png"))


async def big(scope, body, send):
    await say(send, 200, "가나다".encode() * 400_000, (b"content-type", b"text/plain"))


async def parts(scope, body, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for part in ("연필, ", "지우개, ", "자"):
        await send({"type": "http.response.body", "body": part.encode(), "more_body": True})
        await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b""})


async def hanging(scope, body, send):
    print("hanging", flush=True)
    await asyncio.sleep(3600)


ANSWERS = {
    "/echo": echo, "/broken": broken, "/moved": moved, "/image": image, "/big": big,
    "/parts": parts, "/hanging": hanging,
}
'''


def answering_app(folder: Path, **settings: Any) -> Spec:
    """A server that is this app."""
    return app_file(folder, "answering", SOURCE, **settings)
