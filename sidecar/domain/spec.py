"""The settings of one server, checked and complete.

Owns what a server is meant to be. Knows nothing of files and formats: `config` reads those and
fills in defaults, so that nobody further down has to ask "and if it is absent?".
"""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

PORT_PLACEHOLDER = "{port}"
HOST_PLACEHOLDER = "{host}"
FD_PLACEHOLDER = "{fd}"
WILDCARD_HOSTS = frozenset({"0.0.0.0", "::"})

ReadyKind = Literal["http", "tcp", "log", "none"]
PortConflict = Literal["fail", "next"]
Handoff = Literal["socket", "overlap", "none"]
RestartWhen = Literal["never", "on-failure", "always"]
HealthAction = Literal["alert", "restart"]


class ReadyCheck(NamedTuple):
    """How one tells that the server answers.

    `http` asks for `path` and wants a status of 200 to 399, or any status with `any_status`;
    `tcp` wants the port to accept; `log` waits for a line that `pattern` matches; `none` is
    satisfied by a process that lives for `alive_for` seconds. `timeout` is in seconds, from the
    moment of the launch.
    """

    kind: ReadyKind
    timeout: float = 30.0
    path: str = "/"
    any_status: bool = False
    pattern: re.Pattern[str] | None = None
    alive_for: float = 0.0

    @property
    def pattern_text(self) -> str:
        """The regular expression as it was written, "" if there is none."""
        return self.pattern.pattern if self.pattern else ""


class HealthCheck(NamedTuple):
    """What a running server is asked every `interval` seconds, and when it counts as unhealthy.

    A GET of `path` wants a status of 200 to 399 within `timeout` seconds; after `failures` bad
    answers in a row `action` is taken.
    """

    path: str
    interval: float = 10.0
    timeout: float = 3.0
    failures: int = 3
    action: HealthAction = "alert"


class RestartSettings(NamedTuple):
    """When a server is restarted automatically, how often at most, and after which delays.

    At most `max` times in `window` seconds; the delays begin with `first` seconds and grow by
    `factor` up to `longest`.
    """

    policy: RestartWhen = "never"
    max: int = 5
    window: float = 60.0
    first: float = 0.1
    factor: float = 2.0
    longest: float = 30.0


class LogSettings(NamedTuple):
    """`lines` are kept in memory; `file` is rotated at `max_bytes`; `backups` are kept."""

    lines: int = 10_000
    file: str | None = None
    max_bytes: int = 5_000_000
    backups: int = 5


class ServerSpec(NamedTuple):
    """One server as configured. Exactly one of `app` and `command` is set; paths are absolute.

    `python` is an absolute path or a bare name to be found on PATH. `port` 0 means any free port,
    or, for a command that never mentions `{port}` and is handed no socket, that there is none.
    Durations are in seconds.
    """

    name: str
    app: str | None
    command: tuple[str, ...] | None
    python: str
    cwd: str
    ready: ReadyCheck
    args: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 0
    port_conflict: PortConflict = "fail"
    env: Mapping[str, str] = {}
    autostart: bool = False
    encoding: str = "utf-8"
    stop_timeout: float = 10.0
    logs: LogSettings = LogSettings()
    handoff: Handoff = "none"
    health: HealthCheck | None = None
    restart: RestartSettings = RestartSettings()
    reload: bool = False
    watch: tuple[str, ...] = ()

    @property
    def has_port(self) -> bool:
        """Whether the server listens at all, as far as its settings tell."""
        if self.app or self.port or self.handoff != "none":
            return True
        return any(PORT_PLACEHOLDER in text for text in (*(self.command or ()), *self.env.values()))

    @property
    def scheme(self) -> Literal["http", "https"]:
        """What uvicorn will speak, judged by its TLS options."""
        return "https" if any(arg.startswith("--ssl-certfile") for arg in self.args) else "http"

    def needs_restart_for(self, other: "ServerSpec") -> bool:
        """Whether a process launched from this spec has to be restarted to become `other`."""
        return _launch_view(self) != _launch_view(other)


def _launch_view(spec: ServerSpec) -> tuple[object, ...]:
    """The settings that a running process was given and cannot be given again."""
    return (
        spec.app, spec.command, spec.python, spec.cwd, spec.args, spec.host, spec.port,
        dict(spec.env), spec.encoding, spec.logs.file, spec.logs.max_bytes, spec.logs.backups,
        spec.handoff,
    )  # fmt: skip


def url_of(spec: ServerSpec, port: int) -> str:
    """Where a client on this machine reaches the server: a wildcard host is given as loopback."""
    return f"{spec.scheme}://{bracketed(connect_host(spec.host))}:{port}"


def connect_host(host: str) -> str:
    """The address to connect to for a server bound to `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def bracketed(host: str) -> str:
    """`host` as it stands in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host
