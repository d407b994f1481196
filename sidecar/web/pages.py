"""The few pages that are not the panel: each says what happened and what to do.

They hold no script and fetch nothing. Whoever does not ask for HTML gets the same as plain text.
"""

import re
from html import escape
from typing import NamedTuple

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, Response

_LAYOUT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{head}<title>{title}</title>
<style>
body {{
  font: 16px/1.5 system-ui, sans-serif;
  max-width: 36rem;
  margin: 15vh auto;
  padding: 0 1.5rem;
}}
h1 {{ font-size: 1.25rem }}
code {{ font-family: ui-monospace, monospace; font-size: 0.9em; overflow-wrap: anywhere }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""

_ONCE_MORE = '<meta http-equiv="refresh" content="0;url=/">\n'


class Page(NamedTuple):
    """A status, a title, and paragraphs in which code stands between backticks."""

    status: int
    title: str
    paragraphs: tuple[str, ...]

    def response(self, asked: HTTPConnection, *, refresh: bool = False) -> Response:
        """The page in the form that was asked for; `refresh` has a browser come back at once."""
        headers = {"Cache-Control": "no-store"}
        if "text/html" not in asked.headers.get("accept", ""):
            text = "\n".join([self.title, *self.paragraphs, ""])
            return PlainTextResponse(text, self.status, headers)
        body = "\n".join(f"<p>{_marked_up(paragraph)}</p>" for paragraph in self.paragraphs)
        head = _ONCE_MORE if refresh else ""
        html = _LAYOUT.format(head=head, title=escape(self.title), body=body)
        return HTMLResponse(html, self.status, headers)


def _marked_up(paragraph: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(paragraph))


def _page(status: int, title: str, text: str) -> Page:
    """A page whose paragraphs are parted by blank lines in `text`."""
    return Page(status, title, tuple(" ".join(part.split()) for part in text.split("\n\n")))


_NEW_LINK = """
For a new link, press Enter in the terminal where `sidecar web` runs, or send its process SIGUSR1:
the link is printed on its stderr. Starting it again makes a new one, too.
"""

LINK_IS_USED = _page(
    403,
    "This link does not work any more",
    f"""
The link that `sidecar web` prints opens the panel once; from then on only the browser that used it
has access. A link also ends when a newer one is made.

{_NEW_LINK}""",
)

NO_SESSION = _page(
    403,
    "Open the panel with the link from the terminal",
    f"""
This browser has not been let in. `sidecar web` prints a link with a token on stderr when it starts:
open that one.

{_NEW_LINK}""",
)

FOREIGN_HOST = _page(
    403,
    "This address is not served",
    """
The panel answers under the names of this computer only, such as `localhost` and `127.0.0.1`, so
that no web site can reach it under a name of its own.

From another computer, use a tunnel, such as `ssh -L 8765:127.0.0.1:8765 HOST`, and open the link
there.""",
)

FOREIGN_ORIGIN = _page(
    403,
    "Only the panel itself may ask for this",
    """
The request has no Origin header, or that of another page. Programs have to send the origin that
they talk to, such as `http://127.0.0.1:8765`.""",
)

NOT_BUILT = _page(
    503,
    "The panel has not been built",
    """
The sidecar runs, and programs can use `/rpc`; only the pages of the panel are missing. They are
built once, with Node 20 or later:

`cd electron-bridge && npm ci && npm run build`

`make demo` does the same and shows an example. Then reload this page.""",
)

NOT_FOUND = _page(404, "There is no such page", "The panel is at `/`.")

UPGRADE_REQUIRED = _page(
    426,
    "This is a WebSocket",
    "`/rpc` speaks JSON-RPC 2.0 over a WebSocket, one message a text; `protocol.md` tells how.",
)

TOO_MANY = _page(
    503, "Too many clients", "Close some of the pages that show this panel, then try again."
)
