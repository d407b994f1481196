"""The settings of one server as they are written: keys, kinds, defaults and descriptions.

This is the one list of what the configuration of a server understands; the documentation of the
protocol is made from it (see `models`). A key that may be absent without any default is `None`
then. Rules that look at more than one key are in `rules`, defaults that depend on another key in
`resolve`.
"""

from dataclasses import dataclass, field

from sidecar.config.kinds import Choice, Flag, Table, Text, Texts, TextTable, about
from sidecar.config.numeric import Whole
from sidecar.config.tables import (
    HealthSettings,
    LogsSettings,
    ReadySettings,
    RestartSettings,
    StopSettings,
)
from sidecar.domain.spec import Handoff, PortConflict


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
            "Any program and its arguments; `{port}`, `{host}` and `{fd}` in them are filled in.",
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
            "Environment variables on top of the inherited; placeholders are filled in as in "
            "`command`.",
        ),
    )
    autostart: bool = field(
        default=False,
        metadata=about(Flag(), "Whether the server starts together with the sidecar."),
    )
    handoff: Handoff | None = field(
        default=None,
        metadata=about(
            Choice('"socket", "overlap" or "none"', ("socket", "overlap", "none")),
            "Whether the server is given the listening socket, and how it is replaced; by default "
            '"socket" for `app` and for a `command` with `{fd}`, else "none".',
        ),
    )
    args: list[str] = field(
        default_factory=list[str],
        metadata=about(
            Texts('a list of strings, such as ["--log-level", "warning"]'),
            "Further arguments for uvicorn; only with `app`.",
        ),
    )
    reload: bool = field(
        default=False,
        metadata=about(Flag(), "For development: restart it when a file below `watch` changes."),
    )
    watch: list[str] | None = field(
        default=None,
        metadata=about(
            Texts('a list of folders and files, such as ["src"]', at_least=1),
            "The folders and files that `reload` watches; by default `cwd`.",
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
    health: HealthSettings | None = field(
        default=None,
        metadata=about(
            Table(HealthSettings), "What it is asked while it runs; by default nothing."
        ),
    )
    stop: StopSettings = field(
        default_factory=StopSettings, metadata=about(Table(StopSettings), "How it is stopped.")
    )
    restart: RestartSettings = field(
        default_factory=RestartSettings,
        metadata=about(
            Table(RestartSettings), "When it is restarted automatically; by default never."
        ),
    )
    logs: LogsSettings = field(
        default_factory=LogsSettings,
        metadata=about(Table(LogsSettings), "What is kept of its output."),
    )
