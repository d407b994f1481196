"""Looks at the events of one server as a client would, and objects to what must not be."""

from sidecar.domain.events import Event, LogBatch, ServerReady, ServerStopped, StatusChanged
from sidecar.domain.phases import Status

MAY_FOLLOW = {
    Status.STOPPED: {Status.STARTING},
    Status.STARTING: {Status.RUNNING, Status.STOPPING, Status.ERROR},
    Status.RUNNING: {Status.STOPPING, Status.STOPPED, Status.ERROR},
    Status.STOPPING: {Status.STOPPED, Status.STARTING, Status.ERROR},
    Status.ERROR: {Status.STARTING, Status.STOPPED, Status.STOPPING},
}


class Witness:
    """Remembers what was told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.lines: list[str] = []
        self.readies: list[ServerReady] = []
        self.stops: list[ServerStopped] = []
        self.statuses = [Status.STOPPED]
        self._quiet = True  # between the end of a process and the next start

    @property
    def status(self) -> Status:
        return self.statuses[-1]

    def on_event(self, event: Event) -> None:
        match event:
            case StatusChanged():
                self._see_status(event)
            case LogBatch():
                self._see_lines(event)
            case ServerReady():
                self._see_ready(event)
            case ServerStopped():
                assert not self._quiet, "an end was told twice, or before a start"
                assert (event.code is None) == (event.signal is not None)
                self._quiet = True
                self.stops.append(event)
            case _:
                raise AssertionError(f"nobody asked for {event}")
        self.events.append(event)

    def _see_status(self, event: StatusChanged) -> None:
        status = event.status
        assert status.status in MAY_FOLLOW[self.status], f"{self.status} then {status.status}"
        assert status.logs == ()
        running = status.status is Status.RUNNING
        assert (status.uptime is not None) == running
        assert not running or status.pid is not None
        assert status.pid is None or status.exit_code is None
        if status.status in (Status.STARTING, Status.RUNNING, Status.STOPPED):
            assert status.last_error is None, f"{status.status} and yet {status.last_error}"
        if status.status is Status.ERROR:
            assert status.last_error
        if status.status is Status.STARTING:
            self._quiet = False
        self.statuses.append(status.status)

    def _see_lines(self, event: LogBatch) -> None:
        assert not self._quiet, "lines after the end of their process"
        assert event.seq == len(self.lines) + 1, "numbers go on without a gap"
        lines = event.text.split("\n")
        assert event.count == len(lines)
        self.lines += lines

    def _see_ready(self, event: ServerReady) -> None:
        before = self.events[-1]
        assert isinstance(before, StatusChanged), "running is told first, then ready"
        assert before.status.status is Status.RUNNING
        assert (before.status.pid, before.status.port) == (event.pid, event.port)
        self.readies.append(event)
