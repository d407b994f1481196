"""One launched process and its tree. Fulfils `supervision.interfaces.Process`."""

import asyncio
import os
import subprocess
import time
from functools import partial
from typing import IO, TYPE_CHECKING, NamedTuple

from sidecar.domain.events import ServerMetrics, Stream
from sidecar.domain.spec import ServerSpec
from sidecar.processes import posix
from sidecar.processes.announcement import Announcement
from sidecar.processes.output import OutputReader, Pace
from sidecar.processes.threads import in_thread
from sidecar.supervision.interfaces import ProcessObserver

if TYPE_CHECKING:  # psutil, beneath these, takes 15 ms to import: imported when it is needed
    import psutil

    from sidecar.processes.metrics import Sampler
    from sidecar.processes.tree import Family

LOOK_AGAIN_SECONDS = 0.02
"""How often processes that are not our children are looked at while they end."""

SWEEP_SECONDS = 10.0
"""To look at every process takes some hundredths of a second, more on a machine in trouble."""

KILL_SECONDS = 2.0
"""After SIGKILL a process may need this long to be gone; one that hangs in the system stays."""


class Clearance(NamedTuple):
    """Fulfils `supervision.interfaces.Cleared`."""

    forced: bool
    survivors: int


class LocalProcess:
    """Belongs to the event loop's thread; `clear` must be awaited in the end."""

    def __init__(
        self,
        popen: subprocess.Popen[bytes],
        mark: str,
        spec: ServerSpec,
        observer: ProcessObserver,
        announcement: Announcement | None,
        pace: Pace,
    ) -> None:
        self._popen = popen
        self._spec = spec
        self._mark = mark
        self._since = time.monotonic()
        self._observer = observer
        self._announcement = announcement
        self._announced = False
        self._out_of_memory_kills = posix.out_of_memory_kills()
        self._ended = asyncio.Event()
        self._hurried = asyncio.Event()
        self._deadline = 0.0
        self._sampler: Sampler | None = None
        self._readers = [
            self._reader("stdout", popen.stdout, pace),
            self._reader("stderr", popen.stderr, pace),
        ]
        self._unwatch = posix.watch_exit(popen, self._on_exit)

    @property
    def pid(self) -> int:
        """The main process."""
        return self._popen.pid

    async def announced(self) -> None:
        """Returns when the process has said that it serves, or that it cannot say."""
        if self._announcement is not None:
            self._announced = await self._announcement.wait()

    async def port_answerer(self, port: int) -> str | None:
        """Who else listens on `port`; None if it is this tree, or if nobody can tell."""
        if self._announced:
            return None
        return await in_thread(lambda: self._find_stranger(port), SWEEP_SECONDS)

    async def sample(self) -> ServerMetrics:
        """CPU and memory of the tree."""
        return await in_thread(self._sample, SWEEP_SECONDS)

    def hurry(self, grace: float) -> None:
        """Brings the moment of SIGKILL forward."""
        self._deadline = min(self._deadline, time.monotonic() + grace)
        self._hurried.set()

    async def clear(self, grace: float) -> Clearance:
        """SIGTERM to the main process, then to what it left; SIGKILL after `grace` seconds."""
        self._deadline = time.monotonic() + grace
        try:
            known = await self._look_around() if not self._ended.is_set() else []
            if not self._ended.is_set() and grace > 0:
                posix.terminate(self.pid)
            await self._main_ended_or_deadline()
            forced, survivors = await self._clear_rest(known)
        except BaseException:
            posix.kill_group(self.pid)  # as much as can be done without knowing the tree
            raise
        if survivors == 0:
            self._tidy_up()
        return Clearance(forced, survivors)

    async def _main_ended_or_deadline(self) -> None:
        while not self._ended.is_set() and (rest := self._deadline - time.monotonic()) > 0:
            self._hurried.clear()
            waits = [asyncio.ensure_future(e.wait()) for e in (self._ended, self._hurried)]
            await asyncio.wait(waits, timeout=rest, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()

    async def _look_around(self) -> "list[psutil.Process]":
        """Who belongs to the tree now: once a parent has ended, not all of it might be found."""
        from sidecar.processes import tree

        return await in_thread(lambda: tree.members(self._family()), SWEEP_SECONDS)

    async def _clear_rest(self, known: "list[psutil.Process]") -> tuple[bool, int]:
        """Whether force was needed, and how many are left in spite of it."""
        from sidecar.processes import tree

        asked: set[int] = set()
        killed_at: float | None = None
        while rest := await self._rest(known):
            now = time.monotonic()
            if now < self._deadline:
                tree.terminate(process for process in rest if process.pid not in asked)
                asked |= {process.pid for process in rest}
            elif killed_at is not None and now - killed_at >= KILL_SECONDS:
                return True, len(rest)
            else:
                killed_at = killed_at or now
                tree.kill(rest)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return killed_at is not None, 0

    async def _rest(self, known: "list[psutil.Process]") -> "set[psutil.Process]":
        """Who is left. Until its end is told that includes the main process: one whose first thread
        has ended looks like a zombie while its others run on."""
        import psutil

        from sidecar.processes import tree

        rest = {*await self._look_around(), *filter(tree.is_alive, known)}
        return rest if self._ended.is_set() else {*rest, psutil.Process(self.pid)}

    def _tidy_up(self) -> None:
        for reader in self._readers:
            reader.drain()
        if self._announcement is not None:
            self._announcement.close()
        self._unwatch()
        self._popen.wait()

    def _on_exit(self, returncode: int) -> None:
        self._ended.set()
        self._observer.on_exit(posix.explain_returncode(returncode, self._out_of_memory_kills))

    def _reader(self, stream: Stream, pipe: IO[bytes] | None, pace: Pace) -> OutputReader:
        assert pipe is not None
        hand_on = partial(self._observer.on_output, stream)
        with pipe:
            return OutputReader(os.dup(pipe.fileno()), self._spec.encoding, hand_on, pace)

    def _family(self) -> "Family":
        from sidecar.processes.tree import Family

        return Family(self.pid, self._mark)

    def _find_stranger(self, port: int) -> str | None:
        from sidecar.processes import ports, tree

        if tree.listeners(tree.members(self._family()), port):
            return None
        holder = ports.find_holder(self._spec.host, port)
        return None if holder.pid is None else str(holder)

    def _sample(self) -> ServerMetrics:
        from sidecar.processes.metrics import Sampler

        if self._sampler is None:
            self._sampler = Sampler(self._family(), self._since)
        return self._sampler.sample()
