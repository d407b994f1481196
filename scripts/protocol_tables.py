"""The tables of protocol.md, each made from what the code itself goes by.

A function here returns Markdown. The shapes come out of the OpenRPC document, the settings out of
the models of `sidecar.config`; nothing is told that could differ from them.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from schema_markdown import Json, default_text, table, type_text

from sidecar.config import models, unsupported
from sidecar.config.problems import camel_case
from sidecar.config.web import WebSettings
from sidecar.domain.errors import FailureCode
from sidecar.domain.events import ServerStatus
from sidecar.protocol import codes, messages
from sidecar.protocol.failures import FAILURES
from sidecar.protocol.interface import METHODS, NOTIFICATIONS
from sidecar.protocol.notices import AlertKind
from sidecar.protocol.openrpc import document
from sidecar.rpc.policy import VISITOR

SOURCES = Path(__file__).parents[1] / "sidecar"
_DOCUMENT = document()
_SCHEMAS: Json = _DOCUMENT["components"]["schemas"]
_TABLES = {
    "": models.ServerSettings,
    "ready": models.ReadySettings,
    "health": models.HealthSettings,
    "stop": models.StopSettings,
    "restart": models.RestartSettings,
    "logs": models.LogsSettings,
}
# These have sections of their own, or tables under their method.
_TOLD_ELSEWHERE = {"ServerSpec", "FailureCode", "Status", "StatusParams", "OpenRpcDocument"}
_LINKS = {
    "FailureCode": "[code](#failure-codes)",
    "OpenRpcDocument": "an [OpenRPC](https://spec.open-rpc.org) document",
    "ServerChanges": "[ServerSpec](#configuration), all of it optional",
    "ServerSpec": "[ServerSpec](#configuration)",
    "StatusParams": "[ServerStatus](#serverstatus) without `logs`",
}


def type_of(schema: Json) -> str:
    """A schema of the document in words, with links to what it refers to."""
    return type_text(schema, _linked)


def _linked(name: str) -> str:
    if name == "Status":
        return type_of(_SCHEMAS[name])
    return _LINKS.get(name, f"[{name}](#{name.lower()})")


def keys(name: str) -> str:
    """The keys of a shape."""
    schema = _SCHEMAS[name]
    required = schema.get("required", [])
    return table(
        ["key", "type", "there", "meaning"],
        [
            [
                f"`{key}`",
                type_of(item),
                "always" if key in required else "maybe",
                item["description"],
            ]
            for key, item in schema["properties"].items()
        ],
    )


def methods() -> str:
    """Every method: what it does, takes and answers."""
    return "\n\n".join(map(_method, _DOCUMENT["methods"]))


def _method(method: Json) -> str:
    rows = [
        [
            f"`{param['name']}`",
            type_of(param["schema"]),
            "required" if param["required"] else default_text(param["schema"]),
            param["description"],
        ]
        for param in method["params"]
    ]
    params = table(["param", "type", "default", "meaning"], rows) if rows else "No params."
    numbers = ", ".join(f"`{error['$ref'].rpartition('/')[2]}`" for error in method["errors"])
    answer = type_of(method["result"]["schema"])
    by_name = "Params by name only. " if method["paramStructure"] == "by-name" else ""
    return (
        f"### {method['name']}\n\n{method['summary']}\n\n{params}\n\n"
        f"{by_name}Result: {answer}. Errors: {numbers}."
    )


def notifications() -> str:
    """Every topic, what comes with it, and when."""
    rows = [
        [f"`{topic['name']}`", type_of(topic["params"]), topic["summary"]]
        for topic in _DOCUMENT["x-notifications"]
    ]
    return table(["topic", "params", "when"], rows)


def shapes() -> str:
    """Every shape that has no place elsewhere."""
    told = _TOLD_ELSEWHERE | {method.params.__name__ for method in METHODS}
    told |= {part for part in _SCHEMAS if part.endswith(("Changes", "Spec"))}
    return "\n\n".join(
        f"### {name}\n\n{schema['description']}\n\n{keys(name)}"
        for name, schema in _SCHEMAS.items()
        if name not in told
    )


def errors() -> str:
    """The error codes, and where they occur."""
    before = {codes.PARSE_ERROR, codes.INVALID_REQUEST, codes.METHOD_NOT_FOUND}
    rows: list[list[str]] = []
    for code, meaning in codes.ERRORS.items():
        having = [method.name for method in METHODS if code in method.errors]
        lacking = [method.name for method in METHODS if code not in method.errors]
        where = "any method"
        if code in before:
            where = "any message"
        elif not having:
            where = "not by this version"
        elif lacking:
            where = _fewer(having, lacking)
        rows.append([f"`{code}`", meaning, where])
    return table(["code", "meaning", "answered by"], rows)


def _fewer(having: list[str], lacking: list[str]) -> str:
    if len(having) <= len(lacking):
        return ", ".join(f"`{name}`" for name in having)
    return "all but " + ", ".join(f"`{name}`" for name in lacking)


def failures() -> str:
    """The failure codes, and what comes with them."""
    rows = [
        [f"`{code}`", meaning.text, _linked(meaning.data.__name__) if meaning.data else ""]
        for code, meaning in FAILURES.items()
    ]
    return table(["code", "meaning", "`data`"], rows)


def settings() -> str:
    """The keys of a server, as TOML and as JSON spell them."""
    rows: list[list[str]] = []
    for prefix, model in _TABLES.items():
        schema = model.model_json_schema()
        for name in model.model_fields:
            if name in _TABLES:
                continue
            item = schema["properties"][camel_case(name)]
            path = f"{prefix}.{name}" if prefix else name
            needed = camel_case(name) in schema.get("required", [])
            default = "required" if needed else default_text(item)
            rows.append(
                [f"`{path}`", f"`{camel_case(path)}`", type_of(item), default, item["description"]]
            )
    return table(["TOML", "JSON", "type", "default", "meaning"], rows)


def web_settings() -> str:
    """The keys of `[web]`."""
    rows = [
        [f"`{name}`", type_of(item), default_text(item), item["description"]]
        for name, item in models.documented(WebSettings).model_json_schema()["properties"].items()
    ]
    return table(["key", "type", "default", "meaning"], rows)


def visitor_changes() -> str:
    """The settings that a client on the web may change."""
    *first, last = (f"`{key}`" for key in VISITOR.changes or ())
    return f"{', '.join(first)} and {last}"


def not_yet() -> str:
    """What the protocol has but this version does not do."""
    tables = [f"[{key}]" for key in sorted(unsupported.TOP_LEVEL_KEYS)]
    tables += [f"[web.{key}]" for key in sorted(unsupported.WEB_KEYS)]
    filled = set(_field_names(ServerStatus))
    idle = [camel_case(key) for key in messages.ServerStatus.model_fields if key not in filled]
    kinds = [kind for kind in get_args(AlertKind) if not _mentioned(f'"{kind}"')]
    topics = [n.topic for n in NOTIFICATIONS if not _mentioned(_constant(n.topic))]
    failing = [code for code in FailureCode if not _mentioned(f"FailureCode.{code.name}")]
    return "\n".join(
        [
            f"* Refused in a configuration file, with a message of their own: {_code(tables)}.",
            *_told_if("Never told in a status", idle),
            *_told_if("Never sent, notifications", topics),
            *_told_if("Never sent, kinds of `python-server-alert`", kinds),
            *_told_if("Never answered, failure codes", failing),
            "* Every server is of kind `local`, and has no conditions.",
        ]
    )


def _told_if(what: str, words: Iterable[str]) -> list[str]:
    listed = _code(words)
    return [f"* {what}: {listed}."] if listed else []


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _field_names(cls: Any) -> tuple[str, ...]:
    return tuple(cls.__annotations__)


def _constant(topic: str) -> str:
    """The name under which the sources know a topic."""
    return next(name for name, value in vars(codes).items() if value == topic)


def _mentioned(name: str) -> bool:
    """Whether any source but the lists themselves makes use of a name."""
    lists = {SOURCES / "domain/errors.py", *(SOURCES / "protocol").iterdir()}
    word = re.compile(re.escape(name) + r"(?!\w)")
    return any(
        word.search(path.read_text("utf-8")) for path in SOURCES.rglob("*.py") if path not in lists
    )
