"""How a refused request is put into words, wherever it is shown."""

from typing import Any, cast


def refusal_text(message: str, data: Any = None) -> str:
    """The message and the setting it is about, unless it says so itself or there is no doubt."""
    field = cast("dict[str, Any]", data).get("field") if isinstance(data, dict) else None
    if not isinstance(field, str) or field in message or field == "name":
        return message
    return f"{message} (at {field})"
