"""From exceptions to error objects: what a client is told of a failure."""

import logging
from typing import Any, NamedTuple

from sidecar.domain.errors import (
    InvalidSetting,
    NoAnswer,
    ShuttingDown,
    SidecarError,
    UnknownServer,
)
from sidecar.protocol import codes
from sidecar.rpc.policy import NotAllowed

logger = logging.getLogger(__name__)

INTERNAL_MESSAGE = "the sidecar failed internally; its log (stderr) has the details"


class WireError(NamedTuple):
    """What goes into `error`."""

    code: int
    message: str
    data: dict[str, Any] | None = None

    def as_object(self) -> dict[str, Any]:
        """The error itself."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error

    def response(self, request_id: object) -> dict[str, Any]:
        """The whole answer."""
        return {"jsonrpc": "2.0", "error": self.as_object(), "id": request_id}


def to_wire_error(exception: Exception) -> WireError:
    """The error for an exception; one that nobody expected is logged and told in general words."""
    match exception:
        case InvalidSetting():
            message = f"{exception.field}: {exception}"
            return WireError(codes.INVALID_PARAMS, message, {"field": exception.field})
        case UnknownServer():
            return WireError(codes.UNKNOWN_SERVER, str(exception), {"field": "name"})
        case ShuttingDown():
            return WireError(codes.SHUTTING_DOWN, str(exception))
        case NotAllowed():
            field = None if exception.field is None else {"field": exception.field}
            return WireError(codes.NOT_ALLOWED, str(exception), field)
        case NoAnswer():
            return WireError(codes.NO_ANSWER, str(exception))
        case SidecarError():
            return WireError(codes.INVALID_PARAMS, str(exception))
        case _:
            logger.error("a request failed unexpectedly", exc_info=exception)
            return WireError(codes.INTERNAL_ERROR, INTERNAL_MESSAGE)
