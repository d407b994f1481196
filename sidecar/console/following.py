"""Following a server's log: what is there already, then what comes, each line once.

Owns the order and the seam between the two. Knows nothing of how a line looks or who ends it.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sidecar.client import SidecarClient

Json = Any
TOPIC = "python-log"


class LogLines:
    """Gives each line of one server to `show(time, stream, line, partial)`, and gaps to `gap`.

    Of a flood, only the last `at_once` lines of a batch are shown: nobody could read more, and
    drawing them would keep the keys from being heard.
    """

    def __init__(
        self,
        show: Callable[[str, str, str, bool], None],
        gap: Callable[[int], None],
        at_once: int | None = None,
    ) -> None:
        self._show = show
        self._gap = gap
        self._at_once = at_once
        self._name: str | None = None
        self._seen = 0
        self._early: list[Mapping[str, Json]] | None = []

    def begin(self, name: str, answer: Mapping[str, Json]) -> None:
        """Show what `get_logs` answered, then the newer of what arrived meanwhile."""
        self._name = name
        for entry in answer["entries"]:
            self._show(entry["time"], entry["stream"], entry["line"], entry.get("partial", False))
        self._seen = answer["next"]
        early, self._early = self._early or [], None
        for batch in early:
            self.take(batch)

    def take(self, batch: Mapping[str, Json]) -> None:
        """Show the lines of one `python-log` that have not been shown."""
        if self._early is not None:
            self._early.append(batch)
            return
        if batch["name"] != self._name:
            return
        lines: list[str] = batch["text"].split("\n") if batch["count"] else []
        fresh = lines[max(0, self._seen + 1 - batch["seq"]) :]
        shown = fresh[-self._at_once :] if self._at_once else fresh
        if missing := batch.get("dropped", 0) + len(fresh) - len(shown):
            self._gap(missing)
        for left, line in zip(range(len(shown) - 1, -1, -1), shown, strict=True):
            unfinished = left == 0 and batch.get("partial", False)
            self._show(batch["time"], batch["stream"], line, unfinished)
        self._seen = max(self._seen, batch["seq"] + batch["count"] - 1)


@asynccontextmanager
async def following(
    client: SidecarClient,
    topics: tuple[str, ...],
    params: Mapping[str, Json],
    lines: LogLines,
) -> AsyncGenerator[None]:
    """While inside, `lines` gets the log; `topics` are what the client hears of otherwise.

    Log notifications are asked for only now, because a flood of them is work for both sides.
    """

    def listen(topic: str, batch: dict[str, Json]) -> None:
        if topic == TOPIC:
            lines.take(batch)

    # The answer does not say whose lines they are when the name was left to the sidecar.
    name = params.get("name") or (await client.request("get_status"))["name"]
    unsubscribe = client.subscribe(listen)
    try:
        await client.request("initialize", {"notifications": [*topics, TOPIC]})
        lines.begin(name, await client.request("get_logs", params))
        yield
    finally:
        unsubscribe()
        await client.request("initialize", {"notifications": list(topics)})
