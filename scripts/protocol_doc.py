"""Writes protocol.md: the prose of protocol_template.md with tables, examples and limits filled in.

`{{methods}}` stands for the function of that name in `protocol_tables`, `{{ipc_…}}` for one in
`ipc_tables`, `{{fact NAME}}` for a limit out of the code, `{{example FILE …}}` for messages out of
`tests/contract/fixtures`. With `--check` nothing is written: the exit code is 1 when the file is
not what would be written.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

import ipc_tables
import protocol_tables as tables

from sidecar import __version__
from sidecar.domain import lines, restart_policy, spec
from sidecar.processes import http_exchange, output
from sidecar.processes.guarding import guard_protocol, keeper, marks
from sidecar.protocol import codes, http_kinds, messages
from sidecar.rpc import outbox
from sidecar.supervision import exchanges, log_ring, manager, metrics_feed, reloading, run
from sidecar.transports import framing, stdio
from sidecar.web import app, server

ROOT: Final = Path(__file__).parents[1]
TEMPLATE: Final = Path(__file__).with_name("protocol_template.md")
FIXTURES: Final = ROOT / "tests" / "contract" / "fixtures"
DOCUMENT: Final = ROOT / "protocol.md"

WIDTH: Final = 96
"""A message longer than this is shown on several lines."""

_PLACE = re.compile(r"\{\{(?P<what>[a-z_]+)(?P<arguments>[^{}]*)\}\}")


def size(count: int, unit: str) -> str:
    """A power of two in the largest unit that divides it: 8 MiB, or 16 Mi characters."""
    for prefix, factor in (("Mi", 1024 * 1024), ("Ki", 1024)):
        if count % factor == 0:
            return f"{count // factor} {prefix}{unit}"
    return f"{count} {unit}"


def seconds(value: float) -> str:
    """A duration: 1.5 s, 200 ms."""
    return f"{value:g} s" if value >= 1 else f"{value * 1000:g} ms"


FACTS: Final = {
    "version": __version__,
    "protocol_version": codes.PROTOCOL_VERSION,
    "largest_message": size(framing.MAX_MESSAGE_BYTES, "B"),
    "largest_header": size(framing.MAX_HEADER_BYTES, "B"),
    "skipped_message": size(server.LARGEST_SKIPPED_BYTES, "B"),
    "ping": seconds(server.PING_SECONDS),
    "pong": seconds(server.PONG_SECONDS),
    "web_clients": str(app.MOST_CLIENTS),
    "first_byte": seconds(stdio.FIRST_BYTE_SECONDS),
    "flush": seconds(stdio.FLUSH_SECONDS),
    "outbox": size(outbox.LIMIT_BYTES, "B"),
    "late_start": seconds(manager.LATE_START_SECONDS),
    "gone_grace": seconds(manager.GONE_CLIENT_GRACE),
    "default_name": manager.DEFAULT_NAME,
    "ring_lines": f"{spec.LogSettings().lines:,}",
    "ring_characters": size(log_ring.MAX_CHARACTERS, " characters"),
    "page_characters": size(log_ring.MAX_PAGE_CHARACTERS, " characters"),
    "status_lines": str(messages.MOST_STATUS_LINES),
    "tail_lines": str(run.TAIL_LINES),
    "longest_line": size(lines.MAX_LINE_BYTES, "B"),
    "unfinished": seconds(output.UNFINISHED_LINE_SECONDS),
    "metrics": seconds(metrics_feed.INTERVAL_SECONDS),
    "request_body": size(http_kinds.MOST_BODY_BYTES, "B"),
    "response_body": size(http_exchange.MOST_BODY_BYTES, "B"),
    "requests_at_once": str(exchanges.MOST_AT_ONCE),
    "kill": seconds(guard_protocol.KILL_SECONDS),
    "lease": seconds(keeper.LEASE_SECONDS),
    "mark": marks.VARIABLE,
    "settling": seconds(reloading.SETTLING_SECONDS),
    "superfluous_restarts": str(reloading.SUPERFLUOUS_RESTARTS),
    "jitter": f"{restart_policy.JITTER * 100:g} %",
}


def render() -> str:
    """The whole document."""
    return _PLACE.sub(_fill, TEMPLATE.read_text("utf-8"))


def _fill(place: re.Match[str]) -> str:
    what, arguments = place["what"], place["arguments"].split()
    if what == "fact":
        return FACTS[arguments[0]]
    if what == "example":
        return _examples(arguments)
    if what == "keys":
        return tables.keys(arguments[0])
    source = ipc_tables if what.startswith("ipc_") else tables
    make: Callable[[], str] = getattr(source, what)
    return make()


def _examples(names: list[str]) -> str:
    shown: list[str] = []
    for name in names:
        message: Any = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
        arrow = "→" if name.endswith(".request") else "←"
        shown.append(f"{arrow} {laid_out(message)}")
    return "\n".join(["```", *shown, "```"])


def laid_out(value: Any, indent: int = 2) -> str:
    """JSON on one line where it fits, else one entry a line."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) + indent <= WIDTH or not isinstance(value, dict | list) or not value:
        return text
    inner = indent + 2
    entries: list[str] = []
    if isinstance(value, dict):
        for key, item in cast(dict[str, Any], value).items():
            entries.append(f"{json.dumps(key)}: {laid_out(item, inner)}")
    else:
        entries += [laid_out(item, inner) for item in cast(list[Any], value)]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    body = f",\n{' ' * inner}".join(entries)
    return f"{opening}\n{' ' * inner}{body}\n{' ' * indent}{closing}"


def main(arguments: list[str]) -> int:
    """Writes or checks the document; returns the exit code."""
    parser = argparse.ArgumentParser(description="Writes protocol.md from the models.")
    parser.add_argument("--check", action="store_true", help="only tell whether it is up to date")
    parser.add_argument("path", nargs="?", type=Path, default=DOCUMENT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    path: Path = options.path
    wanted = render()
    if not options.check:
        path.write_text(wanted, "utf-8")
        return 0
    if path.exists() and path.read_text("utf-8") == wanted:
        return 0
    sys.stderr.write(f"{path.name} is not what the code says; write it again with: make docs\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
