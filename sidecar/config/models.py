"""The settings of a server as pydantic models, for the documentation of the protocol.

Made from `settings`, the one list of what is understood. Nothing at run time needs them but
`rpc.discover`: reading a configuration is done by `shape`, without the cost of this import.
`documented` makes such models of any dataclass whose fields carry `about(...)`.
"""

from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields
from dataclasses import Field as DataclassField
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from sidecar.config import settings, tables
from sidecar.config.kinds import Kind
from sidecar.config.numeric import Row
from sidecar.config.problems import camel_case


def _tidy(schema: dict[str, Any]) -> None:
    """Drops what says nothing: titles made of the key, and `null` as the default of absent keys."""
    for item in schema.get("properties", {}).values():
        item.pop("title", None)
        if item.get("default", ...) is None:
            del item["default"]


class JsonModel(BaseModel):
    """Base of the models of everything that crosses the wire: strict, with keys in camelCase."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        defer_build=True,
        alias_generator=camel_case,
        allow_inf_nan=False,
        json_schema_extra=_tidy,
    )


def documented(
    cls: type,
    annotations: Mapping[str, Any] | None = None,
    required: Collection[str] = (),
    *,
    partial: bool = False,
) -> type[JsonModel]:
    """A model with the keys of `cls`.

    `annotations` says more of a key than its kind does; `required` keys have no default, and with
    `partial` no other key has one either.
    """
    members: dict[str, Any] = {}
    for item in fields(cls):
        kind: Kind = item.metadata["kind"]
        annotation = (annotations or {}).get(item.name) or _annotation(kind)
        default = _default(item, partial=partial) if item.name not in required else {}
        about = Field(**default, description=item.metadata["description"], **kind.constraints)
        members[item.name] = (annotation, about)
    return create_model(cls.__name__, __base__=JsonModel, **members)


def _annotation(kind: Kind) -> Any:
    if not isinstance(kind, Row):
        return kind.annotation
    places = (
        Annotated[_annotation(place.kind), Field(**place.kind.constraints)] for place in kind.places
    )
    # A strict tuple takes tuples only, while JSON and TOML know lists.
    return Annotated[tuple[(*places,)], Field(strict=False)]


def _default(item: "DataclassField[Any]", *, partial: bool) -> dict[str, Any]:
    if partial:
        return {"default": None}
    if item.default_factory is MISSING:
        return {"default": item.default}
    return {"default_factory": item.default_factory}


class ReadySettings(documented(tables.ReadySettings)):
    __doc__ = tables.ReadySettings.__doc__
    model_config = ConfigDict(title="ReadySpec")


class HealthSettings(documented(tables.HealthSettings, required=("http",))):
    __doc__ = tables.HealthSettings.__doc__
    model_config = ConfigDict(title="HealthSpec")


class StopSettings(documented(tables.StopSettings)):
    __doc__ = tables.StopSettings.__doc__
    model_config = ConfigDict(title="StopSpec")


class RestartSettings(documented(tables.RestartSettings)):
    __doc__ = tables.RestartSettings.__doc__
    model_config = ConfigDict(title="RestartSpec")


class LogsSettings(documented(tables.LogsSettings)):
    __doc__ = tables.LogsSettings.__doc__
    model_config = ConfigDict(title="LogsSpec")


class ServerSettings(
    documented(
        settings.ServerSettings,
        {
            "ready": ReadySettings,
            "health": HealthSettings,
            "stop": StopSettings,
            "restart": RestartSettings,
            "logs": LogsSettings,
        },
    )
):
    __doc__ = settings.ServerSettings.__doc__
    model_config = ConfigDict(title="ServerSpec")
