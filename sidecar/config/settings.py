"""The settings of one server as they are written: keys, kinds, defaults and descriptions.

This is the one list of what the configuration of a server understands; the documentation of the
protocol is made from it (see `models`). A key that may be absent without any default is `None`
then. Rules that look at more than one key are in `rules`, defaults that depend on another key in
`resolve`.
"""

from dataclasses import dataclass, field
from typing import TypedDict

from sidecar.config.kinds import (
    Choice,
    Flag,
    Kind,
    Seconds,
    Table,
    Text,
    Texts,
    TextTable,
    Whole,
    Yes,
)
from sidecar.domain.spec import LogSettings, PortConflict, ReadyCheck

# Beyond these, a value is a slip of the pen, and memory or rotation would misbehave.
MOST_LINES = 10_000_000
MOST_BYTES = 10**12
MOST_BACKUPS = 1000

_READY = ReadyCheck("none")
_LOGS = LogSettings()


class About(TypedDict):
    """What goes with a key: the values it takes and the line that documents it."""

    kind: Kind
    description: str


def about(kind: Kind, description: str) -> About:
    """The metadata of a field."""
    return {"kind": kind, "description": description}


@dataclass(slots=True, eq=False, repr=False)
class ReadySettings:
    """How one tells that the server is up; at most one of `http`, `tcp`, `log` and `none`."""

    http: str | None = field(
        default=None,
        metadata=about(
            Text('a path that begins with "/", in visible ASCII without spaces', r"/[!-~]*"),
            "Ready when a GET of this path answers with a status of 200 to 399.",
        ),
    )
    tcp: bool | None = field(
        default=None, metadata=about(Yes(), "Ready when the port accepts a connection.")
    )
    log: str | None = field(
        default=None,
        metadata=about(
            Text("a regular expression, in quotes and not empty"),
            "Ready when a line of output matches this Python regular expression.",
        ),
    )
    none: bool | None = field(
        default=None, metadata=about(Yes(), "Ready as soon as the process runs.")
    )
    timeout: float = field(
        default=_READY.timeout,
        metadata=about(Seconds(), "Seconds to wait before the start is given up."),
    )


@dataclass(slots=True, eq=False, repr=False)
class StopSettings:
    """How the server is stopped."""

    timeout: float = field(
        default=10.0,
        metadata=about(
            Seconds(), "Seconds the server has to end by itself; then its whole tree is killed."
        ),
    )


@dataclass(slots=True, eq=False, repr=False)
class LogsSettings:
    """What is kept of the server's output."""

    lines: int = field(
        default=_LOGS.lines,
        metadata=about(Whole(1, MOST_LINES), "The newest lines kept in memory for `get_logs`."),
    )
    file: str | None = field(
        default=None,
        metadata=about(
            Text("the path of a file, in quotes and not empty"),
            "A file that the output is written to as well; rotated to `FILE.1` and on.",
        ),
    )
    max_bytes: int = field(
        default=_LOGS.max_bytes,
        metadata=about(Whole(1, MOST_BYTES), "The size at which `file` is rotated."),
    )
    backups: int = field(
        default=_LOGS.backups,
        metadata=about(Whole(0, MOST_BACKUPS), "How many rotated files are kept."),
    )


@dataclass(slots=True, eq=False, repr=False)
class ServerSettings:
    """One server: what to run, where and how; exactly one of `app` and `command` is given."""

    app: str | None = field(
        default=None,
        metadata=about(
            Text('module:attribute, such as "myserver.main:app"', r"[^:\s]+:[^:\s]+"),
            "An ASGI app as `module:attribute`, run by uvicorn in `python`.",
        ),
    )
    command: list[str] | None = field(
        default=None,
        metadata=about(
            Texts('a list of strings, such as ["./server", "--port", "{port}"]', at_least=1),
            "Any program and its arguments; `{port}` and `{host}` in them are filled in.",
        ),
    )
    python: str | None = field(
        default=None,
        metadata=about(
            Text("the path or the name of a Python interpreter, in quotes"),
            "The interpreter that runs `app`; by default the sidecar's own.",
        ),
    )
    cwd: str = field(
        default=".",
        metadata=about(Text("the path of a folder, in quotes"), "The server's working directory."),
    )
    host: str = field(
        default="127.0.0.1",
        metadata=about(
            Text('an address or a host name, such as "127.0.0.1"', r"[^\s/]+"),
            "The address that the server listens on.",
        ),
    )
    port: int = field(
        default=0,
        metadata=about(Whole(0, 65535), "The port that the server listens on; 0: any free one."),
    )
    port_conflict: PortConflict = field(
        default="fail",
        metadata=about(
            Choice('"fail" or "next"', ("fail", "next")),
            "What to do when the port is taken: fail, or take the next free one.",
        ),
    )
    env: dict[str, str] = field(
        default_factory=dict[str, str],
        metadata=about(
            TextTable("names and strings"),
            "Environment variables on top of the inherited; `{port}` and `{host}` are filled in.",
        ),
    )
    autostart: bool = field(
        default=False,
        metadata=about(Flag(), "Whether the server starts together with the sidecar."),
    )
    args: list[str] = field(
        default_factory=list[str],
        metadata=about(
            Texts('a list of strings, such as ["--log-level", "warning"]'),
            "Further arguments for uvicorn; only with `app`.",
        ),
    )
    encoding: str = field(
        default="utf-8",
        metadata=about(
            Text('the name of a text encoding, such as "utf-8"'),
            "The encoding of the server's output.",
        ),
    )
    ready: ReadySettings = field(
        default_factory=ReadySettings,
        metadata=about(
            Table(ReadySettings), "When the server counts as running; by default once it answers."
        ),
    )
    stop: StopSettings = field(
        default_factory=StopSettings, metadata=about(Table(StopSettings), "How it is stopped.")
    )
    logs: LogsSettings = field(
        default_factory=LogsSettings,
        metadata=about(Table(LogsSettings), "What is kept of its output."),
    )
