"""Domain values as JSON: keys in camelCase, absent values as absent keys."""

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, cast

import orjson

Json = Any


@cache
def _wire_names(cls: type) -> tuple[tuple[str, str], ...]:
    return tuple((item.name, _camel_case(item.name)) for item in fields(cls))


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def to_wire(value: object) -> Json:
    """A dataclass as an object, whatever it holds likewise; anything else as it is."""
    if not is_dataclass(value) or isinstance(value, type):
        if isinstance(value, tuple | list):
            return [to_wire(item) for item in cast(Sequence[object], value)]
        return value
    wire: dict[str, Json] = {}
    for name, key in _wire_names(type(value)):
        item = getattr(value, name)
        if item is not None:
            wire[key] = item if isinstance(item, str | int | float) else to_wire(item)
    return wire


def encode(message: Json) -> bytes:
    """A message as UTF-8 JSON; what UTF-8 cannot hold (half a surrogate pair) is replaced."""
    try:
        return orjson.dumps(message)
    except TypeError:
        return orjson.dumps(_map_text(message, _presentable))


def _presentable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _map_text(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        items = cast(dict[str, Json], value).items()
        return {change(key): _map_text(item, change) for key, item in items}
    if isinstance(value, list):
        return [_map_text(item, change) for item in cast(list[Json], value)]
    return value
