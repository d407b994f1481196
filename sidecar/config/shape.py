"""Whether what was written has the shape of a server's settings: known keys, right types.

Knows nothing of what the values mean; that is for `rules`.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import fields
from typing import Any, cast

from sidecar.config.kinds import Kind, Table
from sidecar.config.problems import Problem, Style, below, unknown_key
from sidecar.config.settings import ServerSettings

# The keys that were given, in snake_case, and their values; tables nested in the same way.
Given = dict[str, Any]


def read_server(raw: object, style: Style) -> tuple[Given, list[Problem]]:
    """The settings in `raw`, as far as they are sound, and what is wrong with the others."""
    if not isinstance(raw, Mapping):
        hint = "" if style.camel_case else "; settings stand below a header [servers.NAME]"
        return {}, [Problem((), f"should be {style.table}{hint}")]
    return read_table(ServerSettings, cast(Mapping[str, object], raw), style)


def read_table(
    cls: type, written: Mapping[str, object], style: Style
) -> tuple[Given, list[Problem]]:
    """The keys of `written` that the fields of `cls` accept, and what is wrong with the others."""
    given: Given = {}
    problems: list[Problem] = []
    kinds = kinds_of(cls)
    spelled = {style.spell(name): name for name in kinds}
    for written_name, value in written.items():
        name = spelled.get(written_name)
        if name is None:
            problems.append(Problem((written_name,), unknown_key(written_name, spelled)))
            continue
        sound, found = _read_value(kinds[name], value, style)
        problems += below((written_name,), found)
        if not found or isinstance(kinds[name], Table):
            given[name] = sound
    return given, problems


def _read_value(kind: Kind, value: object, style: Style) -> tuple[Any, list[Problem]]:
    if not isinstance(kind, Table):
        # a copy: what was checked cannot be changed afterwards by who handed it in
        return copy(value), list(kind.problems(value, style))
    if not isinstance(value, Mapping):
        return {}, [Problem((), f"should be {style.table}")]
    return read_table(kind.of, cast(Mapping[str, object], value), style)


def kinds_of(cls: type) -> dict[str, Kind]:
    """The kinds of a dataclass of settings, by key."""
    return {item.name: item.metadata["kind"] for item in fields(cls)}


def build(given: Given) -> ServerSettings:
    """The settings with defaults for all that was not given."""
    tables = {
        name: kind.of(**given[name])
        for name, kind in kinds_of(ServerSettings).items()
        if isinstance(kind, Table) and name in given
    }
    return ServerSettings(**(given | tables))
