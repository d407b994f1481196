"""One question to a real, tiny server: what counts as an answer, and what is said otherwise."""

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from sidecar.domain.spec import HealthCheck, ReadyCheck, ReadyKind, ServerSpec
from sidecar.processes.listening.ownership import Acceptance, SocketAddress, acceptance
from sidecar.processes.listening.ports import any_free
from sidecar.processes.readiness import about_health, about_readiness, ask
from tests.unit.processes.listener import sharing

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def spec(
    kind: ReadyKind = "http", host: str = "127.0.0.1", path: str = "/", *, any_status: bool = False
) -> ServerSpec:
    return ServerSpec(
        name="api",
        app="main:app",
        command=None,
        python="python3",
        cwd="/",
        ready=ReadyCheck(kind, path=path, any_status=any_status),
        host=host,
    )


async def probe(given: ServerSpec, port: int) -> str | None:
    return await ask(about_readiness(given, port))


def saying(*parts: bytes) -> Answer:
    """Answers every request with `parts`, one after the other."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)

    return answer


def status(line: str) -> Answer:
    return saying(f"HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n".encode())


@asynccontextmanager
async def serving(
    answer: Answer, host: str = "127.0.0.1", context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A server that answers by `answer` and then hangs up; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("line", ["200 OK", "204", "307 Temporary Redirect", "399 "])
async def test_a_good_status_is_an_answer(line: str) -> None:
    async with serving(status(line)) as port:
        assert await probe(spec(), port) is None


@pytest.mark.parametrize("code", [404, 503, 101, 400])
async def test_another_status_is_told(code: int) -> None:
    async with serving(status(f"{code} No")) as port:
        missing = await probe(spec(path="/health"), port)
        assert missing == f"GET http://127.0.0.1:{port}/health answered {code}"


async def test_where_any_answer_will_do_a_bad_one_does() -> None:
    async with serving(status("500 Internal Server Error")) as port:
        assert await probe(spec(any_status=True), port) is None


@pytest.mark.parametrize("parts", [(b"HT", b"TP/1.0 2", b"00 OK\r\n\r\n"), (b"HTTP/2 200\r\n",)])
async def test_an_answer_may_come_in_pieces_and_any_version(parts: tuple[bytes, ...]) -> None:
    async with serving(saying(*parts)) as port:
        assert await probe(spec(), port) is None


@pytest.mark.parametrize(
    "parts", [(b"SSH-2.0-OpenSSH_9.2\r\n",), (b"",), (b"HTTP/1.1 abc\r\n",), (b"x" * 200_000,)]
)
async def test_what_is_not_http_is_told_as_that(parts: tuple[bytes, ...]) -> None:
    async with serving(saying(*parts)) as port:
        missing = await probe(spec(any_status=True), port)
        assert missing is not None
        assert "did not answer in HTTP" in missing or "is not reachable" in missing


async def test_the_question_names_the_path_and_the_host() -> None:
    asked: list[bytes] = []

    async def remember(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

    async with serving(remember) as port:
        assert await probe(spec(path="/health?deep=1"), port) is None
    first, *headers = asked[0].decode().split("\r\n")
    assert first == "GET /health?deep=1 HTTP/1.1"
    assert f"Host: 127.0.0.1:{port}" in headers
    assert "Connection: close" in headers


@pytest.mark.parametrize(("bound", "host"), [("127.0.0.1", "0.0.0.0"), ("::1", "::")])
async def test_a_server_on_every_address_is_asked_on_loopback(bound: str, host: str) -> None:
    async with serving(status("200 OK"), bound) as port:
        assert await probe(spec(host=host), port) is None


async def test_a_port_on_which_nobody_listens_is_told_as_that() -> None:
    port = any_free("::1", frozenset())
    assert await probe(spec(host="::1"), port) == f"nothing listens on [::1]:{port} yet"


async def test_a_name_that_nobody_knows_is_told_as_unreachable() -> None:
    missing = await probe(spec(host="no-such-host.invalid"), 80)
    assert missing is not None
    assert "http://no-such-host.invalid:80/ is not reachable" in missing


async def test_a_server_that_never_answers_is_given_up_after_a_while() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(silent) as port:
        missing = await ask(about_readiness(spec(), port)._replace(seconds=0.05))
    assert missing is not None
    assert missing.endswith("did not answer within 0.05 s")


async def test_for_a_port_a_connection_is_enough() -> None:
    async def nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        assert await reader.read() == b"", "nothing is asked"

    async with serving(nothing) as port:
        assert await probe(spec("tcp"), port) is None
    assert await probe(spec("tcp"), port) == f"nothing listens on 127.0.0.1:{port} yet"


async def test_a_certificate_made_for_another_name_is_no_obstacle(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    make = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    make += ["-nodes", "-subj", "/CN=elsewhere.example", "-days", "1"]
    make += ["-keyout", str(key), "-out", str(certificate)]
    await asyncio.to_thread(subprocess.run, make, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    given = spec()._replace(args=("--ssl-certfile", str(certificate)))
    async with serving(status("200 OK"), context=context) as port:
        with patch.object(ssl, "create_default_context", side_effect=AssertionError("takes long")):
            assert await probe(given, port) is None
            assert await probe(given, port) is None


async def test_at_its_door_a_server_is_asked_by_its_public_name() -> None:
    asked: list[bytes] = []

    async def remember(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 503 No\r\n\r\n")

    async with serving(remember) as door:
        question = about_readiness(spec(path="/health"), 8121, ("127.0.0.1", door))
        assert await ask(question) == "GET http://127.0.0.1:8121/health answered 503"
    assert b"\r\nHost: 127.0.0.1:8121\r\n" in asked[0]
    assert await ask(question) == f"nothing listens on 127.0.0.1:{door} yet"


@pytest.mark.parametrize(
    ("line", "complaint"), [("200 OK", None), ("302 Found", None), ("500 No", "answered 500")]
)
async def test_a_health_check_asks_for_its_own_path(line: str, complaint: str | None) -> None:
    async with serving(status(line)) as port:
        missing = await ask(about_health(spec("log"), port, HealthCheck("/alive")))
    expected = complaint and f"GET http://127.0.0.1:{port}/alive {complaint}"
    assert missing == expected


async def test_a_health_check_has_its_own_limit() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(silent) as port:
        missing = await ask(about_health(spec(), port, HealthCheck("/alive", timeout=0.05)))
    assert missing == f"http://127.0.0.1:{port}/alive did not answer within 0.05 s"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A listening socket that several processes share."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


class Watch:
    """Tells who has accepted; `asked` is set once that has been asked for the first time."""

    def __init__(self, *pids: int) -> None:
        self.asked = asyncio.Event()
        self._pids = pids

    async def __call__(self, local: SocketAddress, peer: SocketAddress) -> Acceptance:
        self.asked.set()
        return acceptance(self._pids, local, peer)


def port_of(listener: socket.socket) -> int:
    return listener.getsockname()[1]


@pytest.mark.parametrize(("kind", "order"), [("http", "answer"), ("tcp", "accept")])
async def test_a_connection_waits_until_the_server_accepts_it(
    listener: socket.socket, kind: ReadyKind, order: str
) -> None:
    with sharing(listener) as server:
        watch = Watch(server.pid)
        asking = asyncio.create_task(ask(about_readiness(spec(kind), port_of(listener)), watch))
        await watch.asked.wait()
        assert not asking.done()
        server.order(order)
        assert await asking is None


@pytest.mark.parametrize("kind", ["http", "tcp"])
async def test_what_an_old_process_accepts_is_no_answer(
    listener: socket.socket, kind: ReadyKind
) -> None:
    with sharing(listener) as old, sharing(listener) as new:
        old.order("answer")
        question = about_readiness(spec(kind), port_of(listener))
        missing = await ask(question, Watch(new.pid))
        assert missing == (
            f"another process has accepted the connection to 127.0.0.1:{port_of(listener)}"
        )
        assert await asyncio.to_thread(old.length_of_request) == 0


async def test_a_server_that_accepts_nothing_is_told_as_that(listener: socket.socket) -> None:
    with sharing(listener) as server, patch("sidecar.processes.readiness.ACCEPT_SECONDS", 0.05):
        missing = await ask(about_readiness(spec(), port_of(listener)), Watch(server.pid))
    assert missing == (
        f"nothing of this server has accepted a connection on 127.0.0.1:{port_of(listener)} yet"
    )


async def test_a_server_that_hangs_up_at_once_has_accepted_all_the_same(
    listener: socket.socket,
) -> None:
    with sharing(listener) as server:
        watch = Watch(server.pid)
        server.order("turn away")
        assert await ask(about_readiness(spec("tcp"), port_of(listener)), watch) is None
        server.order("turn away")
        missing = await ask(about_readiness(spec("http"), port_of(listener)), watch)
    assert missing is not None
    assert "did not answer in HTTP" in missing or "is not reachable" in missing


async def test_an_answer_has_its_full_time_from_the_moment_of_acceptance(
    listener: socket.socket,
) -> None:
    with sharing(listener) as server:
        watch = Watch(server.pid)
        question = about_readiness(spec(), port_of(listener))._replace(seconds=0.05)
        asking = asyncio.create_task(ask(question, watch))
        await asyncio.sleep(0.1)
        assert not asking.done()
        server.order("accept")
        missing = await asking
    assert missing is not None
    assert missing.endswith("did not answer within 0.05 s")
