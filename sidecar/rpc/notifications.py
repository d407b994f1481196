"""Turns what happens to servers into notifications for one client: the topics it wants, and of a
flood as much as it can take.
"""

from dataclasses import dataclass
from typing import Any, assert_never

from sidecar.domain.events import (
    Alert,
    Event,
    LogBatch,
    MetricsSampled,
    ServerReady,
    ServerStatus,
    ServerStopped,
    StatusChanged,
)
from sidecar.domain.phases import Status
from sidecar.protocol import codes
from sidecar.rpc.outbox import Outbox
from sidecar.rpc.wire import encode, to_wire


@dataclass(slots=True)
class LeftOut:
    """Lines of a server that the client has not been sent, and not been told of yet."""

    count: int
    last: LogBatch


class Notifier:
    """Listens to the manager's events on behalf of one client."""

    def __init__(self, outbox: Outbox) -> None:
        self.topics: frozenset[str] = codes.DEFAULT_TOPICS
        self._outbox = outbox
        self._left_out: dict[str, LeftOut] = {}

    def on_event(self, event: Event) -> None:
        """Puts the event into the outbox if the client wants its topic."""
        match event:
            case LogBatch():
                if codes.TOPIC_LOG in self.topics:
                    self._log(event)
            case StatusChanged(status):
                self._tell_left_out_of(status.name)
                self._send(codes.TOPIC_STATUS, status_to_wire(status, logs=False))
            case ServerReady():
                self._send(codes.TOPIC_READY, to_wire(event))
            case ServerStopped():
                self._tell_left_out_of(event.name)
                # The one value of the protocol that is null rather than absent.
                self._send(codes.TOPIC_STOPPED, {"code": event.code, **to_wire(event)})
            case Alert():
                self._send(codes.TOPIC_ALERT, to_wire(event))
            case MetricsSampled(metrics):
                if self._outbox.has_room():
                    self._send(codes.TOPIC_METRICS, to_wire(metrics))
            case _:
                assert_never(event)

    def tell_left_out(self) -> None:
        """Tells of lines left out, now that there is room and no later line may come."""
        for name in list(self._left_out):
            if not self._outbox.has_room():
                return
            self._tell_left_out_of(name)

    def _tell_left_out_of(self, name: str) -> None:
        """Before a change of state it is told in any case, so that the order holds."""
        left_out = self._left_out.pop(name, None)
        if left_out is not None:
            last = left_out.last
            params = _log_params(last, text="", count=0, seq=last.seq + last.count)
            params["dropped"] = left_out.count
            self._send(codes.TOPIC_LOG, params)

    def _log(self, batch: LogBatch) -> None:
        left_out = self._left_out.get(batch.name)
        if not self._outbox.has_room():
            count = (left_out.count if left_out else 0) + batch.count
            self._left_out[batch.name] = LeftOut(count, batch)
            return
        params = _log_params(batch, text=batch.text, count=batch.count, seq=batch.seq)
        if left_out is not None:
            del self._left_out[batch.name]
            params["dropped"] = left_out.count
        if batch.partial:
            params["partial"] = True
        self._send(codes.TOPIC_LOG, params)

    def _send(self, topic: str, params: dict[str, Any]) -> None:
        if topic not in self.topics:
            return
        message = encode({"jsonrpc": "2.0", "method": topic, "params": params})
        is_state = topic == codes.TOPIC_STATUS
        self._outbox.put_notification(
            params["name"],
            message,
            is_state=is_state,
            # Who stops a server amid a flood is not to wait for the lines that led to it.
            urgent=is_state and params["status"] == Status.STOPPING,
            may_wait=topic == codes.TOPIC_LOG,
        )


def status_to_wire(status: ServerStatus, *, logs: bool = True) -> dict[str, Any]:
    """A status as in answers, or without `logs` as in notifications."""
    wire = to_wire(status)
    if not logs:
        del wire["logs"]
    return wire


def _log_params(batch: LogBatch, *, text: str, count: int, seq: int) -> dict[str, Any]:
    return {
        "name": batch.name,
        "stream": batch.stream,
        "text": text,
        "count": count,
        "seq": seq,
        "time": batch.time,
    }
