"""``sidecar console``: reads a line, runs it, prints what came of it, until the person leaves.

Owns the loop, Ctrl-C and the exit code. With a terminal it prompts; otherwise it reads commands
line by line, and then the exit code tells whether one of them failed.
"""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Coroutine, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any, Protocol, cast

from rich.console import Console
from rich.text import Text

from sidecar.client import RpcError, SidecarClient, SidecarGone
from sidecar.console import rendering
from sidecar.console.arguments import Invocation, UsageError
from sidecar.console.commands import parse
from sidecar.console.script import ScriptInput
from sidecar.console.session import Session
from sidecar.console.signals import on_signal
from sidecar.folders import history_file

PROMPT = "sidecar> "
FOLLOW_PROMPT = "following the log, Enter ends it> "
# Wide enough for any table, where no screen sets a limit.
SCRIPT_WIDTH = 200

SUCCEEDED = 0
FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130
TERMINATED = 143


class Input(Protocol):
    """Where lines come from."""

    async def next_line(self, prompt: str) -> str | None:
        """The next line, None at the end."""
        ...


def run_console(stdio_args: Sequence[str]) -> int:
    """Run a console on a sidecar of its own; returns the exit code."""
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="replace")  # an old code page has no marks and dots
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    width = None if interactive else SCRIPT_WIDTH
    console = Console(markup=False, emoji=False, highlight=False, width=width)
    try:
        return asyncio.run(_run(stdio_args, console, interactive=interactive))
    except KeyboardInterrupt:
        return INTERRUPTED
    except asyncio.CancelledError:
        return TERMINATED


async def _run(stdio_args: Sequence[str], console: Console, *, interactive: bool) -> int:
    this = cast("asyncio.Task[int]", asyncio.current_task())
    # An orderly end on SIGTERM too: the prompt has changed the terminal's modes.
    with on_signal(signal.SIGTERM, this.cancel):
        return await _run_sidecar(stdio_args, console, interactive=interactive)


async def _run_sidecar(stdio_args: Sequence[str], console: Console, *, interactive: bool) -> int:
    # On a terminal the sidecar's own log is shown by us, so that it does not cross the prompt.
    client = await SidecarClient.launch(*stdio_args, stderr=PIPE if interactive else None)
    async with asyncio.TaskGroup() as tasks:
        if client.stderr is not None:
            tasks.create_task(_show_log(client.stderr, console))
        async with client:
            try:
                return await _Conversation(client, console, interactive=interactive).hold()
            except SidecarGone:
                exit_code = await client.wait()
    if exit_code == WRONG_USAGE:  # its own line on stderr has told what is wrong
        return WRONG_USAGE
    console.print(rendering.refusal(_last_words(exit_code)))
    return FAILED


class _Conversation:
    """One person or script and one sidecar."""

    def __init__(self, client: SidecarClient, console: Console, *, interactive: bool) -> None:
        self._client = client
        self._console = console
        self._interactive = interactive
        self._session = Session(client, console)
        self._gone = asyncio.create_task(client.wait())
        self._source: Input

    async def hold(self) -> int:
        """Talk until either side leaves; raises SidecarGone."""
        await self._session.open()
        if self._interactive:
            self._source = self._prompt()
            await self._welcome()
        else:
            self._source = ScriptInput()
        line = await self._next_line()
        while line is not None:
            line = await self._answer(line)
        await self._interruptible(self._session.close())
        return FAILED if self._session.failed and not self._interactive else SUCCEEDED

    def _prompt(self) -> Input:
        from sidecar.console.prompt import PromptInput  # scripts need no prompt

        session = self._session
        prompt = PromptInput(session.statuses, session.methods, history_file())
        session.changed = prompt.redraw
        return prompt

    async def _welcome(self) -> None:
        with suppress(RpcError):
            await self._session.learn_methods()
        self._console.print(
            Text.assemble(
                ("sidecar ", "bold"), f"pid {self._client.pid}; `help` lists the commands"
            ),
            rendering.status_table(self._session.statuses.values()),
            sep="\n",
        )

    async def _answer(self, line: str) -> str | None:
        """Do what a line asks; returns the next one, None when it was the last."""
        try:
            invocation = parse(line)
        except UsageError as error:
            self._session.refuse(error)
            return await self._next_line()
        if invocation is None:
            return await self._next_line()
        if invocation.command == "quit" or invocation.method == "shutdown":
            return None
        if invocation.follow:
            return await self._follow(invocation)
        await self._interruptible(self._session.run(invocation))
        return await self._next_line()

    async def _next_line(self) -> str | None:
        line = asyncio.create_task(self._source.next_line(PROMPT))
        await self._unless_gone(line)
        return line.result()

    async def _follow(self, invocation: Invocation) -> str | None:
        """Whatever is typed ends it, and is the next line."""
        until = partial(self._source.next_line, FOLLOW_PROMPT)
        line = asyncio.create_task(self._session.follow(invocation, until))
        await self._unless_gone(line)
        return line.result()

    async def _interruptible(self, work: Coroutine[Any, Any, None]) -> None:
        """Let Ctrl-C end a person's waiting; a script it ends altogether."""
        task = asyncio.create_task(work)
        with on_signal(signal.SIGINT, task.cancel) if self._interactive else nullcontext():
            await self._unless_gone(task)
        if not task.cancelled():
            return task.result()
        self._console.print(
            "no longer waiting; what was begun goes on, `status` tells how it stands",
            style="yellow",
        )
        return None

    async def _unless_gone(self, task: asyncio.Task[Any]) -> None:
        """Wait for a task; raises SidecarGone if the sidecar ends before it."""
        try:
            await asyncio.wait((task, self._gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait((task,))
        if task.cancelled() and self._gone.done():
            raise SidecarGone


async def _show_log(stderr: asyncio.StreamReader, console: Console) -> None:
    while line := await stderr.readline():
        text = rendering.foreign(line.decode(errors="replace").rstrip())
        console.print(text, style="bright_black", soft_wrap=True)


def _last_words(exit_code: int) -> str:
    if exit_code < 0:
        how = f"was ended by {signal.Signals(-exit_code).name}"
    else:
        how = f"ended with exit code {exit_code}"
    return f"the sidecar {how}, and its servers with it; start the console again"
