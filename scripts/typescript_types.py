"""Writes the JSON Schema of the protocol, from which `electron-bridge` makes its TypeScript types.

The schemas are those of the OpenRPC document; here they only get the names that a programmer looks
for, and a place in one file. What TypeScript they become is decided by
`electron-bridge/scripts/generate-types.mjs`. With `--check` nothing is written: the exit code is 1
when the file is not what would be written.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final, cast, get_args

from sidecar.domain import events, spec
from sidecar.protocol import codes, messages, notices, values
from sidecar.protocol.failures import FAILURES
from sidecar.protocol.interface import METHODS, NOTIFICATIONS
from sidecar.protocol.openrpc import document

Json = dict[str, Any]

ROOT: Final = Path(__file__).parents[1]
SCHEMA: Final = ROOT / "electron-bridge" / "src" / "shared" / "generated" / "protocol.schema.json"

WORDS: Final = {
    "AlertKind": (notices.AlertKind, "What an alert is about."),
    "Condition": (messages.Condition, "Where registry, heartbeat and supervisord disagree."),
    "Handoff": (spec.Handoff, "Whether a server is given its socket, and how it is replaced."),
    "Health": (messages.Health, "What a health check says."),
    "HealthAction": (spec.HealthAction, "What is done about an unhealthy server."),
    "PortConflict": (spec.PortConflict, "What is done when a port is taken."),
    "RestartPolicy": (spec.RestartWhen, "After which ends of its own a server is restarted."),
    "ServerKind": (messages.Kind, "Who runs a server."),
    "Stream": (events.Stream, "Where a server wrote something."),
    "Topic": (values.Topic, "The name of a notification."),
}
"""Sets of words that pydantic writes out wherever they are used; programs want a name for each."""

_PUBLISHED: Final = "#/components/schemas/"
_DEFINED: Final = "#/$defs/"


def render() -> str:
    """The whole file."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def schema() -> Json:
    """Every shape under `$defs`; beside it what each method, topic and failure refers to."""
    openrpc = document()
    shapes: Json = openrpc["components"]["schemas"]
    words = {name: _words(name, type_, about) for name, (type_, about) in WORDS.items()}
    results: Json = {entry["name"]: entry["result"]["schema"] for entry in openrpc["methods"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "protocol.schema.json",
        "title": "The protocol of the Python server sidecar",
        "description": "Written by scripts/typescript_types.py from the sidecar's models.",
        "protocolVersion": codes.PROTOCOL_VERSION,
        "methods": {
            method.name: {
                "summary": method.summary,
                "params": {"$ref": _DEFINED + method.params.__name__},
                "result": _with_names(results[method.name]),
                "errors": list(method.errors),
            }
            for method in METHODS
        },
        "notifications": {
            notice.topic: {
                "summary": notice.summary,
                "params": {"$ref": _DEFINED + notice.params.__name__},
            }
            for notice in NOTIFICATIONS
        },
        "errors": {
            name: {"code": code, "summary": codes.ERRORS[code]}
            for name, code in vars(codes).items()
            if isinstance(code, int)
        },
        "failures": {
            code.value: {
                "summary": meaning.text,
                **({"data": {"$ref": _DEFINED + meaning.data.__name__}} if meaning.data else {}),
            }
            for code, meaning in FAILURES.items()
        },
        "$defs": dict(sorted({**words, **_with_names(shapes)}.items())),
    }


def _words(name: str, type_: Any, about: str) -> Json:
    return {"title": name, "description": about, "enum": list(get_args(type_)), "type": "string"}


def _with_names(node: Any) -> Any:
    """`node` with references into `$defs`, and with the name of a set of words in its place."""
    if isinstance(node, list):
        return [_with_names(item) for item in cast(list[Any], node)]
    if not isinstance(node, dict):
        return node
    given = cast(Json, node)
    name = _name_of_words(given)
    if name is not None:
        rest = {key: value for key, value in given.items() if key not in ("enum", "type")}
        return {"$ref": _DEFINED + name, **rest}
    return {
        key: _DEFINED + value.removeprefix(_PUBLISHED) if key == "$ref" else _with_names(value)
        for key, value in given.items()
    }


def _name_of_words(node: Json) -> str | None:
    found = node.get("enum")
    if not isinstance(found, list):
        return None
    words = tuple(cast(list[Any], found))
    return next((name for name, (type_, _) in WORDS.items() if get_args(type_) == words), None)


def main(arguments: list[str]) -> int:
    """Writes or checks the file; returns the exit code."""
    parser = argparse.ArgumentParser(description="Writes the protocol's JSON Schema.")
    parser.add_argument("--check", action="store_true", help="only tell whether it is up to date")
    parser.add_argument("path", nargs="?", type=Path, default=SCHEMA, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    path: Path = options.path
    wanted = render()
    if not options.check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted, "utf-8")
        return 0
    if path.exists() and path.read_text("utf-8") == wanted:
        return 0
    sys.stderr.write(f"{path.name} is not what the models say; write it again with: make docs\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
