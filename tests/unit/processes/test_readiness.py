"""One question to a real, tiny server: what counts as an answer, and what is said otherwise."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from sidecar.domain.spec import ReadyCheck, ReadyKind, ServerSpec
from sidecar.processes.ports import any_free
from sidecar.processes.readiness import probe

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

    with patch("sidecar.processes.readiness.ANSWER_SECONDS", 0.05):
        async with serving(silent) as port:
            missing = await probe(spec(), port)
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
        assert await probe(given, port) is None
