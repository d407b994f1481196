"""How `update_server` combines what was written for a server with what a client changes.

Tables are merged key by key; what can only be had instead of something else replaces it.
"""

from collections.abc import Mapping
from typing import Any, cast

from sidecar.config.kinds import Table
from sidecar.config.rules import READY_KINDS
from sidecar.config.settings import ServerSettings
from sidecar.config.shape import Given, kinds_of

# Naming the key replaces the others: they mean nothing beside it.
_REPLACED_BY = {"app": ("command",), "command": ("app", "python", "args")}


def without_removed(changes: Mapping[str, object]) -> Mapping[str, object]:
    """The changes without the variables that a null removes; all that is left has a value."""
    if not isinstance(cast(object, changes), Mapping):
        return changes
    env = changes.get("env")
    if not isinstance(env, Mapping):
        return changes
    variables = cast(Mapping[str, object], env)
    kept = {name: value for name, value in variables.items() if value is not None}
    return {**changes, "env": kept}


def merged(old: Given, partial: Given, changes: Mapping[str, object]) -> Given:
    """What is written for the server afterwards; `partial` is `changes` without the removals."""
    replaced = {other for name in partial for other in _REPLACED_BY.get(name, ())}
    result = {name: value for name, value in old.items() if name not in replaced}
    kinds = kinds_of(ServerSettings)
    for name, value in partial.items():
        if name == "env":
            result[name] = _merged_env(result.get(name, {}), value, changes)
        elif isinstance(kinds[name], Table):
            result[name] = _merged_table(name, result.get(name, {}), value)
        else:
            result[name] = value
    return result


def _merged_env(
    old: Mapping[str, str], new: Mapping[str, str], changes: Mapping[str, object]
) -> dict[str, str]:
    removed = cast(Mapping[str, object], changes["env"]).keys() - new.keys()
    return {name: value for name, value in {**old, **new}.items() if name not in removed}


def _merged_table(name: str, old: Given, new: Given) -> dict[str, Any]:
    rivals = READY_KINDS if name == "ready" and any(kind in new for kind in READY_KINDS) else ()
    return {key: value for key, value in old.items() if key not in rivals} | new
