"""One request to a real, tiny server: what goes out, what comes back, and why nothing does."""

import asyncio
import base64
import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from unittest.mock import patch

import pytest

from sidecar.domain.errors import NoAnswer
from sidecar.domain.http import HttpRequest, HttpResponse
from sidecar.domain.spec import ReadyCheck, ServerSpec
from sidecar.processes.http_exchange import MOST_BODY_BYTES, exchange
from sidecar.processes.listening import ports
from sidecar.processes.listening.ports import Address, any_free
from tests.unit.processes.raw_http import Answer, Served, repeating, saying, serving, silent

OK = b"HTTP/1.1 200 OK\r\n"
LONG = 60.0  # nobody waits that long: the test's own limit comes before
SHORT = 0.3
TIME_LIMIT = 10.0


def spec(host: str = "127.0.0.1", args: tuple[str, ...] = ()) -> ServerSpec:
    return ServerSpec(
        name="api",
        app="main:app",
        command=None,
        python="python3",
        cwd="/",
        ready=ReadyCheck("none"),
        host=host,
        args=args,
    )


async def sent(request: HttpRequest, answer: Answer) -> tuple[HttpResponse, Served]:
    """What came back, and the server that it came from."""
    async with serving(answer) as served:
        return await exchange(spec(), served.port, request), served


async def answered(answer: Answer, method: str = "GET") -> HttpResponse:
    """What is made of an answer."""
    response, _ = await sent(HttpRequest("/", method, timeout=LONG), answer)
    return response


async def unanswered(answer: Answer, timeout: float = LONG) -> str:
    """What is said where no answer is made of what came."""
    async with serving(answer) as served:
        with pytest.raises(NoAnswer) as refused:
            await exchange(spec(), served.port, HttpRequest("/slow?x=1", timeout=timeout))
    return str(refused.value)


async def test_a_plain_request_says_what_it_needs_and_no_more() -> None:
    _, served = await sent(HttpRequest("/items?limit=2"), saying(OK + b"\r\n"))
    assert served.requests == [
        b"GET /items?limit=2 HTTP/1.1\r\n"
        b"Accept-Encoding: identity\r\n"
        b"Host: 127.0.0.1:%d\r\n"
        b"Connection: close\r\n"
        b"User-Agent: python-server-sidecar\r\n"
        b"Accept: */*\r\n\r\n" % served.port
    ]


async def test_a_body_goes_out_with_its_length_in_bytes() -> None:
    body = '{"name":"연필"}'.encode()
    headers = {"Content-Type": "application/json", "accept": "text/plain", "X-Who": "김"}
    request = HttpRequest("/items", "POST", headers, body)
    _, served = await sent(request, saying(OK + b"\r\n"))
    head, _, given = served.requests[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /items HTTP/1.1"
    assert f"Content-Length: {len(body)}".encode() in lines
    assert b"Content-Type: application/json" in lines
    assert "X-Who: 김".encode() in lines
    assert [line for line in lines if line.lower().startswith(b"accept:")] == [
        b"accept: text/plain"
    ]
    assert given == body


async def test_a_post_without_a_body_says_that_it_has_none() -> None:
    _, served = await sent(HttpRequest("/", "POST"), saying(OK + b"\r\n"))
    assert b"\r\nContent-Length: 0\r\n" in served.requests[0]


async def test_a_path_that_looks_like_a_host_is_still_a_path() -> None:
    _, served = await sent(HttpRequest("//example.org/x"), saying(OK + b"\r\n"))
    assert served.requests[0].startswith(b"GET //example.org/x HTTP/1.1\r\n")


@pytest.mark.parametrize("line", ["404 Not Found", "500 Internal Server Error", "204 No Content"])
async def test_any_status_is_an_answer(line: str) -> None:
    response = await answered(saying(f"HTTP/1.1 {line}\r\n\r\n".encode()))
    assert f"{response.status} {response.reason}" == line
    assert response.body == ""
    assert response.encoding is response.truncated is None
    assert 0 < response.duration_seconds < TIME_LIMIT


async def test_a_redirect_is_told_and_not_followed() -> None:
    location = b"Location: http://127.0.0.1:1/elsewhere\r\n"
    response, served = await sent(
        HttpRequest("/"), saying(b"HTTP/1.1 307 Temporary Redirect\r\n", location, b"\r\n")
    )
    assert response.status == 307
    assert response.headers == {"Location": "http://127.0.0.1:1/elsewhere"}
    assert len(served.requests) == 1


@pytest.mark.parametrize(
    "parts",
    [
        [b"Content-Length: 5\r\n\r\n", b"he", b"llo"],
        [b"Transfer-Encoding: chunked\r\n\r\n", b"2\r\nhe\r\n", b"3;x=y\r\nllo\r\n0\r\n\r\n"],
        [b"\r\n", b"he", b"llo"],
    ],
    ids=["by its length", "in chunks", "until the end of the connection"],
)
async def test_a_body_is_read_to_its_end(parts: list[bytes]) -> None:
    assert (await answered(saying(OK, *parts))).body == "hello"


async def test_an_answer_is_over_when_its_body_is_though_the_server_stays() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 5\r\n\r\nhello")
        await reader.readexactly(1)

    assert (await answered(answer)).body == "hello"


async def test_a_head_has_no_body_whatever_its_length_says() -> None:
    response = await answered(saying(OK + b"Content-Length: 5\r\n\r\n"), method="HEAD")
    assert (response.body, response.headers) == ("", {"Content-Length": "5"})


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain", "안녕".encode(), "안녕"),
        ("text/plain; charset=euc-kr", "안녕".encode("euc-kr"), "안녕"),
        ("text/plain; charset=LATIN-1", b"caf\xe9", "café"),
        ("application/octet-stream", b"plain", "plain"),
    ],
)
async def test_text_comes_as_text(kind: str, body: bytes, text: str) -> None:
    header = f"Content-Type: {kind}\r\n\r\n".encode()
    response = await answered(saying(OK, header, body))
    assert (response.body, response.encoding) == (text, None)


