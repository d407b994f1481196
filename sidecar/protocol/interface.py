"""Every method and every notification, with its models: what the documents are made from."""

from dataclasses import dataclass
from typing import Any, Final

from sidecar.config.models import JsonModel
from sidecar.protocol import codes, messages, notices, requests


@dataclass(frozen=True, slots=True)
class Method:
    """A method. `result` is a type as pydantic understands it, and `result_name` what it is.

    `always` says that it is answered even while the sidecar shuts down.
    """

    name: str
    summary: str
    params: type[JsonModel]
    result: Any
    result_name: str
    always: bool = False
    further_errors: tuple[int, ...] = ()

    @property
    def errors(self) -> tuple[int, ...]:
        """The codes of JSON-RPC errors that it may answer with."""
        names_a_server = "name" in self.params.model_fields
        return (
            codes.INVALID_PARAMS,
            codes.INTERNAL_ERROR,
            *((codes.UNKNOWN_SERVER,) if names_a_server else ()),
            *(() if self.always else (codes.SHUTTING_DOWN,)),
            *self.further_errors,
        )


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification, sent while its topic is subscribed to."""

    topic: str
    summary: str
    params: type[JsonModel]


METHODS: Final = (
    Method(
        "initialize",
        "Says who the client is, adds or replaces servers, and picks notifications. Optional, and "
        "may be repeated.",
        requests.InitializeParams,
        messages.InitializeResult,
        "sidecar",
        further_errors=(codes.NOT_ALLOWED,),
    ),
    Method(
        "start",
        "Starts a server and answers once it is ready or has failed. One that runs already is a "
        "success; starts that meet join one operation.",
        requests.StartParams,
        messages.ServerControlResponse,
        "outcome",
    ),
    Method(
        "stop",
        "Stops a server and answers once nothing of its process tree is left. It cancels a start; "
        "one that is stopped already is a success; with `force` it cuts a stop short.",
        requests.StopParams,
        messages.ServerControlResponse,
        "outcome",
    ),
    Method(
        "restart",
        "Stops a server and starts it again, or starts one that does not run. Restarts that meet "
        "join one operation.",
        requests.RestartParams,
        messages.ServerControlResponse,
        "outcome",
    ),
    Method(
        "get_status",
        "Tells a server's status, with its newest lines.",
        requests.NameParams,
        messages.ServerStatus,
        "status",
        always=True,
    ),
    Method(
        "list_servers",
        "Tells the status of every server, each with `logs: []`.",
        requests.NoParams,
        list[messages.ServerStatus],
        "servers",
        always=True,
    ),
    Method(
        "get_logs",
        "Reads lines that are still held: those after `after`, or without it the newest.",
        requests.GetLogsParams,
        messages.LogPage,
        "page",
        always=True,
    ),
    Method(
        "clear_logs",
        "Forgets the lines held; their numbers are not used again.",
        requests.NameParams,
        messages.ClearLogsResult,
        "cleared",
    ),
    Method(
        "update_server",
        "Changes settings of a server until the sidecar ends; no file is written.",
        requests.UpdateServerParams,
        messages.UpdateServerResponse,
        "outcome",
        further_errors=(codes.NOT_ALLOWED,),
    ),
    Method(
        "get_settings",
        "Tells what the next start of a server goes by, as far as every client may change it with "
        "`update_server`.",
        requests.NameParams,
        messages.Settings,
        "settings",
    ),
    Method(
        "get_metrics",
        "Measures what the whole process tree of a server uses.",
        requests.NameParams,
        messages.ServerMetrics,
        "metrics",
    ),
    Method(
        "send_request",
        "Sends one HTTP request to a running server, at the address where it listens and nowhere "
        "else, and tells the answer, whatever its status. Redirects are not followed.",
        requests.SendRequestParams,
        messages.SendRequestResult,
        "response",
        further_errors=(codes.NO_ANSWER,),
    ),
    Method(
        "shutdown",
        "Stops every server with its full grace and answers; then the sidecar exits with code 0.",
        requests.NoParams,
        None,
        "nothing",
        further_errors=(codes.NOT_ALLOWED,),
    ),
    Method(
        "rpc.discover",
        "Tells all this as an OpenRPC document.",
        requests.NoParams,
        messages.OpenRpcDocument,
        "document",
    ),
)

NOTIFICATIONS: Final = (
    Notification(
        codes.TOPIC_STATUS,
        "A server's status changed; `starting` comes within 100 ms of the request.",
        messages.StatusParams,
    ),
    Notification(codes.TOPIC_LOG, "A server wrote something.", notices.LogParams),
    Notification(codes.TOPIC_READY, "A server is ready to be used.", notices.ReadyParams),
    Notification(
        codes.TOPIC_STOPPED,
        "A server's process ended, that of a failed start too.",
        notices.StoppedParams,
    ),
    Notification(
        codes.TOPIC_METRICS,
        "What each running server uses, every 2 s; only for clients that ask for the topic.",
        messages.ServerMetrics,
    ),
    Notification(
        codes.TOPIC_ALERT,
        "Something a person should look at.",
        notices.AlertParams,
    ),
)
