"""What supervision needs of the world outside, in its own words.

`processes` fulfils these for programs on this machine. The wire, files and libraries are unknown
here.
"""

from collections.abc import Callable
from typing import Protocol

from sidecar.domain.errors import Failure
from sidecar.domain.events import ServerMetrics, Stream
from sidecar.domain.lines import Piece
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import ServerSpec


class CannotLaunch(Exception):
    """A server could not even be launched; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class ProcessObserver(Protocol):
    """Who is told what a process does; always called on the event loop's thread."""

    def on_output(self, stream: Stream, piece: Piece) -> None:
        """The process wrote something."""
        ...

    def on_exit(self, ended: Exit) -> None:
        """The main process ended; others of its tree may live on until `Process.clear`."""
        ...


class Cleared(Protocol):
    """What `Process.clear` found and did."""

    @property
    def forced(self) -> bool:
        """Whether anything had to be killed after it had been asked to end."""
        ...

    @property
    def survivors(self) -> int:
        """How many processes of the tree are left in spite of everything."""
        ...


class Process(Protocol):
    """A launched process and all that descends from it."""

    @property
    def pid(self) -> int:
        """The main process."""
        ...

    async def announced(self) -> None:
        """Returns when the process itself has told that it serves; at once if it never will."""
        ...

    async def port_answerer(self, port: int) -> str | None:
        """Who listens on `port`, if it is known to be another program: "nginx (pid 12)"."""
        ...

    async def clear(self, grace: float) -> Cleared:
        """Asks the tree to end, kills it after `grace` seconds; returns with the last output in."""
        ...

    def hurry(self, grace: float) -> None:
        """Leaves a `clear` under way at most `grace` seconds more before it kills."""
        ...

    async def sample(self) -> ServerMetrics:
        """CPU and memory of the tree; `name` and `uptime` are for the caller to fill in."""
        ...


class Processes(Protocol):
    """Launches processes on this machine."""

    async def settle_port(self, spec: ServerSpec, preferred: int, avoid: frozenset[int]) -> int:
        """A port that can be bound now: `preferred`, or by the rules of `spec` another one.

        Raises:
            CannotLaunch: with PORT_IN_USE, naming the holder where that can be told.
        """
        ...

    def launch(self, spec: ServerSpec, port: int, observer: ProcessObserver) -> Process:
        """Starts the server's process.

        Raises:
            CannotLaunch: with SPAWN_FAILED.
        """
        ...

    async def probe(self, spec: ServerSpec, port: int) -> str | None:
        """Asks the server once, as `spec.ready` says: None if it answered well."""
        ...


class LogFile(Protocol):
    """A file that a server's lines are appended to, off the event loop."""

    def write(self, stream: Stream, piece: Piece) -> None:
        """Queues a piece of output; those of one line become one line again."""
        ...

    async def close(self) -> None:
        """Writes what is queued and closes."""
        ...


LogFileOpener = Callable[[ServerSpec], LogFile | None]
"""Opens the log file of a server that has one; raises CannotLaunch if it cannot be written."""