@pytest.mark.parametrize(
    "kind",
    ["image/png", "text/plain; charset=utf-8", "text/plain; charset=nonsense", "a/b; charset=hex"],
)
async def test_what_is_no_text_comes_as_base64(kind: str) -> None:
    body = b"\x89PNG\r\n\x1a\n\x00\xff"
    response = await answered(saying(OK, f"Content-Type: {kind}\r\n\r\n".encode(), body))
    assert response.encoding == "base64"
    assert base64.b64decode(response.body) == body


async def test_a_long_body_is_cut_and_the_rest_not_waited_for() -> None:
    async with serving(repeating(OK + b"\r\n", b"x" * 65536, 0.0)) as served:
        response = await exchange(spec(), served.port, HttpRequest("/", timeout=LONG))
        async with asyncio.timeout(TIME_LIMIT):
            await served.hung_up_on.wait()
    assert response.truncated is True
    assert (response.body, response.encoding) == ("x" * MOST_BODY_BYTES, None)


async def test_a_body_of_just_the_limit_is_whole() -> None:
    response = await answered(saying(OK + b"\r\n", b"x" * MOST_BODY_BYTES))
    assert response.truncated is None
    assert len(response.body) == MOST_BODY_BYTES


async def test_a_character_that_the_cut_goes_through_is_left_out() -> None:
    response = await answered(saying(OK + b"\r\n", "가".encode() * MOST_BODY_BYTES))
    assert response.truncated is True
    assert (set(response.body), response.encoding) == ({"가"}, None)


async def test_repeated_headers_are_joined_and_utf8_in_them_is_read() -> None:
    name = "가텅힣"
    headers = f"Set-Cookie: a=1\r\nset-cookie: b=2\r\nX-Name: {name}\r\n\r\n".encode()
    response = await answered(saying(OK, headers))
    assert response.headers == {"Set-Cookie": "a=1, b=2", "X-Name": name}


async def test_a_server_that_refuses_a_body_unread_is_heard_all_the_same() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        writer.write_eof()
        while await reader.read(65536):
            pass

    async with serving(refuse, reads_bodies=False) as served:
        request = HttpRequest("/", "POST", {}, b"x" * MOST_BODY_BYTES, LONG)
        assert (await exchange(spec(), served.port, request)).status == 413


async def test_a_server_that_stays_silent_is_given_up_and_hung_up_on() -> None:
    async with serving(silent()) as served:
        with pytest.raises(NoAnswer) as refused:
            await exchange(spec(), served.port, HttpRequest("/slow", timeout=SHORT))
        async with asyncio.timeout(TIME_LIMIT):
            await served.hung_up_on.wait()
    assert str(refused.value) == (
        "api did not answer GET /slow within 0.3 s; give it more time, or restart it if it hangs"
    )


@pytest.mark.parametrize("beginning", [b"", OK, OK + b"\r\n"], ids=["line", "headers", "body"])
async def test_the_limit_is_for_the_whole_answer_however_it_trickles(beginning: bytes) -> None:
    part = b"X-Y: z\r\n" if beginning == OK else b"x"
    async with serving(repeating(beginning, part, SHORT / 10)) as served:
        with pytest.raises(NoAnswer, match=r"within 0\.3 s"):
            await exchange(spec(), served.port, HttpRequest("/", timeout=SHORT))
        async with asyncio.timeout(TIME_LIMIT):
            await served.hung_up_on.wait()


