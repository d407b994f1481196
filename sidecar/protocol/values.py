"""What the models of messages are made of: kinds of values, keys that are always there or maybe.

An absent value is an absent key: `told_if` makes a key that may be left out but is never null.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sidecar.domain.phases import Status as DomainStatus

Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0)]
Seconds = Annotated[float, Field(gt=0)]
Pid = Annotated[int, Field(ge=1)]
Port = Annotated[int, Field(ge=0, le=65535)]
SignalName = Annotated[str, Field(pattern="^SIG[A-Z0-9+-]+$")]
Time = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$",
        json_schema_extra={"format": "date-time"},
    ),
]
"""ISO 8601 in UTC."""

Status = Annotated[DomainStatus, Field(strict=False)]
Yes = Literal[True]
"""A mark: true, or the key is absent."""

Topic = Literal[
    "python-server-status",
    "python-log",
    "python-server-ready",
    "python-server-stopped",
    "python-server-metrics",
    "python-server-alert",
]


def told(description: str, **constraints: Any) -> Any:
    """A key that is always there."""
    return Field(description=description, **constraints)


def told_if(description: str, **constraints: Any) -> Any:
    """A key that may be absent, and is never null."""
    return Field(default=None, description=description, **constraints)
