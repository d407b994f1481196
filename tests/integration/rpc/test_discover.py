"""`rpc.discover`: an OpenRPC document that describes what the sidecar really answers."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.support.raw import call, lines, run_bytes
from tests.support.servers import http_server
from tests.support.sidecar import LaunchSidecar, RpcError

METHODS = {
    "initialize", "start", "stop", "restart", "get_status", "list_servers", "get_logs",
    "clear_logs", "update_server", "get_settings", "get_metrics", "send_request", "shutdown",
    "rpc.discover",
}  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document, asked for once."""
    (answer,) = run_bytes(lines(call("rpc.discover"))).messages
    return answer["result"]


def test_it_is_openrpc_1_and_says_what_it_describes(document: dict[str, Any]) -> None:
    assert document["openrpc"].startswith("1.")
    assert document["info"]["title"]
    assert document["info"]["version"]


def test_it_names_every_method_once(document: dict[str, Any]) -> None:
    names = [method["name"] for method in document["methods"]]
    assert sorted(names) == sorted(METHODS)


def test_every_method_has_parameters_and_a_result(document: dict[str, Any]) -> None:
    for method in document["methods"]:
        assert method["result"]["name"]
        assert isinstance(method["result"]["schema"], dict)
        names = [parameter["name"] for parameter in method["params"]]
        assert len(names) == len(set(names))
        assert all(isinstance(parameter["schema"], dict) for parameter in method["params"])


def test_required_parameters_come_before_optional_ones(document: dict[str, Any]) -> None:
    for method in document["methods"]:
        required = [parameter.get("required", False) for parameter in method["params"]]
        assert required == sorted(required, reverse=True), method["name"]


def test_every_schema_is_one_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for schema in schemas(document):
        jsonschema.Draft7Validator.check_schema(schema)
    for reference in references(document):
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        assert isinstance(target, dict)


def schemas(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas of all parameters and results, and the shared ones."""
    for method in document["methods"]:
        yield method["result"]["schema"]
        yield from (parameter["schema"] for parameter in method["params"])
    yield from document.get("components", {}).get("schemas", {}).values()


def references(node: Any) -> Iterator[str]:
    """Every `$ref` below `node`."""
    if isinstance(node, dict):
        if isinstance(reference := node.get("$ref"), str):
            yield reference
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


async def test_what_the_methods_answer_fits_their_schemas(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": http_server(0)})
    document = await s.request("rpc.discover")
    results = {"initialize": await s.request("initialize")}
    results["start"] = await s.request("start")
    results["send_request"] = await s.request("send_request", path="/")
    await s.logs_until("GET /")
    for method in METHODS - {"initialize", "start", "stop", "update_server", "shutdown"}:
        if method not in results:
            results[method] = await s.request(method)
    results["update_server"] = await s.request("update_server", changes={"env": {"A": "1"}})
    results["stop"] = await s.request("stop")
    results["shutdown"] = await s.request("shutdown")
    assert set(results) == METHODS
    for method in document["methods"]:
        schema = document | dict(method["result"]["schema"])
        jsonschema.Draft7Validator(schema).validate(results[method["name"]])


async def test_every_documented_parameter_is_accepted_and_no_other(sidecar: LaunchSidecar) -> None:
    s = await sidecar()
    document = await s.request("rpc.discover")
    for method in document["methods"]:
        with pytest.raises(RpcError) as refused:
            await s.request(method["name"], undocumented=1)
        assert refused.value.data["field"] == "undocumented"