async def test_who_is_not_waited_for_any_more_is_hung_up_on() -> None:
    async with serving(silent()) as served:
        task = asyncio.create_task(exchange(spec(), served.port, HttpRequest("/", timeout=LONG)))
        await served.asked.wait()
        task.cancel()
        async with asyncio.timeout(TIME_LIMIT):
            await served.hung_up_on.wait()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_limit_beyond_what_the_system_can_count_is_taken() -> None:
    response, _ = await sent(HttpRequest("/", timeout=1e9), saying(OK + b"\r\nhello"))
    assert response.body == "hello"


async def test_a_port_where_nobody_listens_is_told() -> None:
    port = any_free("127.0.0.1", frozenset())
    with pytest.raises(NoAnswer) as refused:
        await exchange(spec(), port, HttpRequest("/"))
    assert str(refused.value) == (
        f"nothing listens on 127.0.0.1:{port}, where api should answer; see its log, or restart it"
    )


async def test_another_machine_is_never_asked_whatever_the_host_is_changed_to() -> None:
    # 203.0.113.9 is nobody's: an attempt to connect would end as unreachable, or not at all.
    with pytest.raises(NoAnswer) as refused:
        await exchange(spec("203.0.113.9"), 80, HttpRequest("/", timeout=LONG))
    assert str(refused.value) == (
        "203.0.113.9 is not an address of this machine, so api is not asked there; "
        "give it a host of this machine, and restart it"
    )


async def test_a_name_that_leads_elsewhere_too_is_asked_for_at_our_own_address() -> None:
    found = [Address(socket.AF_INET, ip) for ip in ("203.0.113.9", "127.0.0.1")]
    async with serving(saying(OK + b"\r\nhello")) as served:
        with patch.object(ports, "look_up", return_value=found):
            response = await exchange(spec("both"), served.port, HttpRequest("/", timeout=LONG))
    assert response.body == "hello"
    assert b"\r\nHost: both:%d\r\n" % served.port in served.requests[0]


async def test_each_address_of_a_name_is_tried() -> None:
    found = [Address(socket.AF_INET, ip) for ip in ("127.0.0.2", "127.0.0.1")]
    async with serving(saying(OK + b"\r\nhello")) as served:
        with patch.object(ports, "look_up", return_value=found):
            response = await exchange(spec("both"), served.port, HttpRequest("/", timeout=LONG))
    assert response.body == "hello"


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [OK, b"Content-Length: 5\r\n\r\n", b"hell"],
        [OK, b"Content-Length: 5\r\n\r\n"],
        [OK, b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\nhell"],
        [OK, b"Transfer-Encoding: chunked\r\n\r\n", b"4\r\nhell\r\n"],
    ],
    ids=["nothing", "a part", "no body", "a part of a chunk", "no last chunk"],
)
async def test_half_an_answer_is_none(parts: list[bytes]) -> None:
    said = await unanswered(saying(*parts))
    assert said == ("api hung up before it had answered GET /slow?x=1; its log may tell why")


@pytest.mark.parametrize(
    "parts",
    [
        [b"220 mail.example.org ESMTP\r\n"],
        [b"\x00\x01\x02\r\n\r\n"],
        [OK, b"X-Long: " + b"x" * 70_000 + b"\r\n\r\n"],
        [OK, b"".join(b"X-%d: y\r\n" % number for number in range(200)), b"\r\n"],
    ],
    ids=["mail", "binary", "a line without end", "headers without end"],
)
async def test_what_cannot_be_read_as_http_is_told_as_that(parts: list[bytes]) -> None:
    said = await unanswered(saying(*parts))
    assert said.startswith("what api answered to GET /slow?x=1 cannot be read as HTTP (")


async def test_an_ipv6_address_is_named_in_brackets() -> None:
    async with serving(saying(OK + b"\r\n"), host="::1") as served:
        response = await exchange(spec("::"), served.port, HttpRequest("/"))
    assert response.status == 200
    assert b"\r\nHost: [::1]:%d\r\n" % served.port in served.requests[0]


async def test_a_server_behind_tls_is_asked_in_tls(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_made_certificate(tmp_path))
    behind_tls = spec(args=("--ssl-certfile", "certificate.pem"))
    async with serving(saying(OK + b"\r\nhello"), context=context) as served:
        response = await exchange(behind_tls, served.port, HttpRequest("/", timeout=LONG))
        assert response.body == "hello"


async def test_a_server_that_should_speak_tls_and_does_not_is_told() -> None:
    async with serving(saying(b"220 mail.example.org ESMTP\r\n"), speaks_first=True) as served:
        behind_tls = spec(args=("--ssl-certfile=certificate.pem",))
        with pytest.raises(NoAnswer, match=r"^api could not be asked for GET /: .*SSL"):
            await exchange(behind_tls, served.port, HttpRequest("/", timeout=LONG))


def self_made_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that nobody vouches for, and its key."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("needs openssl to make a certificate")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2",
         "-subj", "/CN=localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key
