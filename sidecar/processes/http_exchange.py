"""Sends one HTTP request of a client's to a server on this machine, and reads the answer.

In a thread, by the library's blocking client, which knows all the ways in which a body may end.
Nothing leads to another machine: redirects are not followed, and a `host` that clients can change
is connected to only at addresses of this one.
"""

import contextlib
import http.client
import socket
import time
from email.message import Message

from sidecar.domain.errors import NoAnswer
from sidecar.domain.http import HttpRequest, HttpResponse, written
from sidecar.domain.spec import ServerSpec, bracketed, connect_host
from sidecar.processes.listening import ports
from sidecar.processes.readiness import trusting_context
from sidecar.processes.threads import in_thread

MOST_BODY_BYTES = 1024 * 1024
"""What is read of an answer: an answer to a client is a message, which has to stay handy."""

LONGEST_SILENCE_SECONDS = 24 * 3600.0
"""The longest that a socket is ever waited for; the system's timers overflow at some weeks."""


async def exchange(spec: ServerSpec, port: int, request: HttpRequest) -> HttpResponse:
    """The answer of the server at `port`, whatever its status.

    Raises:
        NoAnswer: nothing answered in time, or not in HTTP, or only a part of an answer came.
    """
    one = _Exchange(spec, port, request)
    try:
        return await in_thread(one.carry_out, request.timeout)
    except TimeoutError:
        raise NoAnswer(
            f"{spec.name} did not answer {one.subject} within {request.timeout:g} s; "
            "give it more time, or restart it if it hangs"
        ) from None
    finally:
        one.abandon()


class _Exchange:
    """One request: `carry_out` in a thread, `abandon` from another."""

    def __init__(self, spec: ServerSpec, port: int, request: HttpRequest) -> None:
        self.subject = f"{request.method} {request.path}"
        self._spec = spec
        self._port = port
        self._request = request
        self._abandoned = False
        self._socket: socket.socket | None = None
        host = connect_host(spec.host)
        silence = min(request.timeout, LONGEST_SILENCE_SECONDS)
        if spec.scheme == "https":
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=silence, context=trusting_context()
            )
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=silence)

    def abandon(self) -> None:
        """Nobody waits any more: what the thread is waiting for ends at once."""
        self._abandoned = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def carry_out(self) -> HttpResponse:
        """The answer."""
        since = time.monotonic()
        try:
            self._connect()
            self._socket = self._connection.sock  # the connection forgets it before the body
            if self._abandoned:
                raise TimeoutError
            self._send()
            return self._receive(since)
        except TimeoutError:  # the caller tells of it; it has the same limit
            raise
        except (http.client.RemoteDisconnected, http.client.IncompleteRead) as error:
            raise self._hung_up() from error
        except http.client.HTTPException as error:
            raise NoAnswer(
                f"what {self._spec.name} answered to {self.subject} cannot be read as HTTP "
                f"({type(error).__name__}); is this the port of a web server?"
            ) from error
        except ConnectionRefusedError as error:
            place = f"{bracketed(connect_host(self._spec.host))}:{self._port}"
            raise NoAnswer(
                f"nothing listens on {place}, where {self._spec.name} should answer; "
                "see its log, or restart it"
            ) from error
        except ConnectionError as error:
            raise self._hung_up() from error
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise NoAnswer(
                f"{self._spec.name} could not be asked for {self.subject}: {why}; see its log"
            ) from error
        finally:
            self._connection.close()

    def _connect(self) -> None:
        """By the address that was looked at: the name may lead elsewhere the next moment."""
        host = connect_host(self._spec.host)
        addresses = ports.ours(host)
        if not addresses:
            raise NoAnswer(
                f"{host} is not an address of this machine, so {self._spec.name} is not asked "
                "there; give it a host of this machine, and restart it"
            )
        refused: ConnectionRefusedError | None = None
        for address in addresses:
            self._connection.host = address.ip
            try:
                return self._connection.connect()
            except ConnectionRefusedError as error:  # "localhost" is ::1, too
                refused = error
        if refused is not None:
            raise refused
        return None

    def _send(self) -> None:
        request, connection = self._request, self._connection
        given = {name.lower() for name in request.headers}
        connection.putrequest(
            request.method,
            request.path,
            skip_host=True,
            skip_accept_encoding="accept-encoding" in given,
        )
        connection.putheader("Host", f"{bracketed(connect_host(self._spec.host))}:{self._port}")
        connection.putheader("Connection", "close")
        for name, value in (("User-Agent", "python-server-sidecar"), ("Accept", "*/*")):
            if name.lower() not in given:
                connection.putheader(name, value)
        for name, value in request.headers.items():
            connection.putheader(name, value.encode())
        if request.body is not None or request.method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(request.body or b"")))
        # A server may refuse a body before it has read it, and hang up: its answer has come then.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.endheaders(request.body)

    def _receive(self, since: float) -> HttpResponse:
        with contextlib.closing(self._connection.getresponse()) as answer:
            body = answer.read(MOST_BODY_BYTES + 1)
        cut = len(body) > MOST_BODY_BYTES
        if not cut and answer.length:  # what was promised and is missing
            raise self._hung_up()
        text, encoding = written(
            body[:MOST_BODY_BYTES], answer.headers.get_content_charset(), cut=cut
        )
        return HttpResponse(
            status=answer.status,
            reason=_as_utf8(answer.reason),
            headers=_joined(answer.headers),
            body=text,
            duration_seconds=round(time.monotonic() - since, 6),
            encoding=encoding,
            truncated=True if cut else None,
        )

    def _hung_up(self) -> NoAnswer:
        return NoAnswer(
            f"{self._spec.name} hung up before it had answered {self.subject}; its log may tell why"
        )


def _joined(headers: Message) -> dict[str, str]:
    """The headers by name, as they were first written; repeated ones joined."""
    spelled: dict[str, str] = {}
    joined: dict[str, str] = {}
    for name, value in headers.items():
        key = spelled.setdefault(name.lower(), name)
        text = _as_utf8(value)
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


def _as_utf8(text: str) -> str:
    """`text`, which was read byte by byte, as what was probably meant by it."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
