"""Servers for the sidecar to run: specs in the shape of the TOML file, and app files."""

import socket
import sys
from pathlib import Path
from typing import Any

Spec = dict[str, Any]

ASGI_APP = '''
"""The least that an ASGI server can be: it answers every request with 200."""


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})
'''

FASTAPI_APP = """
import os
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    print("lifespan started", flush=True)
    yield
    print("lifespan ended", flush=True)


app = FastAPI(lifespan=lifespan)


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/pid")
def pid():
    return {"pid": os.getpid()}


@app.get("/env/{name}")
def environment(name: str):
    return {"value": os.environ.get(name)}
"""

TERM_IGNORING = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf to SIGTERM", flush=True)
while True:
    time.sleep(60)
"""

# Answers 200 to everything with the standard library alone, for interpreters without uvicorn.
HTTP_SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
host, port = sys.argv[1], int(sys.argv[2])
http.server.ThreadingHTTPServer((host, port), Handler).serve_forever()
"""


def script(code: str, *arguments: str, **settings: Any) -> Spec:
    """A server that is a piece of Python, ready as the defaults of a `command` have it."""
    return {"command": [sys.executable, "-u", "-c", code, *arguments], **settings}


def portless(code: str, *arguments: str, **settings: Any) -> Spec:
    """A piece of Python that listens nowhere and counts as ready as soon as it lives."""
    return script(code, *arguments, **{"ready": {"none": True}, **settings})


def sleeper(**settings: Any) -> Spec:
    """Does nothing, for as long as it is let."""
    return portless("import time\nwhile True: time.sleep(60)", **settings)


def term_ignoring(**settings: Any) -> Spec:
    """Must be killed; ready once it has become deaf to SIGTERM."""
    return script(TERM_IGNORING, **{"ready": {"log": "deaf to SIGTERM"}, **settings})


def never_ready(**settings: Any) -> Spec:
    """Lives, and never prints what its readiness waits for: `starting` for as long as needed."""
    code = "import time\nprint('still loading', flush=True)\nwhile True: time.sleep(60)"
    return script(code, **{"ready": {"log": "this line never comes", "timeout": 60}, **settings})


def flooder(lines: int, text: str = "x" * 92, *, then: str = "", **settings: Any) -> Spec:
    """Prints `lines` numbered lines (7 digits, a blank, `text`) as fast as it can, then `then`.

    `then` is Python code; without it the server goes on living silently.
    """
    code = f"""
import os, time
text = {(" " + text + chr(10)).encode()!r}
started = time.monotonic()
for first in range(1, {lines} + 1, 5000):
    numbers = range(first, min(first + 5000, {lines} + 1))
    data = memoryview(b"".join([b"%07d" % n + text for n in numbers]))
    while data:
        data = data[os.write(1, data):]
took = time.monotonic() - started
{then or "while True: time.sleep(60)"}
"""
    return portless(code, **settings)


def http_server(port: int, **settings: Any) -> Spec:
    """A `command` that listens on its port by the standard library alone."""
    return script(HTTP_SERVER, "{host}", "{port}", **{"port": port, **settings})


def asgi_app(folder: Path, port: int = 0, **settings: Any) -> Spec:
    """Writes a minimal ASGI app into `folder`; the server is run by uvicorn."""
    return app_file(folder, "plain_asgi", ASGI_APP, port, **settings)


def fastapi_app(folder: Path, port: int = 0, **settings: Any) -> Spec:
    """Writes a FastAPI app with /health, /pid and /env/NAME into `folder`."""
    return app_file(folder, "fastapi_app", FASTAPI_APP, port, **settings)


def app_file(folder: Path, module: str, source: str, port: int = 0, **settings: Any) -> Spec:
    """Writes `source` as a module whose `app` is the server."""
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    return {"app": f"{module}:app", "cwd": str(folder), "port": port, **settings}


def free_port(host: str = "127.0.0.1") -> int:
    """A port that was free just now. Another program may take it: use 0 where the test allows."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


# Lets a test decide when a server goes on: it waits until the file `name` is in its folder.
_STEPS = """
import os, sys, time

def wait_for(name):
    while not os.path.exists(name):
        time.sleep(0.005)

def out(data):
    os.write(1, data)

def err(data):
    os.write(2, data)
"""


def stepped(folder: Path, code: str, **settings: Any) -> Spec:
    """Runs `code` with `out(bytes)`, `err(bytes)` and `wait_for(name)`; then sleeps.

    `(folder / name).touch()` is what ends `wait_for(name)`.
    """
    whole = _STEPS + code + "\nwhile True: time.sleep(60)"
    return portless(whole, **{"cwd": str(folder), **settings})


def reluctant(folder: Path, **settings: Any) -> Spec:
    """Answers SIGTERM only once the file `let-go` is in `folder`; then exits with 0."""
    code = """
import signal
def leave(*_):
    out(b"asked to stop\\n")
    wait_for("let-go")
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
out(b"up\\n")
"""
    return stepped(folder, code, **{"ready": {"log": "up"}, "stop": {"timeout": 30}, **settings})
