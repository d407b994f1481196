"""Health settings that make the checks quick."""

from typing import Any


def checked(**settings: Any) -> dict[str, Any]:
    """A `health` table: asks `/health` ten times a second, and twice before it is sure."""
    return {"http": "/health", "interval": 0.1, "timeout": 5.0, "failures": 2, **settings}
