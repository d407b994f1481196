"""The settings of a server as pydantic models, for the documentation of the protocol.

Made from `settings`, the one list of what is understood. Nothing at run time needs them but
`rpc.discover`: reading a configuration is done by `shape`, without the cost of this import.
"""

from dataclasses import MISSING, fields
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from sidecar.config import settings
from sidecar.config.kinds import Kind, Table
from sidecar.config.problems import camel_case


def _tidy(schema: dict[str, Any]) -> None:
    """Drops what says nothing: titles made of the key, and `null` as the default of absent keys."""
    for item in schema.get("properties", {}).values():
        item.pop("title", None)
        if item.get("default", ...) is None:
            del item["default"]


class SettingsModel(BaseModel):
    """Base of the models of settings."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        defer_build=True,
        alias_generator=camel_case,
        allow_inf_nan=False,
        json_schema_extra=_tidy,
    )


def _documented(
    cls: type, tables: dict[type, type[BaseModel]] | None = None
) -> type[SettingsModel]:
    """A model with the keys of `cls`, whose nested settings are those of `tables`."""
    members: dict[str, Any] = {}
    for item in fields(cls):
        kind: Kind = item.metadata["kind"]
        annotation = kind.annotation
        if isinstance(kind, Table):
            annotation = (tables or {})[kind.of]
        default = (
            {"default": item.default}
            if item.default_factory is MISSING
            else {"default_factory": item.default_factory}
        )
        about = Field(**default, description=item.metadata["description"], **kind.constraints)
        members[item.name] = (annotation, about)
    return create_model(cls.__name__, __base__=SettingsModel, **members)


class ReadySettings(_documented(settings.ReadySettings)):
    __doc__ = settings.ReadySettings.__doc__
    model_config = ConfigDict(title="ReadySpec")


class StopSettings(_documented(settings.StopSettings)):
    __doc__ = settings.StopSettings.__doc__
    model_config = ConfigDict(title="StopSpec")


class LogsSettings(_documented(settings.LogsSettings)):
    __doc__ = settings.LogsSettings.__doc__
    model_config = ConfigDict(title="LogsSpec")


_TABLES: dict[type, type[BaseModel]] = {
    settings.ReadySettings: ReadySettings,
    settings.StopSettings: StopSettings,
    settings.LogsSettings: LogsSettings,
}


class ServerSettings(_documented(settings.ServerSettings, _TABLES)):
    __doc__ = settings.ServerSettings.__doc__
    model_config = ConfigDict(title="ServerSpec")
