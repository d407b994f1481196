"""The numbers of JSON-RPC errors and the names of notifications."""

from typing import Final

PROTOCOL_VERSION: Final = "1"

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
UNKNOWN_SERVER: Final = -32001
SHUTTING_DOWN: Final = -32002
NOT_ALLOWED: Final = -32003
NOT_SUPPORTED: Final = -32004
NO_ANSWER: Final = -32005

ERRORS: Final = {
    PARSE_ERROR: "The message is not JSON, or its header has no valid length.",
    INVALID_REQUEST: "The message is JSON but no request, or it is larger than 8 MiB.",
    METHOD_NOT_FOUND: "There is no such method.",
    INVALID_PARAMS: "A parameter is unknown or invalid; `data.field` names it. Nothing changed.",
    INTERNAL_ERROR: "A defect of the sidecar; its log (stderr) has the details.",
    UNKNOWN_SERVER: "No server of that name is configured.",
    SHUTTING_DOWN: "The sidecar is shutting down and takes no more commands.",
    NOT_ALLOWED: "This client may not do that.",
    NOT_SUPPORTED: "This kind of server cannot do that.",
    NO_ANSWER: "The server did not answer an HTTP request; the message says why.",
}
"""Every code that an answer can carry, and what it means."""

TOPIC_STATUS: Final = "python-server-status"
TOPIC_LOG: Final = "python-log"
TOPIC_READY: Final = "python-server-ready"
TOPIC_STOPPED: Final = "python-server-stopped"
TOPIC_METRICS: Final = "python-server-metrics"
TOPIC_ALERT: Final = "python-server-alert"

TOPICS: Final = (TOPIC_STATUS, TOPIC_LOG, TOPIC_READY, TOPIC_STOPPED, TOPIC_METRICS, TOPIC_ALERT)
DEFAULT_TOPICS: Final = frozenset(TOPICS) - {TOPIC_METRICS}
