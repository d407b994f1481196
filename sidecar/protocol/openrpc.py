"""The OpenRPC document of the protocol, made from `interface` and its models.

OpenRPC knows no notifications from the server's side: they stand under `x-notifications`, each with
the schema of its params.
"""

from typing import Any, Final, cast

from pydantic import TypeAdapter

from sidecar import __version__
from sidecar.protocol import codes
from sidecar.protocol.failures import FAILURES
from sidecar.protocol.interface import METHODS, NOTIFICATIONS, Method

OPENRPC_VERSION: Final = "1.3.2"

Json = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/"


def document() -> Json:
    """The whole document, ready to be sent."""
    schemas, components = _schemas()
    return {
        "openrpc": OPENRPC_VERSION,
        "info": {
            "title": "Python server sidecar",
            "version": __version__,
            "description": "Starts, watches and stops Python servers for one client. "
            f"This is version {codes.PROTOCOL_VERSION} of its protocol.",
        },
        "methods": [_method(method, schemas, components) for method in METHODS],
        "components": {
            "schemas": components,
            "errors": {
                str(code): {"code": code, "message": meaning}
                for code, meaning in codes.ERRORS.items()
            },
        },
        "x-notifications": [
            {
                "name": notification.topic,
                "summary": notification.summary,
                "params": schemas[notification.topic],
            }
            for notification in NOTIFICATIONS
        ],
    }


def _schemas() -> tuple[Json, Json]:
    """The schemas of params and results by the name of what has them, and all they refer to."""
    types: list[tuple[str, Any]] = [
        *((_params_of(method), method.params) for method in METHODS),
        *((method.name, method.result) for method in METHODS),
        *((notification.topic, notification.params) for notification in NOTIFICATIONS),
        *((code, meaning.data) for code, meaning in FAILURES.items() if meaning.data),
    ]
    made, shared = TypeAdapter.json_schemas(
        [(name, "validation", TypeAdapter(type_)) for name, type_ in types],
        ref_template=_REFERENCE + "{model}",
    )
    components: Json = shared["$defs"]
    # A model is published under its title: ServerSpec, as the client knows it.
    titles = {
        _REFERENCE + name: _REFERENCE + schema["title"] for name, schema in components.items()
    }
    published = {schema["title"]: schema for _, schema in sorted(components.items())}
    schemas = {name: schema for (name, _), schema in made.items()}
    return _renamed(schemas, titles), _renamed(published, titles)


def _renamed(node: Any, names: dict[str, str]) -> Any:
    """`node` with every reference in it as `names` has it."""
    if isinstance(node, dict):
        return {
            key: names[value] if key == "$ref" else _renamed(value, names)
            for key, value in cast(Json, node).items()
        }
    if isinstance(node, list):
        return [_renamed(item, names) for item in cast(list[Any], node)]
    return node


def _method(method: Method, schemas: Json, components: Json) -> Json:
    params = components[schemas[_params_of(method)]["$ref"].removeprefix(_REFERENCE)]
    required: list[str] = params.get("required", [])
    properties: Json = params.get("properties", {})
    in_order = [name in required for name in properties]
    # OpenRPC wants what is required first. Where the positions are others, only names are told of.
    by_position = in_order == sorted(in_order, reverse=True)
    names = sorted(properties, key=lambda name: name not in required)
    return {
        "name": method.name,
        "summary": method.summary,
        "params": [_param(name, properties[name], name in required) for name in names],
        "paramStructure": "either" if by_position else "by-name",
        "result": {"name": method.result_name, "schema": schemas[method.name]},
        "errors": [{"$ref": f"#/components/errors/{code}"} for code in method.errors],
    }


def _param(name: str, schema: Json, required: bool) -> Json:
    bare = {key: value for key, value in schema.items() if key != "description"}
    return {
        "name": name,
        "description": schema["description"],
        "required": required,
        "schema": bare,
    }


def _params_of(method: Method) -> str:
    return f"{method.name} params"
