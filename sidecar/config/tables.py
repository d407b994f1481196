"""The tables within the settings of a server, as they are written: see `settings`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sidecar.config.kinds import Choice, Text, Yes, about
from sidecar.config.numeric import Number, Place, Row, Seconds, Whole
from sidecar.domain import spec

# Beyond these, a value is a slip of the pen, and memory or rotation would misbehave.
MOST_LINES = 10_000_000
MOST_BYTES = 10**12
MOST_BACKUPS = 1000
MOST_FAILURES = 1000
MOST_RESTARTS = 1_000_000
LARGEST_FACTOR = 1000

PATH = Text('a path that begins with "/", in visible ASCII without spaces', r"/[!-~]*")

_READY = spec.ReadyCheck("none")
_HEALTH = spec.HealthCheck("/")
_RESTART = spec.RestartSettings()
_LOGS = spec.LogSettings()


@dataclass(slots=True, eq=False, repr=False)
class ReadySettings:
    """How one tells that the server is up; at most one of `http`, `tcp`, `log` and `none`."""

    http: str | None = field(
        default=None,
        metadata=about(PATH, "Ready when a GET of this path answers with a status of 200 to 399."),
    )
    tcp: bool | None = field(
        default=None, metadata=about(Yes(), "Ready when it accepts a connection on its port.")
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
class HealthSettings:
    """What a running server is asked again and again, to notice when it hangs; needs `http`."""

    http: str | None = field(
        default=None,
        metadata=about(
            PATH, "A GET of this path has to answer with a status of 200 to 399 while it runs."
        ),
    )
    interval: float = field(
        default=_HEALTH.interval,
        metadata=about(Seconds(), "Seconds from one question to the next."),
    )
    timeout: float = field(
        default=_HEALTH.timeout,
        metadata=about(Seconds(), "Seconds after which a question without an answer has failed."),
    )
    failures: int = field(
        default=_HEALTH.failures,
        metadata=about(
            Whole(1, MOST_FAILURES),
            "So many questions in a row have to fail: then it is unhealthy.",
        ),
    )
    action: spec.HealthAction = field(
        default=_HEALTH.action,
        metadata=about(
            Choice('"alert" or "restart"', ("alert", "restart")),
            "What to do with an unhealthy server: tell of it, or restart it as well.",
        ),
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
class RestartSettings:
    """When the server is restarted automatically, how often at most, and after which delays."""

    policy: spec.RestartWhen = field(
        default=_RESTART.policy,
        metadata=about(
            Choice('"never", "on-failure" or "always"', ("never", "on-failure", "always")),
            "After which ends of its own it is restarted: none, those with an error, or all.",
        ),
    )
    max: int = field(
        default=_RESTART.max,
        metadata=about(
            Whole(1, MOST_RESTARTS), "Give up rather than restart more often in `window` seconds."
        ),
    )
    window: float = field(
        default=_RESTART.window,
        metadata=about(
            Seconds(), "The seconds in which `max` counts; a run of this length starts afresh."
        ),
    )
    backoff: Sequence[float] = field(
        default=(_RESTART.first, _RESTART.factor, _RESTART.longest),
        metadata=about(
            Row(
                "a list of three numbers: first delay, factor, longest delay, "
                "such as [0.1, 2.0, 30.0]",
                Place("the first delay", Seconds()),
                Place("the factor", Number(1, LARGEST_FACTOR)),
                Place("the longest delay", Seconds()),
            ),
            "The first delay in seconds, the factor by which each further one is longer, and the "
            "longest; varied by 10 % at random.",
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
