"""The params of notifications, as pydantic models; that of a status is in `messages`."""

from typing import Literal, Self

from pydantic import model_validator

from sidecar.config.models import JsonModel
from sidecar.domain.events import Stream
from sidecar.protocol.values import Count, Pid, Port, SignalName, Time, Yes, told, told_if

AlertKind = Literal[
    "heartbeat-timeout",
    "heartbeat-recovered",
    "unhealthy",
    "restart-limit",
    "host-unreachable",
    "host-recovered",
]


class LogParams(JsonModel):
    """Consecutive lines of one stream, or only the news that some were left out."""

    name: str = told("The server's name.")
    stream: Stream = told("Where the server wrote them.")
    text: str = told("The lines, joined by newlines, without a newline at the end.")
    count: Count = told("How many lines `text` holds; 0 if only `dropped` is to be told.")
    seq: int = told("The number of the first line; with `count` 0, of the line to come.", ge=1)
    time: Time = told("When the first of them was read.")
    dropped: int = told_if(
        "Lines of this server left out since its previous `python-log`; `get_logs` may have them.",
        ge=1,
    )
    partial: Yes = told_if(
        "The last line is unfinished or was split: it goes on in the next of that stream."
    )

    @model_validator(mode="after")
    def _counts_its_lines(self) -> Self:
        lines = self.text.count("\n") + 1 if self.count else 0
        if lines != self.count or (not self.count and self.text):
            raise ValueError(f"text holds another number of lines than {self.count}")
        if not self.count and "dropped" not in self.model_fields_set:
            raise ValueError("neither lines nor news of left out ones")
        return self


class ReadyParams(JsonModel):
    """The readiness check passed against this very process."""

    name: str = told("The server's name.")
    pid: Pid = told("The process id of the main process.")
    port: Port = told("The port it listens on; 0 for a server without one.")
    url: str = told_if("Where a client on this machine reaches it; absent without a port.")


class StoppedParams(JsonModel):
    """The main process ended, and nothing of its tree is left."""

    name: str = told("The server's name.")
    code: int | None = told("The exit code, or null when a signal ended it.")
    signal: SignalName = told_if("The signal that ended it, by name: `SIGKILL`.")
    expected: bool = told("Whether it was told to end.")

    @model_validator(mode="after")
    def _ended_in_one_way(self) -> Self:
        if (self.code is None) != ("signal" in self.model_fields_set):
            raise ValueError("a process ends either by an exit code or by a signal")
        return self


class AlertParams(JsonModel):
    """Something a person should look at."""

    name: str = told("The server's name, or the host's.")
    kind: AlertKind = told("What it is about.")
    message: str = told("What happened, in a sentence for people.", min_length=1)
    time: Time = told("When it was noticed.")
