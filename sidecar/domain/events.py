"""What happened to a server, as immutable values: the only way for state out of `supervision`.

Named tuples here and elsewhere, where a frozen dataclass might be expected: the interpreter makes
their classes five times faster, and there are enough of them to be felt at every start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sidecar.domain.phases import Status

Stream = Literal["stdout", "stderr"]
Health = Literal["healthy", "unhealthy"]
AlertKind = Literal["unhealthy", "restart-limit"]


class ServerStatus(NamedTuple):
    """A server at one moment. `uptime` is in seconds, `logs` holds its newest lines."""

    name: str
    status: Status
    port: int
    host: str
    kind: Literal["local"] = "local"
    pid: int | None = None
    url: str | None = None
    uptime: float | None = None
    last_error: str | None = None
    logs: tuple[str, ...] = ()
    restarts: int = 0
    retry_at: str | None = None
    health: Health | None = None
    exit_code: int | None = None
    signal: str | None = None
    conditions: tuple[str, ...] = ()


class ServerMetrics(NamedTuple):
    """The whole process tree of a server; `cpu_percent` may exceed 100 on several cores."""

    name: str
    time: str
    cpu_percent: float = 0.0
    rss_bytes: int = 0
    processes: int = 0
    threads: int = 0
    open_files: int | None = None
    uptime: float | None = None


class StatusChanged(NamedTuple):
    """`status` holds no logs: lines travel as `LogBatch`."""

    status: ServerStatus


@dataclass(frozen=True, slots=True)
class LogBatch:
    """`count` lines of one stream, joined by newlines in `text`; `seq` numbers the first."""

    name: str
    stream: Stream
    text: str
    count: int
    seq: int
    time: str
    partial: bool = False


class ServerReady(NamedTuple):
    """The readiness check passed against process `pid`."""

    name: str
    pid: int
    port: int
    url: str | None


class ServerStopped(NamedTuple):
    """The main process ended and nothing of its tree is left; `code` is None after a signal."""

    name: str
    code: int | None
    expected: bool
    signal: str | None = None


class Alert(NamedTuple):
    """Something a person should look at."""

    name: str
    kind: AlertKind
    message: str
    time: str


class MetricsSampled(NamedTuple):
    """A new sample for those who subscribed to metrics."""

    metrics: ServerMetrics


Event = StatusChanged | LogBatch | ServerReady | ServerStopped | MetricsSampled | Alert
Listener = Callable[[Event], None]
