"""What the protocol's values look like on a terminal.

Owns wording, colour and layout: a JSON value in, something rich can print out. Knows nothing of
commands or the pipe. Text of servers is never read as markup.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sidecar.console.refusals import refusal_text

Json = Mapping[str, Any]

STATE_STYLES = {
    "running": "green",
    "starting": "cyan",
    "stopping": "cyan",
    "stopped": "bright_black",
    "error": "bold red",
}
# Enough to see a cause, e.g. the end of a traceback; `logs` has the rest.
CAUSE_LINES = 8
RECENT_LINES = 5
# A terminal obeys these: one line of a log could clear the screen or retitle the window.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def state(status: Json) -> Text:
    """The state of a server, as a coloured dot and its word."""
    word = status["status"]
    return Text(f"● {word}", style=STATE_STYLES.get(word, ""))


def status_table(statuses: Iterable[Json]) -> RenderableType:
    """All servers, one line each, then what went wrong."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 3, 0, 0))
    for column in ("server", "state", "pid", "address", "up", "restarts"):
        table.add_column(column, no_wrap=True)
    errors: list[Text] = []
    for status in statuses:
        table.add_row(
            status["name"],
            state(status),
            str(status.get("pid", "–")),
            _address(status),
            duration(status.get("uptime")),
            str(status["restarts"]),
        )
        if error := status.get("lastError"):
            errors.append(Text.assemble(("✗ ", "bold red"), foreign(first_line(error))))
    if not table.row_count:
        return Text("no server is configured; add one under [servers.NAME]", style="yellow")
    return Group(table, *errors)


def status_detail(status: Json) -> RenderableType:
    """One server with what was last heard of it."""
    rows: list[tuple[str, str | Text]] = [("state", state(status))]
    rows += [
        (label, str(status[key]))
        for label, key in (("pid", "pid"), ("health", "health"), ("retry at", "retryAt"))
        if key in status
    ]
    rows += [("address", _address(status)), ("up", duration(status.get("uptime")))]
    rows += [("ended by", _ending(status))] if _ending(status) else []
    rows += [("last error", foreign(status["lastError"]))] if "lastError" in status else []
    recent = (_quoted(foreign(line)) for line in status["logs"][-RECENT_LINES:])
    return Group(_pairs(status["name"], rows), *recent)


def metrics(values: Json) -> RenderableType:
    """Resource use of a server's whole tree."""
    rows: list[tuple[str, str | Text]] = [
        ("processor", f"{values['cpuPercent']:.1f} %"),
        ("memory", f"{values['rssBytes'] / 2**20:,.1f} MiB"),
        ("processes", str(values["processes"])),
        ("threads", str(values["threads"])),
    ]
    rows += [("open files", str(values["openFiles"]))] if "openFiles" in values else []
    rows += [("up", duration(values.get("uptime")))]
    return _pairs(values["name"], rows)


def response(result: Json) -> RenderableType:
    """What became of a command: a line, or the failure with its cause and the next step."""
    if result["success"]:
        restart = result.get("restartRequired")
        note = "; `restart` applies them now" if restart else ""
        return Text.assemble(("✓ ", "bold green"), foreign(result["message"]), (note, "yellow"))
    error = result["error"]
    lines = [Text.assemble(("✗ ", "bold red"), foreign(result["message"]))]
    tail = [line for line in error.get("data", {}).get("tail", []) if line.strip()]
    if len(tail) > CAUSE_LINES:
        folded = len(tail) - CAUSE_LINES
        lines.append(_quoted(Text(f"… {folded} lines before, see `logs`", style="bright_black")))
    lines += [_quoted(foreign(line)) for line in tail[-CAUSE_LINES:]]
    if hint := error.get("hint"):
        lines.append(Text.assemble(("→ ", "bold cyan"), foreign(hint)))
    return Group(*lines)


def refusal(message: str, data: object = None) -> Text:
    """A request that was refused, or a line that is no command."""
    return Text.assemble(("✗ ", "bold red"), foreign(refusal_text(message, data)))


def news(topic: str, params: Json, *, awaited: bool) -> Text | None:
    """A notification as one short line, None for those that tell a person nothing new.

    While an answer is `awaited`, that will tell how a command ended and why.
    """
    if topic == "python-server-alert":
        return Text.assemble(("! ", "bold yellow"), f"{params['name']}: {params['message']}")
    if topic == "python-server-stopped" and not params["expected"] and not awaited:
        what = params.get("signal") or f"exit code {params['code']}"
        return Text.assemble(("! ", "bold yellow"), f"{params['name']} ended by itself: {what}")
    if topic != "python-server-status":
        return None
    line = Text.assemble((f"{params['name']} ", "bold"), state(params))
    if params["status"] == "running":
        line.append(f"  {_address(params)}  pid {params['pid']}", "bright_black")
    if "retryAt" in params:
        line.append(f"  again at {params['retryAt']}", "yellow")
    if params["status"] == "error" and not awaited:
        error = first_line(params.get("lastError", ""))
        line.append("  ").append_text(foreign(error.removeprefix(f"{params['name']} ")))
    return line


def log_line(time: str, stream: str, line: str, partial: bool = False) -> Text:
    """A line of a server's log with its own colours; stderr is marked, for it is no error."""
    mark = ("┆ ", "magenta") if stream == "stderr" else ("│ ", "bright_black")
    clock = time.partition("T")[2][:12].rstrip("Z")
    more = ("…", "bright_black") if partial else ""
    return Text.assemble((f"{clock} ", "bright_black"), mark, foreign(line), more)


def dropped(count: int) -> Text:
    """A gap in a log that is being followed."""
    return Text(f"… {count} lines left out here", style="yellow")


def foreign(text: str) -> Text:
    """Text that a server had a hand in: its colours stay, other commands to a terminal do not."""
    styled = Text.from_ansi(text)
    if CONTROLS.search(styled.plain):
        return Text(CONTROLS.sub("\ufffd", styled.plain))
    return styled


def duration(seconds: float | None) -> str:
    """Time as a person says it: ``42 s``, ``3 m 05 s``, ``2 h 07 m``."""
    if seconds is None:
        return "–"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} m"


def first_line(text: str) -> str:
    """The beginning of a message that may have several lines."""
    return text.partition("\n")[0]


def _address(status: Json) -> str:
    if not status["port"]:
        return "–"  # it listens nowhere, or on a port that is chosen at its start
    return status.get("url") or f"{status['host']}:{status['port']}"


def _ending(status: Json) -> str:
    if "signal" in status:
        return str(status["signal"])
    return f"exit code {status['exitCode']}" if "exitCode" in status else ""


def _quoted(line: Text) -> Text:
    return Text.assemble(("  │ ", "bright_black"), line)


def _pairs(title: str, rows: Iterable[tuple[str, str | Text]]) -> Table:
    table = Table(
        box=None,
        show_header=False,
        pad_edge=False,
        title=title,
        title_justify="left",
        title_style="bold",
    )
    table.add_column(style="bright_black")
    table.add_column()
    for label, value in rows:
        table.add_row(label, value)
    return table
