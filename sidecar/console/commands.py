"""The console's commands: which words there are, what they mean, and what was probably meant.

Knows nothing of the terminal, nor of how a request is sent or its result shown.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sidecar.console import arguments
from sidecar.console.arguments import Invocation, UsageError


@dataclass(frozen=True, slots=True)
class Command:
    """A word of the language; `parse` turns the rest of the line into an invocation."""

    usage: str
    summary: str
    parse: Callable[[str], Invocation]
    flags: tuple[str, ...] = ()
    takes_name: bool = True

    @property
    def name(self) -> str:
        """The word itself."""
        return self.usage.split()[0]


COMMANDS: Mapping[str, Command] = {
    command.name: command
    for command in (
        Command(
            "start [name]",
            "start a server and wait until it is ready",
            arguments.plain("start", "start"),
        ),
        Command(
            "stop [name] [--force]",
            "stop a server and all it started",
            arguments.forcible("stop"),
            ("--force",),
        ),
        Command(
            "restart [name] [--force]",
            "stop it, start it again",
            arguments.forcible("restart"),
            ("--force",),
        ),
        Command("status [name]", "all servers, or one in detail", arguments.status),
        Command(
            "logs [name] [-f] [-n N]", "the newest lines; -f follows", arguments.logs, ("-f", "-n")
        ),
        Command(
            "metrics [name]",
            "processor, memory, processes",
            arguments.plain("metrics", "get_metrics"),
        ),
        Command(
            "clear [name]", "forget the lines kept so far", arguments.plain("clear", "clear_logs")
        ),
        Command(
            "set [name] key=value …",
            "change a setting, e.g. port=8130 env.LEVEL=debug",
            arguments.change,
        ),
        Command(
            "call METHOD [json]",
            "any request, answered as JSON",
            arguments.any_request,
            takes_name=False,
        ),
        Command("help", "this list", arguments.bare("help"), takes_name=False),
        Command(
            "quit",
            "stop every server and leave (also Ctrl-D)",
            arguments.bare("quit"),
            takes_name=False,
        ),
    )
}
ALIASES: Mapping[str, str] = {"exit": "quit", "ls": "status", "list": "status", "?": "help"}


def parse(line: str) -> Invocation | None:
    """Understand a line; None for an empty one or a comment. Raises UsageError."""
    word, _, rest = line.strip().partition(" ")
    if not word or word.startswith("#"):
        return None
    command = COMMANDS.get(word) or COMMANDS.get(ALIASES.get(word, ""))
    if command is None:
        close = difflib.get_close_matches(word, COMMANDS, n=1)
        advice = f"did you mean `{close[0]}`?" if close else "`help` lists them"
        raise UsageError(f"there is no command `{word}`; {advice}")
    try:
        return command.parse(rest.strip())
    except UsageError as error:
        raise UsageError(f"{error}; usage: {command.usage}") from None
