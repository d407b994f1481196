"""Following a server's log: what is there already, then what comes, each line once.

Owns the order and the seam between the two. Knows nothing of how a line looks or who ends it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from sidecar.client import SidecarClient

Json = Any
TOPIC = "python-log"


# As often as an eye can follow, and what it can read at a glance.
GLANCE = 0.1
GLANCE_LINES = 100


class LogLine(NamedTuple):
    """A line as it is shown; `partial` if it goes on in the next of its stream."""

    time: str
    stream: str
    line: str
    partial: bool


class LogLines:
    """Gives the lines of one server to `show(left_out, lines)`, each once and in order.

    For a reader, of a flood only the newest lines are shown at every glance and the others are
    counted: nobody could read them, and drawing them would keep the keys from being heard.
    """

    def __init__(
        self, show: Callable[[int, Sequence[LogLine]], None], *, for_reader: bool = False
    ) -> None:
        self._show = show
        self._for_reader = for_reader
        self._name: str | None = None
        self._seen = 0
        self._early: list[Mapping[str, Json]] | None = []
        self._left_out = 0
        self._waiting: deque[LogLine] = deque(maxlen=GLANCE_LINES if for_reader else None)
        self._glance: asyncio.TimerHandle | None = None

    def begin(self, name: str, answer: Mapping[str, Json]) -> None:
        """Show what `get_logs` answered, then the newer of what arrived meanwhile."""
        self._name = name
        self._show(0, log_lines(answer))
        self._seen = answer["next"]
        early, self._early = self._early or [], None
        for batch in early:
            self.take(batch)

    def take(self, batch: Mapping[str, Json]) -> None:
        """Show the lines of one `python-log` that have not been shown, now or soon."""
        if self._early is not None:
            self._early.append(batch)
            return
        if batch["name"] != self._name:
            return
        lines: list[str] = batch["text"].split("\n") if batch["count"] else []
        fresh = lines[max(0, self._seen + 1 - batch["seq"]) :]
        self._seen = max(self._seen, batch["seq"] + batch["count"] - 1)
        self._left_out += batch.get("dropped", 0)
        self._add(batch, fresh)
        if not self._for_reader:
            self.flush()
        elif self._glance is None:
            self._look()

    def flush(self) -> None:
        """Show what waits to be shown."""
        if self._waiting or self._left_out:
            self._show(self._left_out, tuple(self._waiting))
        self._left_out = 0
        self._waiting.clear()

    def _add(self, batch: Mapping[str, Json], lines: Sequence[str]) -> None:
        room = self._waiting.maxlen
        kept = lines if room is None else lines[-room:]
        before = len(self._waiting)
        for left, line in zip(range(len(kept) - 1, -1, -1), kept, strict=True):
            unfinished = left == 0 and batch.get("partial", False)
            self._waiting.append(LogLine(batch["time"], batch["stream"], line, unfinished))
        self._left_out += before + len(lines) - len(self._waiting)

    def _look(self) -> None:
        """Show at once after a pause; then gather until the next glance."""
        loop = asyncio.get_running_loop()
        self._glance = loop.call_later(GLANCE, self._look) if self._waiting else None
        self.flush()


def log_lines(answer: Mapping[str, Json]) -> list[LogLine]:
    """The lines of an answer to `get_logs`."""
    return [
        LogLine(entry["time"], entry["stream"], entry["line"], entry.get("partial", False))
        for entry in answer["entries"]
    ]


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
        lines.flush()
        await client.request("initialize", {"notifications": list(topics)})
