"""How the tour looks: every message that crosses the pipe, one entry each, with its time.

Knows the shape of JSON-RPC and nothing of what is being shown.
"""

import time
from typing import Any, Literal, cast

import orjson
from rich.cells import chop_cells
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

LONGEST_STRING = 100
LONGEST_LIST = 3
LONGEST_MESSAGE = 420
# Without a terminal there is no width to keep to, only a reader's patience.
PLAIN_WIDTH = 160
NARROWEST = 20

Json = Any


class View:
    """The terminal; `trace` fits `SidecarClient.trace`."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._sent: dict[Json, float] = {}
        self.messages = 0
        plain = Console(markup=False, emoji=False, highlight=False)
        self._console = (
            plain
            if plain.is_terminal
            else Console(markup=False, emoji=False, highlight=False, width=PLAIN_WIDTH)
        )

    def explain(self) -> None:
        """Say how to read what follows."""
        self._console.print(
            Text.assemble(
                "Each message as it crossed the pipe: ",
                ("→ request", "cyan"),
                ", ",
                ("← answer", "green"),
                " with its round trip, ",
                ("← notification", "yellow"),
                "; times since the launch.",
            )
        )

    def step(self, title: str) -> None:
        """Begin a chapter."""
        self._console.print()
        self._console.print(Rule(Text(title, style="bold"), align="left", style="bright_black"))

    def say(self, text: str) -> None:
        """Tell what happens beside the pipe."""
        self._entry("·    ", text, "magenta")

    def trace(self, direction: Literal["->", "<-"], body: bytes) -> None:
        """Show a message as it crosses."""
        self.messages += 1
        message = orjson.loads(body)
        trip, style = self._describe(direction, message)
        mark = "→" if direction == "->" else "←"
        number = f"#{message['id']}" if "id" in message else ""
        self._entry(f"{mark} {number:>3}", shorten(message), style, trip)

    def verdict(self, checks: list[tuple[str, bool, str]]) -> None:
        """Show what was claimed and whether it held."""
        self.step("what was claimed, and what was seen")
        table = Table(box=None, show_header=False, pad_edge=False)
        for claim, held, seen in checks:
            mark = Text("✓", style="bold green") if held else Text("✗", style="bold red")
            table.add_row(mark, claim, Text(seen, style="bright_black"))
        self._console.print(table)
        failed = sum(not held for _, held, _ in checks)
        seconds = time.perf_counter() - self._started
        self._console.print(
            f"\n{len(checks) - failed} of {len(checks)} held; "
            f"{self.messages} messages in {seconds:.1f} s",
            style="bold red" if failed else "bold green",
        )

    def since_start(self) -> float:
        """Milliseconds since the sidecar was launched."""
        return (time.perf_counter() - self._started) * 1000

    def _describe(self, direction: str, message: Json) -> tuple[str, str]:
        """The time since the request, for an answer, and the colour."""
        if direction == "->":
            self._sent[message.get("id")] = time.perf_counter()
            return "", "cyan"
        if "method" in message:
            return "", "yellow"
        took = (time.perf_counter() - self._sent.pop(message["id"])) * 1000
        return f"{took:.1f} ms", "bold red" if "error" in message else "green"

    def _entry(self, mark: str, body: str, style: str, trip: str = "") -> None:
        margin = f"{self.since_start():9.1f} ms {mark} {trip:>9}  "
        first, *more = chop_cells(body, max(self._console.width - len(margin), NARROWEST))
        line = Text.assemble((margin[:13], "bright_black"), (margin[13:], style), (first, style))
        for rest in more:
            line.append(f"\n{' ' * len(margin)}{rest}", style)
        self._console.print(line, soft_wrap=True)


def shorten(message: Json) -> str:
    """Compact JSON of a message with long strings and lists cut, and marked where they are."""
    text = orjson.dumps(_abridge(message)).decode()
    if len(text) <= LONGEST_MESSAGE:
        return text
    return f"{text[:LONGEST_MESSAGE]}… ({len(orjson.dumps(message)):,} bytes)"


def _abridge(value: Json) -> Json:
    if isinstance(value, str) and len(value) > LONGEST_STRING:
        return f"{value[:LONGEST_STRING]}… ({len(value):,} characters)"
    if isinstance(value, list):
        items = cast("list[Json]", value)
        more = len(items) - LONGEST_LIST
        kept = [_abridge(item) for item in items[:LONGEST_LIST]]
        return [*kept, f"… {more} more"] if more > 0 else kept
    if isinstance(value, dict):
        members = cast("dict[str, Json]", value)
        return {key: _abridge(member) for key, member in members.items()}
    return value
