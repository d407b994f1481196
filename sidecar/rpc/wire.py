"""Domain values as JSON: keys in camelCase, absent values as absent keys."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

import orjson

Json = Any


def to_wire(value: object) -> Json:
    """A named tuple as an object, whatever it holds likewise; anything else as it is."""
    if not isinstance(value, tuple | list):
        return value
    items = cast(Sequence[object], value)
    keys = _wire_keys(type(items))
    if keys is None:
        return [to_wire(item) for item in items]
    return {key: to_wire(item) for key, item in zip(keys, items, strict=True) if item is not None}


@cache
def _wire_keys(cls: type[Sequence[object]]) -> tuple[str, ...] | None:
    """The keys of a kind of named tuple; None for a plain sequence."""
    names: tuple[str, ...] | None = getattr(cls, "_fields", None)
    return None if names is None else tuple(map(_camel_case, names))


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


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
