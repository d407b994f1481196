"""The built panel: its files, how long a browser keeps them, and what is shown without it."""

import gzip
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from sidecar.web.app import SECURITY_HEADERS
from tests.unit.web.asking import ask

SCRIPT = b"console.log('panel')\n"


@pytest.fixture
def built(static: Path) -> Path:
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>panel</title>")
    (static / "favicon.svg").write_text("<svg/>")
    (static / "assets/panel-4f2a.js").write_bytes(SCRIPT)
    (static / "assets/panel-4f2a.js.gz").write_bytes(gzip.compress(SCRIPT))
    (static / "assets/panel-4f2a.js.br").write_bytes(b"as brotli has it")
    (static.parent / "secret.txt").write_text("not for the web")
    return static


async def test_the_panel_is_the_first_page(app: ASGIApp, cookie: str, built: Path) -> None:
    answer = await ask(app, "/", cookie=cookie)
    assert answer.status == 200
    assert answer.body == (built / "index.html").read_bytes()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.usefixtures("built")
async def test_what_carries_its_hash_is_kept_for_ever(app: ASGIApp, cookie: str) -> None:
    answer = await ask(app, "/assets/panel-4f2a.js", cookie=cookie)
    assert (answer.status, answer.body) == (200, SCRIPT)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    other = await ask(app, "/favicon.svg", cookie=cookie)
    assert (other.status, other.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("accepted", "sent", "suffix"),
    [
        ("gzip, deflate, br, zstd", "br", ".br"),
        ("gzip", "gzip", ".gz"),
        ("identity", None, ""),
        ("br;q=0, gzip; q=0.5", "gzip", ".gz"),
    ],
)
async def test_a_file_that_is_compressed_already_is_sent_so(
    app: ASGIApp, cookie: str, static: Path, accepted: str, sent: str | None, suffix: str
) -> None:
    answer = await ask(app, "/assets/panel-4f2a.js", cookie=cookie, accept_encoding=accepted)
    assert answer.headers.get("content-encoding") == sent
    assert answer.body == (static / f"assets/panel-4f2a.js{suffix}").read_bytes()
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.usefixtures("built")
async def test_a_page_that_has_not_changed_is_not_sent_again(app: ASGIApp, cookie: str) -> None:
    first = await ask(app, "/", cookie=cookie)
    again = await ask(app, "/", cookie=cookie, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "path",
    ["/none.js", "/assets", "/assets/", "/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/x"],
)
async def test_there_is_nothing_beside_the_panel(app: ASGIApp, cookie: str, path: str) -> None:
    answer = await ask(app, path, cookie=cookie, accept="text/html")
    assert answer.status == 404
    assert b"not for the web" not in answer.body
    assert b"There is no such page" in answer.body


async def test_without_the_panel_the_page_says_how_to_build_it(app: ASGIApp, cookie: str) -> None:
    answer = await ask(app, "/", cookie=cookie, accept="text/html")
    assert answer.status == 503
    assert b"npm ci &amp;&amp; npm run build" in answer.body
    assert b"make demo" in answer.body
    as_text = await ask(app, "/", cookie=cookie)
    assert as_text.headers["content-type"].startswith("text/plain")
    assert b"cd electron-bridge && npm ci && npm run build" in as_text.body


async def test_a_panel_that_is_built_later_is_shown(
    app: ASGIApp, cookie: str, request: pytest.FixtureRequest
) -> None:
    assert (await ask(app, "/", cookie=cookie)).status == 503
    request.getfixturevalue("built")
    assert (await ask(app, "/", cookie=cookie)).status == 200


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/none", "/healthz", "/?token=wrong", "/favicon.svg"])
async def test_every_answer_keeps_the_browser_on_its_guard(
    app: ASGIApp, cookie: str, path: str
) -> None:
    for answer in (await ask(app, path), await ask(app, path, cookie=cookie)):
        for name in SECURITY_HEADERS:
            assert name.lower() in answer.headers
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy


@pytest.mark.usefixtures("built")
async def test_a_look_at_the_headers_alone_is_answered(app: ASGIApp, cookie: str) -> None:
    answer = await ask(app, "/", "HEAD", cookie=cookie)
    assert (answer.status, answer.body) == (200, b"")
