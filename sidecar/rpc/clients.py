"""All clients of a sidecar that serves several: each has a session, none waits for another."""

from sidecar.config.catalogue import Catalogue
from sidecar.rpc.outbox import Outbox
from sidecar.rpc.policy import Policy
from sidecar.rpc.session import Session
from sidecar.supervision.manager import Manager
from sidecar.supervision.metrics_feed import MetricsFeed


class Outboxes:
    """The outboxes of those who are there now."""

    def __init__(self) -> None:
        self._all: tuple[Outbox, ...] = ()

    def add(self, outbox: Outbox) -> None:
        """A client has come."""
        self._all = (*self._all, outbox)

    def remove(self, outbox: Outbox) -> None:
        """A client has left."""
        self._all = tuple(one for one in self._all if one is not outbox)

    def pace(self, size: int) -> float:
        """Seconds that the source of `size` bytes should pause: for the client furthest behind.

        Each is asked, since each counts the bytes; one that has stopped reading asks for nothing.
        """
        return max([outbox.pace(size) for outbox in self._all], default=0.0)


class Clients:
    """Lets clients in and sees them out. What they share is sampled and published once for all."""

    def __init__(self, manager: Manager, catalogue: Catalogue, outboxes: Outboxes) -> None:
        self._manager = manager
        self._catalogue = catalogue
        self._outboxes = outboxes
        self._metrics = MetricsFeed(manager)
        self._sessions: set[Session] = set()

    def __len__(self) -> int:
        return len(self._sessions)

    def enter(self, policy: Policy) -> Session:
        """A session for a client that has come; it is told everything from now on."""
        outbox = Outbox()
        session = Session(self._manager, self._catalogue, outbox, self._metrics, policy)
        self._outboxes.add(outbox)
        self._sessions.add(session)
        return session

    def leave(self, session: Session) -> None:
        """The client is gone. What it has asked for is done all the same, and servers run on."""
        session.close()
        self._outboxes.remove(session.outbox)
        self._sessions.discard(session)
