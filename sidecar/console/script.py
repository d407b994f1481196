"""Commands from a file or a pipe instead of a person: one per line, nothing drawn."""

import asyncio
import os
import threading

READ_SIZE = 1 << 16


class ScriptInput:
    """Lines of descriptor 0, read in a thread of their own so that nothing waits for them."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        # A daemon, since a blocked read must not keep a console that is done; and with os.read,
        # since a thread inside sys.stdin holds a lock that the interpreter needs to end.
        threading.Thread(target=self._read, args=(loop,), daemon=True).start()

    async def next_line(self, prompt: str) -> str | None:
        """The next line, None at the end."""
        return await self._lines.get()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        rest = b""
        try:
            while chunk := os.read(0, READ_SIZE):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._pass_on(loop, line)
            if rest:
                self._pass_on(loop, rest)
            loop.call_soon_threadsafe(self._lines.put_nowait, None)
        except RuntimeError:
            return  # the loop is closed: nobody wants the rest

    def _pass_on(self, loop: asyncio.AbstractEventLoop, line: bytes) -> None:
        loop.call_soon_threadsafe(self._lines.put_nowait, line.decode(errors="replace"))
