"""Asks a server whether it answers: one HTTP request, or one connection.

The request is written by hand: it is one line, and an HTTP library would cost the first start tens
of milliseconds of import. What comes back matters only as far as its status.
"""

import asyncio
import contextlib
import os
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import NamedTuple

from sidecar.domain.spec import HealthCheck, ServerSpec, bracketed, connect_host
from sidecar.processes.listening.ownership import Acceptance, SocketAddress

ANSWER_SECONDS = 5.0
"""A single question is given up after this long; the check goes on with the next."""

ACCEPT_SECONDS = 5.0
"""A connection that nobody accepts makes room for another after this long, and not much sooner: it
stays in the queue even when it is closed, and takes the place of a client that could wait there."""

FIRST_LOOK_SECONDS = 0.002
SLOWEST_LOOK_SECONDS = 0.05
"""How often one looks who has accepted; what a start loses to that, and what it costs others."""

LOOK_SLOWDOWN = 1.2

_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})\b")
_BODY_BYTES = 64 * 1024

Accepted = Callable[[SocketAddress, SocketAddress], Awaitable[Acceptance]]
"""Tells who has accepted a connection, given by the addresses of our end and of its peer."""


class Question(NamedTuple):
    """What is asked, and where; the server is told `authority` as its own name.

    Without a `path` a connection is all that is wanted.
    """

    host: str
    port: int
    authority: str
    scheme: str
    path: str | None
    any_status: bool = False
    seconds: float = ANSWER_SECONDS

    @property
    def place(self) -> str:
        """Where one connects, in words."""
        return f"{bracketed(self.host)}:{self.port}"

    @property
    def subject(self) -> str:
        """What is asked for, in words."""
        return f"{self.scheme}://{self.authority}{self.path}" if self.path else self.place


def about_readiness(spec: ServerSpec, port: int, door: tuple[str, int] | None = None) -> Question:
    """The readiness check of a server, asked at its address or at the `door` that it alone has."""
    host = connect_host(spec.host)
    path = spec.ready.path if spec.ready.kind == "http" else None
    at, port_asked = door or (host, port)
    authority = f"{bracketed(host)}:{port}"
    return Question(at, port_asked, authority, spec.scheme, path, spec.ready.any_status)


def about_health(spec: ServerSpec, port: int, health: HealthCheck) -> Question:
    """The health check of a server."""
    host = connect_host(spec.host)
    authority = f"{bracketed(host)}:{port}"
    return Question(host, port, authority, spec.scheme, health.path, seconds=health.timeout)


async def ask(question: Question, accepted: Accepted | None = None) -> str | None:
    """None if the server answered as it should, else what it did instead.

    With `accepted` the answer must come from a process of which that says that it is the server's;
    until such a one has accepted the connection nothing is asked.
    """
    try:
        async with asyncio.timeout(question.seconds) as limit:
            return await _connect_and_ask(question, accepted, limit)
    except TimeoutError:
        return f"{question.subject} did not answer within {question.seconds:g} s"
    except ConnectionRefusedError:
        return f"nothing listens on {question.place} yet"
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        return f"{question.subject} is not reachable ({why})"


async def _connect_and_ask(
    question: Question, accepted: Accepted | None, limit: asyncio.Timeout
) -> str | None:
    encrypted = question.path is not None and question.scheme == "https"
    reader, writer = await asyncio.open_connection(
        question.host, question.port, ssl=trusting_context() if encrypted else None
    )
    try:
        if accepted is not None:
            limit.reschedule(None)
            missing = await _wait_for_acceptance(question, reader, writer, accepted)
            if missing is not None:
                return missing
            limit.reschedule(asyncio.get_running_loop().time() + question.seconds)
        return await _ask(question, reader, writer) if question.path else None
    finally:
        writer.close()


async def _wait_for_acceptance(
    question: Question,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    accepted: Accepted,
) -> str | None:
    """None once a process of the server has accepted the connection, else what happened instead."""
    local, peer = writer.get_extra_info("sockname"), writer.get_extra_info("peername")
    give_up = time.monotonic() + ACCEPT_SECONDS
    pause = FIRST_LOOK_SECONDS
    spoke = False
    while time.monotonic() < give_up:
        acceptance = await accepted(local, peer)
        if acceptance is Acceptance.OURS:
            return None
        if acceptance is Acceptance.OTHERS:
            return f"another process has accepted the connection to {question.place}"
        if spoke:  # accepted, and nobody's any more: it spoke or hung up unasked, as some do
            return f"{question.subject} did not answer in HTTP" if question.path else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await reader.read(1)
                spoke = True
        pause = min(pause * LOOK_SLOWDOWN, SLOWEST_LOOK_SECONDS)
    return f"nothing of this server has accepted a connection on {question.place} yet"


async def _ask(
    question: Question, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> str | None:
    request = (
        f"GET {question.path} HTTP/1.1\r\nHost: {question.authority}\r\n"
        "User-Agent: python-server-sidecar\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )
    try:
        writer.write(request.encode())
        status_line = await reader.readline()
        # To hang up before the answer is over would look like a fault in the server's log.
        await reader.read(_BODY_BYTES)
    except (ValueError, asyncio.IncompleteReadError):  # a line without end
        status_line = b""
    match = _STATUS_LINE.match(status_line)
    if match is None:
        return f"{question.subject} did not answer in HTTP"
    status = int(match[1])
    if question.any_status or 200 <= status < 400:
        return None
    return f"GET {question.subject} answered {status}"


@cache
def trusting_context() -> ssl.SSLContext:
    """For our own child on this machine, whose certificate is made for another name or none."""
    # Not create_default_context: that reads all authorities, which takes longer than the question.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
