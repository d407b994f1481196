"""The prompt a person types at: completion, history, and output that appears above it.

The only place that knows prompt_toolkit.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout

from sidecar.console.commands import COMMANDS

SETTINGS = ("port=", "host=", "portConflict=", "env.")
DOTS = {"running": "ansigreen", "error": "ansired", "stopped": "ansibrightblack"}

Statuses = Mapping[str, Mapping[str, Any]]


class PromptInput:
    """Lines from a terminal.

    `statuses` and `methods` are read anew for every completion and for the bar at the bottom.
    """

    def __init__(self, statuses: Statuses, methods: Sequence[str], history_file: Path) -> None:
        self._statuses = statuses
        self._session: PromptSession[str] = PromptSession(
            completer=Words(statuses, methods),
            complete_while_typing=False,
            auto_suggest=AutoSuggestFromHistory(),
            history=_history(history_file),
            bottom_toolbar=self._bar,
        )

    async def next_line(self, prompt: str) -> str | None:
        """The next line, None when the person leaves; Ctrl-C discards what was typed."""
        try:
            with patch_stdout(raw=True):
                return await self._session.prompt_async(prompt)
        except KeyboardInterrupt:
            return ""
        except EOFError:
            return None

    def redraw(self) -> None:
        """Show changed statuses in the bar."""
        self._session.app.invalidate()

    def _bar(self) -> StyleAndTextTuples:
        parts: StyleAndTextTuples = []
        for name, status in self._statuses.items():
            word = status["status"]
            parts.append((DOTS.get(word, "ansicyan") + " noreverse", " ● "))
            port = f":{status['port']} " if status["port"] else ""
            parts.append(("noreverse", f"{name} {word} {port}"))
        return parts


class Words(Completer):
    """Completes the command, then what may follow it."""

    def __init__(self, statuses: Statuses, methods: Sequence[str]) -> None:
        self._statuses = statuses
        self._methods = methods

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        words = document.text_before_cursor.split(" ")
        word = words[-1]
        for candidate in self._candidates([known for known in words[:-1] if known]):
            if candidate.startswith(word):
                yield Completion(candidate, start_position=-len(word))

    def _candidates(self, before: list[str]) -> Iterable[str]:
        if not before:
            return COMMANDS
        command = COMMANDS.get(before[0])
        if command is None:
            return ()
        if command.name == "call":
            return self._methods if len(before) == 1 else ()
        names = self._statuses if command.takes_name and len(before) == 1 else ()
        return [*names, *command.flags, *(SETTINGS if command.name == "set" else ())]


class _DiscreetHistory(FileHistory):
    """Keeps lines with values of environment variables out of the file: they may be secrets."""

    def store_string(self, string: str) -> None:
        if "env" not in string:
            super().store_string(string)


def _history(file: Path) -> History:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError as error:
        sys.stderr.write(f"no history is kept: {error}\n")
        return InMemoryHistory()
    return _DiscreetHistory(str(file))
