"""Writes a configuration as TOML, for the types that configurations are made of."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_config(path: Path, servers: Mapping[str, Any], **tables: Any) -> Path:
    """Writes `[servers.NAME]` for each server and the other top level tables to `path`."""
    text = "\n".join(
        [f"[servers.{_key(name)}]\n{_lines(spec)}" for name, spec in servers.items()]
        + [f"[{_key(name)}]\n{_lines(table)}" for name, table in tables.items()]
    )
    path.write_text(text, encoding="utf-8")
    return path


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else _string(name)


def _string(text: str) -> str:
    # TOML's basic strings are JSON's, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str() | Path():
            return _string(str(value))
        case Mapping():
            pairs = (f"{_key(str(key))} = {_value(item)}" for key, item in value.items())
            return "{ " + ", ".join(pairs) + " }"
        case Sequence():
            return "[" + ", ".join(_value(item) for item in value) + "]"
        case _:
            raise TypeError(f"no TOML for {value!r}")
