"""Who is let in: the link, the cookie, the host and the origin."""

import asyncio
import os
import signal

import pytest

from tests.integration.web.conftest import LaunchWeb
from tests.support.processes import is_alive
from tests.support.servers import sleeper

HTML = "text/html,application/xhtml+xml"


async def test_the_link_lets_one_browser_in_and_leaves_no_token_in_its_address(
    launch: LaunchWeb,
) -> None:
    web = await launch()
    answer = await web.ask(f"/?token={web.tokens[0]}")
    assert answer.status == 303
    assert answer.headers["location"] == "/"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    cookie, *attributes = answer.headers["set-cookie"].split("; ")
    assert cookie.startswith(f"sidecar_session_{web.port}=")
    assert {text.lower() for text in attributes} == {"httponly", "samesite=strict", "path=/"}
    assert (await web.ask("/", cookie=cookie)).status != 403


async def test_behind_a_proxy_with_tls_the_cookie_and_the_origin_are_those_of_tls(
    launch: LaunchWeb,
) -> None:
    web = await launch()
    answer = await web.ask(f"/?token={web.tokens[0]}", x_forwarded_proto="https")
    cookie, *attributes = answer.headers["set-cookie"].split("; ")
    assert "Secure" in attributes
    secure = web.origin.replace("http:", "https:")
    for origin, status in ((secure, 101), (web.origin, 403)):
        shaken = await web.handshake(cookie=cookie, origin=origin, x_forwarded_proto="https")
        assert shaken.status == status


async def test_a_look_at_the_headers_alone_does_not_use_the_link_up(launch: LaunchWeb) -> None:
    # Programs that preview links ask so.
    web = await launch()
    assert (await web.ask(f"/?token={web.tokens[0]}", "HEAD")).status == 403
    assert (await web.ask(f"/?token={web.tokens[0]}")).status == 303


async def test_a_link_works_once_and_again_only_for_the_browser_that_used_it(
    launch: LaunchWeb,
) -> None:
    web = await launch()
    cookie = await web.let_in()
    link = f"/?token={web.tokens[0]}"
    again = await web.ask(link, cookie=cookie)
    assert (again.status, again.headers["location"]) == (303, "/")
    stranger = await web.ask(link, accept=HTML)
    assert stranger.status == 403
    assert "set-cookie" not in stranger.headers
    assert "<h1>This link does not work any more</h1>" in stranger.text
    assert "SIGUSR1" in stranger.text


async def test_a_signal_asks_for_another_link_which_ends_the_one_before(launch: LaunchWeb) -> None:
    web = await launch()
    os.kill(web.pid, signal.SIGUSR1)
    await web.stderr_until(lambda _: len(web.tokens) == 2)
    old, new = web.tokens
    assert (await web.ask(f"/?token={old}")).status == 403
    assert (await web.ask(f"/?token={new}")).status == 303


@pytest.mark.parametrize("path", ["/", "/index.html", "/assets/panel.js", "/rpc", "/none"])
async def test_without_the_cookie_nothing_is_served(launch: LaunchWeb, path: str) -> None:
    web = await launch()
    for cookie in (None, f"sidecar_session_{web.port}=made-up", "sidecar_session=made-up"):
        answer = await web.ask(path, cookie=cookie, accept=HTML)
        assert answer.status == 403
        assert "Open the panel with the link from the terminal" in answer.text


async def test_whether_it_lives_is_told_to_all_and_nothing_else(launch: LaunchWeb) -> None:
    web = await launch({"secret-name": sleeper()})
    answer = await web.ask("/healthz", host="monitoring.example")
    assert (answer.status, answer.text) == (200, '{"status":"ok"}')


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "127.0.0.1.evil.example", "", None, "10.0.0.7:8765", "[::ffff",
        "evil.example@127.0.0.1", "127.0.0.1/healthz?", "127.0.0.1#", "x/healthz?",
    ],
)  # fmt: skip
async def test_a_name_that_is_not_of_this_computer_is_refused(
    launch: LaunchWeb, host: str | None
) -> None:
    # A web site that has its name lead here gets nothing, though the browser would send the cookie.
    web = await launch()
    cookie = await web.let_in()
    answer = await web.ask("/", host=host, cookie=cookie)
    assert answer.status in (400, 403)
    assert answer.status == 403 or host is None
    origin = f"http://{host}"
    assert (await web.handshake(host=host, cookie=cookie, origin=origin)).status in (400, 403)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "127.0.0.2"])
async def test_each_name_of_this_computer_will_do(launch: LaunchWeb, name: str) -> None:
    # The port too may be another one: that of a tunnel.
    web = await launch()
    cookie = await web.let_in()
    host = f"{name}:9000"
    answer = await web.handshake(host=host, cookie=cookie, origin=f"http://{host}")
    assert answer.status == 101


async def test_a_websocket_needs_the_cookie_and_the_origin_of_the_panel(launch: LaunchWeb) -> None:
    web = await launch()
    cookie = await web.let_in()
    assert (await web.handshake(origin=web.origin)).status == 403
    assert (await web.handshake(cookie=cookie)).status == 403
    for foreign in ("http://evil.example", "null", f"https://127.0.0.1:{web.port}"):
        answer = await web.handshake(cookie=cookie, origin=foreign)
        assert answer.status == 403
        assert "Only the panel itself" in answer.text
    # A page of another program on this computer is a foreign one, too.
    assert (await web.handshake(cookie=cookie, origin="http://127.0.0.1:3000")).status == 403
    assert (await web.handshake(cookie=cookie, origin=web.origin)).status == 101


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_a_writing_request_needs_the_cookie_and_the_origin_too(
    launch: LaunchWeb, method: str
) -> None:
    web = await launch()
    cookie = await web.let_in()
    for path in ("/", "/rpc", "/healthz"):
        assert (await web.ask(path, method, origin=web.origin)).status == 403
        assert (await web.ask(path, method, cookie=cookie)).status == 403
        assert (await web.ask(path, method, cookie=cookie, origin="http://a.example")).status == 403
        allowed = await web.ask(path, method, cookie=cookie, origin=web.origin)
        assert allowed.status in (405, 426)
        assert allowed.status == 426 or allowed.headers["allow"]


async def test_a_browser_that_followed_a_link_from_elsewhere_asks_once_more(
    launch: LaunchWeb,
) -> None:
    # It keeps the strict cookie back, for that request alone.
    web = await launch()
    await web.let_in()
    answer = await web.ask("/", accept=HTML, sec_fetch_site="cross-site", sec_fetch_mode="navigate")
    assert answer.status == 403
    assert '<meta http-equiv="refresh" content="0;url=/">' in answer.text
    second = await web.ask(
        "/", accept=HTML, sec_fetch_site="same-origin", sec_fetch_mode="navigate"
    )
    assert "refresh" not in second.text


async def test_secrets_are_in_no_log_and_no_title_of_the_process(launch: LaunchWeb) -> None:
    web = await launch(None, "--log-level", "debug")
    token = web.tokens[0]
    cookie = await web.let_in()
    await web.ask(f"/?token={token}")
    await web.handshake(cookie=cookie, origin=web.origin)
    async with web.client(cookie) as client:
        await client.request("list_servers")
    await asyncio.to_thread(_look_into_the_title, web.pid, token)
    assert await web.end() == 0
    assert web.stderr.count(token) == 1, "the line with the link and nothing else"
    assert cookie.partition("=")[2] not in web.stderr
    assert not is_alive(web.pid)


def _look_into_the_title(pid: int, token: str) -> None:
    with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
        title = file.read()
    assert "sidecar" in title
    assert token not in title
