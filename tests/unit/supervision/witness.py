"""Looks at the events of one server as a client would, and objects to what must not be."""

from sidecar.domain.events import (
    Alert,
    Event,
    LogBatch,
    ServerReady,
    ServerStatus,
    ServerStopped,
    StatusChanged,
)
from sidecar.domain.phases import Status

MAY_FOLLOW = {
    Status.STOPPED: {Status.STARTING, Status.STOPPED},
    Status.STARTING: {*Status},
    Status.RUNNING: {*Status},
    Status.STOPPING: {Status.STOPPED, Status.STARTING, Status.ERROR},
    Status.ERROR: {Status.STARTING, Status.STOPPED, Status.STOPPING, Status.ERROR},
}


class Witness:
    """Remembers what was told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.told: list[ServerStatus] = []
        self.lines: list[str] = []
        self.readies: list[ServerReady] = []
        self.stops: list[ServerStopped] = []
        self.alerts: list[Alert] = []
        self.statuses = [Status.STOPPED]

    @property
    def status(self) -> Status:
        return self.statuses[-1]

    def on_event(self, event: Event) -> None:
        match event:
            case StatusChanged():
                self._see_status(event.status)
            case LogBatch():
                self._see_lines(event)
            case ServerReady():
                self._see_ready(event)
            case ServerStopped():
                assert self.status is not Status.STOPPED, "what stopped last is told before the end"
                assert (event.code is None) == (event.signal is not None)
                self.stops.append(event)
            case Alert():
                assert event.message
                self.alerts.append(event)
            case _:
                raise AssertionError(f"nobody asked for {event}")
        self.events.append(event)

    def _see_status(self, told: ServerStatus) -> None:
        assert told.status in MAY_FOLLOW[self.status], f"{self.status} then {told.status}"
        assert not self.told or told != self.told[-1], "nothing has changed"
        assert told.logs == ()
        running = told.status is Status.RUNNING
        assert (told.uptime is not None) == running
        assert told.pid is not None or not running
        assert told.pid is None or told.exit_code is None
        assert told.health is None or running
        self._see_error(told)
        self.statuses.append(told.status)
        self.told.append(told)

    def _see_error(self, told: ServerStatus) -> None:
        if told.status is Status.STOPPED:
            assert told.last_error is None, f"stopped and yet {told.last_error}"
        if told.status is Status.ERROR:
            assert told.last_error
        if told.status is Status.STARTING and told.last_error:
            assert told.retry_at or told.restarts, "nobody waits, nobody has tried again"
        if told.retry_at is not None:
            assert told.status is Status.STARTING and told.last_error

    def _see_lines(self, event: LogBatch) -> None:
        assert self.status is not Status.STOPPED, "lines after the end of their process"
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
