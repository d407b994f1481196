"""Markdown out of values: tables, and JSON schemas in words. Knows nothing of the protocol."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

Json = dict[str, Any]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell or " " for cell in line) + " |" for line in lines)


def type_text(schema: Json, linked: Callable[[str], str]) -> str:
    """A schema in words; `linked` tells what stands for a named one."""
    if (reference := schema.get("$ref")) is not None:
        return linked(reference.rpartition("/")[2])
    if "const" in schema:
        return f"`{str(schema['const']).lower()}`"
    if "enum" in schema:
        *others, last = (f"`{option}`" for option in schema["enum"])
        return f"{', '.join(others)} or {last}"
    if "anyOf" in schema:
        return " or ".join(type_text(option, linked) for option in schema["anyOf"])
    match schema["type"]:
        case "array" if "prefixItems" in schema:
            return f"[{'; '.join(type_text(item, linked) for item in schema['prefixItems'])}]"
        case "array":
            return f"list of {type_text(schema['items'], linked)}"
        case "object":
            values = schema.get("additionalProperties")
            return (
                f"object of {type_text(cast(Json, values), linked)}"
                if isinstance(values, dict)
                else "object"
            )
        case "boolean":
            return "true or false"
        case "string":
            return "time" if schema.get("format") == "date-time" else "string"
        case other:
            return other + _bounds(schema)


def _bounds(schema: Json) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    if low is not None:
        return f", {low} or more"
    return " above 0" if schema.get("exclusiveMinimum") == 0 else ""


def default_text(schema: Json) -> str:
    """The default that a schema tells, empty without one."""
    if "default" not in schema:
        return ""
    value = schema["default"]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f'`"{value}"`' if isinstance(value, str) else f"`{str(value).lower()}`"
