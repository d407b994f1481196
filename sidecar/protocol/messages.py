"""The shapes of results and notifications, as pydantic models.

What crosses the wire is made in `rpc` without them: they document it, for `rpc.discover` and
`protocol.md`, and the tests hold every message against them. Which method answers with which is in
`interface`. An absent value is an absent key, so no key but one accepts null.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from sidecar.config.models import JsonModel
from sidecar.domain.events import Stream
from sidecar.domain.spec import PortConflict, RestartWhen
from sidecar.protocol.failures import ControlError
from sidecar.protocol.values import (
    Amount,
    Count,
    Pid,
    Port,
    Seconds,
    SignalName,
    Status,
    Time,
    Topic,
    Yes,
    told,
    told_if,
)

MOST_STATUS_LINES = 100
Kind = Literal["local", "supervisor"]
Health = Literal["healthy", "unhealthy"]
Condition = Literal[
    "unreachable",
    "stale-heartbeat",
    "pid-mismatch",
    "running-unregistered",
    "registered-not-running",
]


class SupervisorProgram(JsonModel):
    """Where a server of kind `supervisor` is run."""

    host: str = told("The host whose supervisord runs it.")
    port: Port = told("The port of that supervisord.")
    program: str = told("The program's name there, `group:name` for a grouped one.")


class StatusParams(JsonModel):
    """A server at one moment, without its lines: they travel as `python-log`."""

    name: str = told("The server's name.")
    kind: Kind = told("`local`: a process of this sidecar; `supervisor`: a program of supervisord.")
    status: Status = told("Where it is in its life.")
    pid: Pid = told_if("The process id of the main process, while there is one.")
    port: Port = told("The port in use, or the one that the next start will try; 0: none yet.")
    host: str = told("The address that it listens on.")
    url: str = told_if("Where a client on this machine reaches it.")
    uptime: Amount = told_if("Seconds since it became ready; only while it is running.")
    last_error: str = told_if("The last failure, in a sentence that a user can act on.")
    restarts: Count = told("Automatic restarts since the last start by a client.")
    retry_at: Time = told_if("When it is restarted automatically, while it waits for that.")
    health: Health = told_if("What its health check says, if it has one.")
    exit_code: int = told_if("The exit code of the last process, if it ended by itself.")
    signal: SignalName = told_if("The signal that ended the last process, by name: `SIGKILL`.")
    conditions: list[Condition] = told(
        "Where registry, heartbeat and supervisord disagree; empty when all agree."
    )
    last_heartbeat: Time = told_if("When a server of the registry last gave a sign of life.")
    supervisor: SupervisorProgram = told_if("Who runs it; only with kind `supervisor`.")

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        given = self.model_fields_set
        if "uptime" in given and self.status != "running":
            raise ValueError("uptime is told only while running")
        if "retry_at" in given and self.status != "starting":
            raise ValueError("a server that waits to restart is starting")
        if {"exit_code", "signal"} <= given:
            raise ValueError("a process ends by an exit code or by a signal, not by both")
        if ("supervisor" in given) != (self.kind == "supervisor"):
            raise ValueError("supervisor is told exactly with kind supervisor")
        return self


class ServerStatus(StatusParams):
    """A server at one moment."""

    logs: list[str] = told("Its newest lines, oldest first.", max_length=MOST_STATUS_LINES)


class ServerControlResponse(JsonModel):
    """Whether a command was done, and if not, why."""

    success: bool = told("Whether it was done.")
    message: str = told("What happened, in a sentence for people.", min_length=1)
    status: ServerStatus = told_if("The server afterwards.")
    error: ControlError = told_if("Why not; there exactly when `success` is false.")

    @model_validator(mode="after")
    def _fails_for_a_reason(self) -> Self:
        if ("error" in self.model_fields_set) == self.success:
            raise ValueError("error is told exactly when success is false")
        return self


class UpdateServerResponse(ServerControlResponse):
    """Whether the settings were changed, and from when on they hold."""

    restart_required: bool = told("Whether a running process needs a restart to have them.")


class ServerMetrics(JsonModel):
    """What the whole process tree of a server uses."""

    name: str = told("The server's name.")
    time: Time = told("When it was measured.")
    cpu_percent: Amount = told("CPU since the sample before, in percent of one core.")
    rss_bytes: Count = told("Resident memory, in bytes.")
    processes: Count = told("How many processes it has; 0 when it does not run.")
    threads: Count = told("How many threads they have.")
    open_files: Count = told_if("How many files, sockets and pipes are open, where it can be told.")
    uptime: Amount = told_if("Seconds since it became ready; only while it is running.")


class RestartRules(JsonModel):
    """When a server is restarted automatically."""

    policy: RestartWhen = told("After which ends of its own: none, those with an error, or all.")
    max: int = told("It is given up rather than restarted more often in `window` seconds.", ge=1)
    window: Seconds = told("The seconds in which `max` counts.")
    backoff: Annotated[tuple[Seconds, Seconds, Seconds], Field(strict=False)] = told(
        "The first delay in seconds, the factor for each further one, and the longest delay."
    )


class Settings(JsonModel):
    """What the next start of a server goes by, as far as a panel shows and changes it."""

    name: str = told("The server's name.")
    port: Port = told("The port that it will take; 0: any free one, or none.")
    host: str = told("The address that it will listen on.")
    port_conflict: PortConflict = told("What is done when the port is taken.")
    autostart: bool = told("Whether it starts together with the sidecar.")
    restart: RestartRules = told("When it is restarted automatically.")


class SendRequestResult(JsonModel):
    """What a server answered to a request."""

    status: int = told("The status code.", ge=100, le=999)
    reason: str = told("The words after it, such as `Not Found`; may be empty.")
    headers: dict[str, str] = told(
        "The headers by name; repeated ones joined by a comma and space."
    )
    body: str = told("The body: its text, or base64 with `encoding`; at most 1 MiB of it.")
    encoding: Literal["base64"] = told_if("How `body` is written, if it is no text.")
    truncated: Yes = told_if("The body was longer; the rest was not read.")
    duration_seconds: Amount = told("From the connection to the end of the answer.")


class LogEntry(JsonModel):
    """One line, or with `partial` a piece of one."""

    seq: int = told("Its number; counted from 1 per server, both streams together.", ge=1)
    time: Time = told("When it was read.")
    stream: Stream = told("Where the server wrote it.")
    line: str = told("Its text, without the line end.")
    partial: Yes = told_if("The line goes on in the next entry of that stream.")


class LogPage(JsonModel):
    """Lines out of the ring, oldest first."""

    entries: list[LogEntry] = told("The lines.")
    next: Count = told("The `after` of the following request.")
    dropped: Count = told("Lines after `after` that are no longer held; 0 without `after`.")


class ClearLogsResult(JsonModel):
    """What `clear_logs` did."""

    cleared: Count = told("How many lines were forgotten.")


class ServerInfo(JsonModel):
    """The sidecar itself."""

    name: str = told("The program's name.")
    version: str = told("Its version.")
    pid: Pid = told("Its process id.")
    python: str = told("The version of Python that runs it.")
    platform: str = told("The platform, as Python's `sys.platform` names it.")


class Capabilities(JsonModel):
    """What this sidecar can do."""

    notifications: list[Topic] = told("The topics that can be asked for.")


class InitializeResult(JsonModel):
    """Who answers, and what it manages."""

    protocol_version: Literal["1"] = told("The version of this protocol.")
    server_info: ServerInfo = told("Which sidecar answers.")
    capabilities: Capabilities = told("What it can do.")
    servers: list[ServerStatus] = told("Every server, each with `logs: []`.")


class OpenRpcDocument(JsonModel):
    """An OpenRPC document, as https://spec.open-rpc.org describes it."""

    model_config = ConfigDict(extra="allow")

    openrpc: str = told("The version of OpenRPC.")
    info: dict[str, Any] = told("What is described, and in which version.")
    methods: list[dict[str, Any]] = told("The methods.")
