"""The built panel as files: which one is meant, in which encoding, and how long it may be kept.

The files are made by the build in `electron-bridge`; it may run again at any time.
"""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from sidecar.web import pages

STATIC = Path(__file__).with_name("static")
"""Where the build puts the panel; not a part of the sources."""

INDEX = "index.html"

HASHED = "assets/"
"""Names below it change with the content, so that what a browser has is never out of date."""

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""How the build may have compressed a file beforehand, the smallest first. Nothing is compressed
on the way: this computer is the only one that loads it."""

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Told here, since what the system takes a `.js` for cannot be relied on."""


def is_built(static: Path) -> bool:
    """Whether there is a panel to show."""
    return (static / INDEX).is_file()


class Panel:
    """The files below one folder."""

    def __init__(self, static: Path) -> None:
        self._static = static
        self._files = StaticFiles(directory=static, check_dir=False)

    async def response(self, request: Request) -> Response:
        """The file that is asked for; raises HTTPException where there is none."""
        path = request.path_params["path"] or INDEX
        if path == INDEX and not is_built(self._static):
            return pages.NOT_BUILT.response(request)
        media_type = MEDIA_TYPES.get(Path(path).suffix)
        if media_type is None:
            raise HTTPException(404)
        answer = await self._encoded(path, request) or await self._as_it_is(path, request)
        answer.headers["Content-Type"] = media_type
        answer.headers["Cache-Control"] = FOR_EVER if path.startswith(HASHED) else ASK_AGAIN
        answer.headers["Vary"] = "Accept-Encoding"
        return answer

    async def _as_it_is(self, path: str, request: Request) -> Response:
        return await self._files.get_response(path, request.scope)

    async def _encoded(self, path: str, request: Request) -> Response | None:
        accepted = _accepted(request.headers.get("accept-encoding", ""))
        for encoding, suffix in ENCODINGS:
            if encoding not in accepted:
                continue
            try:
                answer = await self._files.get_response(path + suffix, request.scope)
            except HTTPException:
                continue
            answer.headers["Content-Encoding"] = encoding
            return answer
        return None


def _accepted(header: str) -> set[str]:
    """The encodings that a browser takes; one with the quality 0 is one that it does not take."""
    parts = (part.replace(" ", "").lower().partition(";q=") for part in header.split(","))
    return {name for name, _, quality in parts if quality.strip("0.") or not quality}
