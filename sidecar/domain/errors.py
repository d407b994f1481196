"""What can go wrong, as values and exceptions that say what happened and what to do next.

A `Failure` is the outcome of an operation on a server; the exceptions are wrong requests.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple


class FailureCode(StrEnum):
    """Why an operation on a server failed; clients switch on these."""

    PORT_IN_USE = "PORT_IN_USE"
    SPAWN_FAILED = "SPAWN_FAILED"
    EXITED_EARLY = "EXITED_EARLY"
    READY_TIMEOUT = "READY_TIMEOUT"
    STOP_TIMEOUT = "STOP_TIMEOUT"
    CANCELLED = "CANCELLED"
    REMOTE_UNREACHABLE = "REMOTE_UNREACHABLE"
    REMOTE_FAULT = "REMOTE_FAULT"
    NOT_SUPPORTED = "NOT_SUPPORTED"


class Failure(NamedTuple):
    """A failed operation: `message` says what happened and why, `hint` what to do next."""

    code: FailureCode
    message: str
    hint: str | None = None
    data: Mapping[str, object] = {}

    @property
    def sentence(self) -> str:
        """All of it in one text: what happened, and what to do."""
        return f"{self.message.rstrip('.')}. {self.hint}" if self.hint else self.message


class SidecarError(Exception):
    """Base of the errors that a client caused and can mend; `str()` of it is shown to people."""


class InvalidSetting(SidecarError):
    """A value from a client or a file that cannot be used; `field` is its dotted path."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class UnknownServer(SidecarError):
    """No server of that name is configured."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        names = ", ".join(known) if known else "none yet; add one under [servers.NAME]"
        super().__init__(f"no server is called {name!r}; configured: {names}")
        self.name = name


class ShuttingDown(SidecarError):
    """The sidecar is on its way out and takes no more commands."""

    def __init__(self) -> None:
        super().__init__("the sidecar is shutting down; start a new one")


class NoAnswer(SidecarError):
    """A server did not answer a request that a client sent it; the text says why, and what next."""


class IllegalTransition(Exception):
    """The lifecycle was told of something that cannot happen in its phase: a defect of ours."""
