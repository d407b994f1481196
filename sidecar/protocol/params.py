"""What each method takes. The one list of parameters: they are read by it, and documented from it.

Like the settings of `config`, these are plain dataclasses whose fields say what they accept, so
that the first request does not wait for pydantic's import. Parameters may be given by name or, in
the order of the fields, by position.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, cast

from sidecar.config.kinds import Choice, Flag, Kind, Text, Texts, about
from sidecar.config.numeric import Seconds, Whole
from sidecar.config.problems import JSON, dotted
from sidecar.config.shape import read_table
from sidecar.domain.errors import InvalidSetting
from sidecar.protocol.http_kinds import BODY, HEADERS, METHOD, PATH

MOST_LINES = 1_000_000
"""A larger `limit` is a slip; a page ends earlier anyway, see `supervision.log_ring`."""

MOST_SEQ = 2**53
"""Beyond it JavaScript cannot count; a server that prints a million lines a second gets there in
280 years."""


class AnyObject(Kind):
    """An object whose content is looked at elsewhere, or not at all."""

    annotation = dict[str, Any]

    def __init__(self, annotation: Any = dict[str, Any]) -> None:
        super().__init__("an object")
        self.annotation = annotation

    def accepts(self, value: object) -> bool:
        """Whether it is an object."""
        return isinstance(value, Mapping)


_params = dataclass(slots=True, eq=False, repr=False)

_NAME = about(Text("the name of a server"), "The server; may be left out if it is clear which.")


@_params
class NoParams:
    """Takes nothing."""


@_params
class InitializeParams:
    """Says who the client is, adds servers and picks notifications; all of it optional."""

    protocolVersion: str | None = field(  # noqa: N815 - as on the wire
        default=None, metadata=about(Text("a version, such as 1"), "What the client speaks.")
    )
    clientInfo: dict[str, Any] | None = field(  # noqa: N815 - as on the wire
        default=None, metadata=about(AnyObject(), "The client's name and version; for the log.")
    )
    servers: dict[str, Any] | None = field(
        default=None,
        metadata=about(
            AnyObject(),
            "Servers by name, as in `[servers.NAME]` but with keys in camelCase. Each adds or "
            "replaces the whole server of that name, a running one from its next start on.",
        ),
    )
    notifications: list[str] | None = field(
        default=None,
        metadata=about(Texts("a list of topics"), "The topics wanted; by default all but metrics."),
    )


@_params
class NameParams:
    """Names a server."""

    name: str | None = field(default=None, metadata=_NAME)


@_params
class StartParams:
    """Which server to start, and whether to wait for it."""

    name: str | None = field(default=None, metadata=_NAME)
    wait: bool = field(
        default=True,
        metadata=about(Flag(), "Answer when it runs or has failed; otherwise when accepted."),
    )


@_params
class StopParams:
    """Which server to stop, and how."""

    name: str | None = field(default=None, metadata=_NAME)
    force: bool = field(
        default=False, metadata=about(Flag(), "Kill at once instead of asking it to end.")
    )
    timeout: float | None = field(
        default=None,
        metadata=about(Seconds(), "Seconds until it is killed; by default `stop.timeout`."),
    )


@_params
class RestartParams:
    """Which server to restart, and how."""

    name: str | None = field(default=None, metadata=_NAME)
    force: bool = field(
        default=False, metadata=about(Flag(), "Kill the old process instead of asking it to end.")
    )
    timeout: float | None = field(
        default=None,
        metadata=about(Seconds(), "Seconds until the old process is killed."),
    )
    wait: bool = field(
        default=True,
        metadata=about(Flag(), "Answer when it runs or has failed; otherwise when accepted."),
    )


@_params
class GetLogsParams:
    """Which lines are wanted."""

    name: str | None = field(default=None, metadata=_NAME)
    after: int | None = field(
        default=None,
        metadata=about(
            Whole(0, MOST_SEQ),
            "Only lines numbered above this, oldest first; without it the newest.",
        ),
    )
    limit: int = field(default=1000, metadata=about(Whole(1, MOST_LINES), "At most so many lines."))
    stream: str | None = field(
        default=None,
        metadata=about(
            Choice('"stdout" or "stderr"', ("stdout", "stderr")), "Only lines of this stream."
        ),
    )


@_params
class UpdateServerParams:
    """Which settings to change."""

    name: str | None = field(default=None, metadata=_NAME)
    changes: dict[str, Any] = field(
        default_factory=dict[str, Any],
        metadata=about(
            AnyObject(),
            "Settings in camelCase. Tables are merged key by key; in `env` a null removes a "
            "variable. Not written to any file.",
        ),
    )


@_params
class SendRequestParams:
    """One HTTP request to a server."""

    name: str | None = field(default=None, metadata=_NAME)
    method: str = field(
        default="GET", metadata=about(METHOD, "What is to be done with what is at the path.")
    )
    path: str | None = field(
        default=None,
        metadata=about(PATH, "The path, with its query: `/items?limit=10`; never another host."),
    )
    headers: dict[str, str] = field(
        default_factory=dict[str, str],
        metadata=about(
            HEADERS,
            "Headers of the request. `Host`, `Connection`, `Content-Length` and "
            "`Transfer-Encoding` are set by the sidecar.",
        ),
    )
    body: str | None = field(
        default=None, metadata=about(BODY, "Its body, sent as UTF-8; at most 1 MiB.")
    )
    timeout: float = field(
        default=30.0,
        metadata=about(Seconds(), "Seconds that the whole exchange may take."),
    )


def read_params(cls: type, written: object) -> dict[str, Any]:
    """The parameters that were given, by name, each of the right kind.

    Raises:
        InvalidSetting: an unknown or invalid parameter.
    """
    if isinstance(written, list):
        written = _by_name(cls, cast(list[object], written))
    given, problems = read_table(cls, cast(Mapping[str, object], written), JSON)
    if problems:
        raise InvalidSetting(dotted(problems[0].path), problems[0].message)
    return given


def _by_name(cls: type, values: list[object]) -> dict[str, object]:
    names = [item.name for item in fields(cls)]
    if len(values) > len(names):
        raise InvalidSetting(
            str(len(names)), f"too many parameters; there are {len(names)}: {', '.join(names)}"
        )
    return dict(zip(names, values, strict=False))
