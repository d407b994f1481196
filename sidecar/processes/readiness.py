"""Asks a server whether it answers: one HTTP request, or one connection.

The request is written by hand: it is one line, and an HTTP library would cost the first start tens
of milliseconds of import. What comes back matters only as far as its status.
"""

import asyncio
import os
import re
import ssl

from sidecar.domain.spec import ServerSpec, bracketed, connect_host

ANSWER_SECONDS = 5.0
"""A single question is given up after this long; the check goes on with the next."""

_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})\b")
_BODY_BYTES = 64 * 1024


async def probe(spec: ServerSpec, port: int) -> str | None:
    """None if the server answered as `spec.ready` wants it, else what it did instead."""
    host = connect_host(spec.host)
    path = spec.ready.path if spec.ready.kind == "http" else None
    what = f"{spec.scheme}://{bracketed(host)}:{port}{path}" if path else f"{host}:{port}"
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await _ask(spec, host, port, path, what)
    except TimeoutError:
        return f"{what} did not answer within {ANSWER_SECONDS:g} s"
    except ConnectionRefusedError:
        return f"nothing listens on {bracketed(host)}:{port} yet"
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        return f"{what} is not reachable ({why})"


async def _ask(spec: ServerSpec, host: str, port: int, path: str | None, what: str) -> str | None:
    context = _trusting_context() if path and spec.scheme == "https" else None
    reader, writer = await asyncio.open_connection(host, port, ssl=context)
    try:
        if path is None:
            return None
        request = (
            f"GET {path} HTTP/1.1\r\nHost: {bracketed(host)}:{port}\r\n"
            "User-Agent: python-server-sidecar\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        )
        writer.write(request.encode())
        status_line = await reader.readline()
        # To hang up before the answer is over would look like a fault in the server's log.
        await reader.read(_BODY_BYTES)
    except (ValueError, asyncio.IncompleteReadError):  # a line without end
        status_line = b""
    finally:
        writer.close()
    match = _STATUS_LINE.match(status_line)
    if match is None:
        return f"{what} did not answer in HTTP"
    status = int(match[1])
    if spec.ready.any_status or 200 <= status < 400:
        return None
    return f"GET {what} answered {status}"


def _trusting_context() -> ssl.SSLContext:
    """For our own child on this machine, whose certificate is made for another name or none."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
