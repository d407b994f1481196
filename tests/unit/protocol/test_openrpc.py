"""The OpenRPC document is one by the letter, and says what programs need to know."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from sidecar import __version__
from sidecar.protocol import codes
from sidecar.protocol.interface import METHODS, NOTIFICATIONS
from sidecar.protocol.openrpc import document

DOCUMENT = document()
FIXTURES = Path(__file__).parents[2] / "contract" / "fixtures"
COMPONENT_NAME = r"^[0-9A-Za-z\-._]+$"

# The parts of https://spec.open-rpc.org that the document makes use of, and no others.
SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["openrpc", "info", "methods"],
    "additionalProperties": False,
    "patternProperties": {"^x-": True},
    "properties": {
        "openrpc": {"pattern": r"^1\.3\.\d+$"},
        "info": {
            "required": ["title", "version"],
            "additionalProperties": {"type": "string"},
        },
        "methods": {"type": "array", "items": {"$ref": "#/definitions/method"}},
        "components": {
            "additionalProperties": False,
            "properties": {
                "schemas": {
                    "propertyNames": {"pattern": COMPONENT_NAME},
                    "additionalProperties": {"$ref": "#/definitions/schema"},
                },
                "errors": {
                    "propertyNames": {"pattern": COMPONENT_NAME},
                    "additionalProperties": {
                        "required": ["code", "message"],
                        "additionalProperties": False,
                        "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
                    },
                },
            },
        },
    },
    "definitions": {
        "schema": {"$ref": "http://json-schema.org/draft-07/schema#"},
        "method": {
            "type": "object",
            "required": ["name", "summary", "params", "result", "errors"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string"},
                "summary": {"type": "string", "minLength": 1},
                "paramStructure": {"enum": ["by-position", "by-name", "either"]},
                "params": {"type": "array", "items": {"$ref": "#/definitions/content"}},
                "result": {"$ref": "#/definitions/content"},
                "errors": {"type": "array", "items": {"required": ["$ref"]}},
            },
        },
        "content": {
            "type": "object",
            "required": ["name", "schema"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "description": {"type": "string", "minLength": 1},
                "required": {"type": "boolean"},
                "schema": {"$ref": "#/definitions/schema"},
            },
        },
    },
}


def references(node: Any) -> Iterator[str]:
    """Every `$ref` below `node`."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from references(item)


def followed(reference: str) -> Any:
    """What a reference leads to."""
    node: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def method_named(name: str) -> dict[str, Any]:
    """The entry of one method."""
    return next(method for method in DOCUMENT["methods"] if method["name"] == name)


def test_it_has_the_shape_of_an_openrpc_document() -> None:
    jsonschema.Draft7Validator(SHAPE).validate(DOCUMENT)
    assert DOCUMENT["info"]["version"] == __version__


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        assert isinstance(followed(reference), dict), reference


def test_every_shape_is_referred_to_and_carries_its_own_name() -> None:
    used = {reference.rpartition("/")[2] for reference in references(DOCUMENT)}
    schemas = DOCUMENT["components"]["schemas"]
    # these are not referred to: params are listed one by one, `data` is any object
    listed = {method.params.__name__ for method in METHODS}
    data = {name for name in schemas if name.endswith("Data")}
    assert set(schemas) - used == listed | data
    assert all(schema["title"] == name for name, schema in schemas.items())


def test_everything_is_described() -> None:
    for method in DOCUMENT["methods"]:
        assert all(param["description"] for param in method["params"]), method["name"]
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert schema["description"], name
        for key, about in schema.get("properties", {}).items():
            assert about.get("description"), f"{name}.{key}"


def test_it_tells_every_method_topic_and_error() -> None:
    assert [method["name"] for method in DOCUMENT["methods"]] == [m.name for m in METHODS]
    assert [topic["name"] for topic in DOCUMENT["x-notifications"]] == list(codes.TOPICS)
    errors = DOCUMENT["components"]["errors"].values()
    assert {error["code"]: error["message"] for error in errors} == codes.ERRORS


def test_params_that_are_required_come_first() -> None:
    for method in DOCUMENT["methods"]:
        required = [param["required"] for param in method["params"]]
        assert required == sorted(required, reverse=True), method["name"]


def test_positions_are_offered_only_where_they_are_those_of_the_document() -> None:
    for method, entry in zip(METHODS, DOCUMENT["methods"], strict=True):
        names = [param["name"] for param in entry["params"]]
        positions = [field.alias or name for name, field in method.params.model_fields.items()]
        assert (entry["paramStructure"] == "either") == (names == positions), method.name


@pytest.mark.parametrize(
    ("method", "answers"),
    [
        ("start", {-32602, -32603, -32001, -32002}),
        ("get_status", {-32602, -32603, -32001}),
        ("list_servers", {-32602, -32603}),
        ("send_request", {-32602, -32603, -32001, -32002, -32005}),
        ("shutdown", {-32602, -32603, -32002, -32003}),
    ],
)
def test_a_method_names_the_errors_that_it_may_answer(method: str, answers: set[int]) -> None:
    errors = [followed(error["$ref"]) for error in method_named(method)["errors"]]
    assert {error["code"] for error in errors} == answers


def test_it_goes_over_the_wire_as_it_is() -> None:
    assert orjson.loads(orjson.dumps(document())) == DOCUMENT


SAMPLES = sorted(FIXTURES.glob("*.response.json")) + sorted(FIXTURES.glob("*.notification.json"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_fit_the_schemas_too(path: Path) -> None:
    message = orjson.loads(path.read_bytes())
    name = path.name.partition(".response")[0].partition("--")[0]
    if name == "error":
        assert message["error"]["code"] in codes.ERRORS
        return
    if "method" in message:
        topics = {topic["name"]: topic["params"] for topic in DOCUMENT["x-notifications"]}
        schema, value = topics[message["method"]], message["params"]
    else:
        schema, value = method_named(name)["result"]["schema"], message["result"]
    jsonschema.Draft7Validator(DOCUMENT | schema).validate(value)


def test_there_are_samples_of_every_notification() -> None:
    assert {path.name.partition(".")[0].partition("--")[0] for path in SAMPLES} >= {
        notification.topic for notification in NOTIFICATIONS
    }
