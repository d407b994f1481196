"""One session with a sidecar: sends what an invocation asks for and prints what comes of it.

Owns the known statuses and whether anything failed. Knows nothing of where lines come from.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import orjson
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from sidecar.client import RpcError, SidecarClient
from sidecar.console import rendering
from sidecar.console.arguments import Invocation, UsageError
from sidecar.console.commands import COMMANDS
from sidecar.console.following import LogLine, LogLines, following, log_lines

# Logs only while they are followed: a flood nobody looks at would be work for nothing.
TOPICS = ("python-server-status", "python-server-stopped", "python-server-alert")

ALIVE = frozenset({"starting", "running", "stopping"})

Json = dict[str, Any]

RENDERERS: Mapping[str, Callable[[Any], RenderableType]] = {
    "start": rendering.response,
    "stop": rendering.response,
    "restart": rendering.response,
    "update_server": rendering.response,
    "list_servers": rendering.status_table,
    "get_status": rendering.status_detail,
    "get_metrics": rendering.metrics,
    "clear_logs": lambda result: Text(f"✓ {result['cleared']} lines forgotten"),
}


class Session:
    """Runs invocations one after another; `changed` is called when `statuses` did."""

    def __init__(self, client: SidecarClient, console: Console) -> None:
        self.statuses: dict[str, Json] = {}
        self.methods: list[str] = []
        self.failed = False
        self.changed: Callable[[], None] = lambda: None
        self._busy = False
        self._client = client
        self._console = console
        client.subscribe(self._hear)

    async def open(self) -> None:
        """Introduce the client and learn what is there; raises SidecarGone."""
        about = {"name": "sidecar-console"}
        greeting = await self._client.request(
            "initialize", {"clientInfo": about, "notifications": list(TOPICS)}
        )
        self.statuses.update((status["name"], status) for status in greeting["servers"])

    async def learn_methods(self) -> None:
        """Ask which methods there are, for completion."""
        document = await self._client.request("rpc.discover")
        self.methods[:] = [method["name"] for method in document["methods"]]

    def refuse(self, error: UsageError) -> None:
        """Say why a line could not be understood."""
        self.failed = True
        self._console.print(rendering.refusal(str(error)))

    async def run(self, invocation: Invocation) -> None:
        """Do what a line asks, but for following a log and leaving; raises SidecarGone."""
        if invocation.command == "help":
            self._console.print(_help())
            return
        self._busy = True
        try:
            # The sidecar limits every operation by the server's own settings.
            result = await self._client.request(
                invocation.method, invocation.params or None, timeout=None
            )
        except RpcError as error:
            self.failed = True
            prefix = f"{invocation.method}: " if invocation.command == "call" else ""
            self._console.print(rendering.refusal(prefix + error.message, error.data))
            return
        finally:
            self._busy = False
        if isinstance(result, dict) and cast("Json", result).get("success") is False:
            self.failed = True
        self._print(invocation, result)

    async def follow(self, invocation: Invocation, until: Callable[[], Any]) -> str | None:
        """Show the log as it grows until `until()` is answered; returns that answer."""
        lines = LogLines(self._show_log, for_reader=self._console.is_terminal)
        try:
            async with following(self._client, TOPICS, invocation.params, lines):
                return await until()
        except RpcError as error:
            self.failed = True
            self._console.print(rendering.refusal(error.message, error.data))
            return ""

    async def close(self) -> None:
        """Stop every server in its own time."""
        running = [name for name, one in self.statuses.items() if one["status"] in ALIVE]
        if running:
            self._console.print(f"stopping {', '.join(running)}", style="bright_black")
        await self._client.request("shutdown", timeout=None)

    def _print(self, invocation: Invocation, result: Any) -> None:
        if invocation.method == "get_logs" and invocation.command == "logs":
            self._show_log(0, log_lines(result))
        elif invocation.command == "call":
            self._console.print(
                orjson.dumps(result, option=orjson.OPT_INDENT_2).decode(), soft_wrap=True
            )
        else:
            self._console.print(RENDERERS[invocation.method](result))

    def _show_log(self, left_out: int, lines: Sequence[LogLine]) -> None:
        if left_out:
            self._console.print(rendering.dropped(left_out))
        if lines:
            texts = (rendering.log_line(*line) for line in lines)
            self._console.print(Text("\n").join(texts), soft_wrap=True)

    def _hear(self, topic: str, params: Json) -> None:
        if topic == "python-server-status":
            self.statuses[params["name"]] = params
            self.changed()
        if (line := rendering.news(topic, params, awaited=self._busy)) is not None:
            self._console.print(line)


def _help() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for command in COMMANDS.values():
        table.add_row(command.usage, command.summary)
    table.caption = "A name may be left out when there is only one server. Tab completes."
    table.caption_justify = "left"
    return table
