"""What every failed start has in common, whatever its cause."""

import re
from pathlib import Path
from typing import Any

from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.support.sidecar import LaunchSidecar, Sidecar


async def fails_to_start(launch: LaunchSidecar, spec: dict[str, Any], code: str) -> dict[str, Any]:
    """Starts the only server of a new sidecar and checks its failure; returns the answer."""
    client = await launch({"api": tracked(spec)})
    return await start_failing(client, code)


async def start_failing(client: Sidecar, code: str, name: str = "api") -> dict[str, Any]:
    """Starts server `name`, which must fail with `code`, and checks all that a failure promises.

    The message is plain, a hint says what to do, the state is `error` and says the same, the
    notifications agree, and no process of the server is left.
    """
    client.mark()
    answer = await client.request("start", name=name)

    assert answer["success"] is False, answer
    assert answer["error"]["code"] == code, answer
    assert len(answer["error"]["hint"]) > 10, answer
    assert "Traceback" not in answer["message"]
    status = answer["status"]
    assert status["status"] == "error", answer
    assert status["lastError"], answer
    assert "pid" not in status
    assert "uptime" not in status
    asked = await client.request("get_status", name=name)
    assert (asked["status"], asked["lastError"]) == ("error", status["lastError"])
    told = [one["status"] for one in client.since_mark("python-server-status")]
    assert told == ["starting", "error"], told
    stops = client.since_mark("python-server-stopped")
    assert len(stops) == (1 if code in {"EXITED_EARLY", "READY_TIMEOUT"} else 0), stops
    assert not any(one["expected"] for one in stops)
    assert client.since_mark("python-server-ready") == []
    assert server_processes(client, name) == {}
    return answer


def says(answer: dict[str, Any], *patterns: str) -> None:
    """Asserts that the message and `lastError` both match every one of `patterns`."""
    for text in (answer["message"], answer["status"]["lastError"]):
        for pattern in patterns:
            assert re.search(pattern, text, re.IGNORECASE), f"no {pattern!r} in {text!r}"


def tail_of(answer: dict[str, Any]) -> str:
    """The last lines that came with the failure."""
    return "\n".join(answer["error"]["data"]["tail"])


def module(folder: Path, name: str, source: str, **settings: Any) -> dict[str, Any]:
    """An app in the file NAME.py of `folder`, with a port of its own choice."""
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    return {"app": f"{name}:app", "cwd": str(folder), "port": 0, **settings}
