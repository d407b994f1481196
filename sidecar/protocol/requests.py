"""The params of requests as pydantic models, made from `params`, the one list of them."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from sidecar.config import settings, tables
from sidecar.config.models import ServerSettings, documented
from sidecar.protocol import http_kinds, params
from sidecar.protocol.values import Topic


class NoParams(documented(params.NoParams)):
    __doc__ = params.NoParams.__doc__


class InitializeParams(
    documented(
        params.InitializeParams,
        {"servers": dict[str, ServerSettings], "notifications": list[Topic]},
    )
):
    __doc__ = params.InitializeParams.__doc__


class NameParams(documented(params.NameParams)):
    __doc__ = params.NameParams.__doc__


class StartParams(documented(params.StartParams)):
    __doc__ = params.StartParams.__doc__


class StopParams(documented(params.StopParams)):
    __doc__ = params.StopParams.__doc__


class RestartParams(documented(params.RestartParams)):
    __doc__ = params.RestartParams.__doc__


class GetLogsParams(documented(params.GetLogsParams)):
    __doc__ = params.GetLogsParams.__doc__


# pydantic's own schema of this would not say that there are no other names.
Headers = Annotated[
    dict[
        Annotated[str, Field(pattern=http_kinds.HEADER_NAME)],
        Annotated[str, Field(pattern=http_kinds.HEADER_VALUE)],
    ],
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"pattern": http_kinds.HEADER_NAME},
            "additionalProperties": {"type": "string", "pattern": http_kinds.HEADER_VALUE},
        }
    ),
]


class SendRequestParams(
    documented(
        params.SendRequestParams,
        {"headers": Headers},
        required=("path",),
    )
):
    __doc__ = params.SendRequestParams.__doc__


class ReadyChanges(documented(tables.ReadySettings, partial=True)):
    """What changes of `ready`; naming one of the checks replaces the others."""


class HealthChanges(documented(tables.HealthSettings, partial=True)):
    """What changes of `health`."""


class StopChanges(documented(tables.StopSettings, partial=True)):
    """What changes of `stop`."""


class RestartChanges(documented(tables.RestartSettings, partial=True)):
    """What changes of `restart`; `backoff` changes as a whole."""


class LogsChanges(documented(tables.LogsSettings, partial=True)):
    """What changes of `logs`."""


class ServerChanges(
    documented(
        settings.ServerSettings,
        {
            "env": dict[str, str | None],
            "ready": ReadyChanges,
            "health": HealthChanges,
            "stop": StopChanges,
            "restart": RestartChanges,
            "logs": LogsChanges,
        },
        partial=True,
    )
):
    """What changes of a server's settings; all that is not named stays as it is."""


class UpdateServerParams(
    documented(params.UpdateServerParams, {"changes": ServerChanges}, required=("changes",))
):
    __doc__ = params.UpdateServerParams.__doc__
