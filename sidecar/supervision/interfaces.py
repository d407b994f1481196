"""What supervision needs of the world outside, in its own words.

`processes` fulfils these for programs on this machine. The wire, files and libraries are unknown
here.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from sidecar.domain.errors import Failure
from sidecar.domain.events import ServerMetrics, Stream
from sidecar.domain.http import HttpRequest, HttpResponse
from sidecar.domain.lines import Piece
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import HealthCheck, ServerSpec


class CannotLaunch(Exception):
    """A server could not even be launched; `failure` says why.

    `permanent` says that another try would fail as well, unless somebody mends something.
    """

    def __init__(self, failure: Failure, *, permanent: bool = False) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.permanent = permanent


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


class Endpoint(Protocol):
    """Where a server listens; with a hand-off these are listening sockets, kept over restarts."""

    @property
    def port(self) -> int:
        """The port that was chosen."""
        ...

    def fits(self, spec: ServerSpec) -> bool:
        """Whether a server with these settings would be given the very same sockets."""
        ...

    def close(self) -> None:
        """Lets go of the address; what was handed to a process stays with it. Repeatable."""
        ...


class Process(Protocol):
    """A launched process and all that descends from it."""

    @property
    def pid(self) -> int | None:
        """The main process; None until `launched` has returned."""
        ...

    async def launched(self) -> None:
        """Returns when the program runs.

        Raises:
            CannotLaunch: with SPAWN_FAILED; nothing is left then.
        """
        ...

    async def announced(self) -> None:
        """Returns when the process itself has told that it serves; at once if it never will."""
        ...

    async def probe(self) -> str | None:
        """Asks this very process once, as `ready` of its spec says: None if it answered well."""
        ...

    async def check(self, health: HealthCheck) -> str | None:
        """Asks once, as `health` says: None if it answered well, else what it did instead."""
        ...

    def ready(self) -> None:
        """Takes note that the readiness check has passed: `probe` will not be called again."""
        ...

    async def clear(self, grace: float, *, successor: bool = False) -> Cleared:
        """Asks the tree to end, kills it after `grace` seconds; returns with the last output in.

        With a `successor` on the same sockets the process first leaves its clients the time to go
        over to it.
        """
        ...

    def hurry(self, grace: float) -> None:
        """Leaves a `clear` under way at most `grace` seconds more before it kills."""
        ...

    async def sample(self) -> ServerMetrics:
        """CPU and memory of the tree; `name` and `uptime` are for the caller to fill in."""
        ...


class SourceChange(NamedTuple):
    """A file that changed: `name` is its path as seen from what is watched.

    `certain` is one that nobody but a developer changes, as far as can be told from its name.
    """

    path: str
    name: str
    certain: bool


SourcesChanged = Callable[[tuple[SourceChange, ...]], None]
"""Is told all that changed in one burst."""


class Processes(Protocol):
    """Launches processes on this machine."""

    async def claim(self, spec: ServerSpec, preferred: int, avoid: frozenset[int]) -> Endpoint:
        """An address for the server: on `preferred`, or by the rules of `spec` on another port.

        Raises:
            CannotLaunch: with PORT_IN_USE, naming the holder where that can be told.
        """
        ...

    def launch(
        self,
        spec: ServerSpec,
        endpoint: Endpoint | None,
        observer: ProcessObserver,
        *,
        beside_another: bool = False,
    ) -> Process:
        """Begins to start the server's process; `beside_another` that listens on the same sockets.

        Raises:
            CannotLaunch: with SPAWN_FAILED.
        """
        ...

    async def send(self, spec: ServerSpec, port: int, request: HttpRequest) -> HttpResponse:
        """Sends a request to the server with these settings, which listens on `port`.

        Raises:
            NoAnswer: nothing answered in time, or not in HTTP, or only a part of an answer came.
        """
        ...

    def watch_sources(self, spec: ServerSpec, changed: SourcesChanged) -> Callable[[], None]:
        """Calls `changed` on the loop, once for a burst of changes; returns what ends that."""
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
