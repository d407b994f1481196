"""What the notifications of a sidecar tell of a server's life, without their repetitions."""

from itertools import groupby
from typing import Any

from tests.support.sidecar import Sidecar


def statuses(client: Sidecar) -> list[str]:
    """The statuses since the mark; those that tell something else of the same one count once."""
    told = (params["status"] for params in client.since_mark("python-server-status"))
    return [status for status, _ in groupby(told)]


def story(client: Sidecar, *wanted: str) -> list[str]:
    """What was told since the mark, of what is `wanted`: topics, and statuses by their names."""
    recent = client.notifications[len(client.notifications) - len(client.since_mark()) :]
    told = (
        params["status"] if topic == "python-server-status" else topic for topic, params in recent
    )
    return [one for one, _ in groupby(told) if one in wanted]


def alerts(client: Sidecar, kind: str) -> list[dict[str, Any]]:
    """The alerts of `kind` since the mark."""
    return [one for one in client.since_mark("python-server-alert") if one["kind"] == kind]


async def until_restarted(client: Sidecar, old_pid: int, timeout: float = 10.0) -> dict[str, Any]:
    """The status that tells since the mark that the server runs as another process."""
    return await client.until(
        "python-server-status",
        lambda told: told["status"] == "running" and told["pid"] != old_pid,
        timeout,
    )
