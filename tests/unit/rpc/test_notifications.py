"""What becomes of events on their way to one client."""

from typing import Any

import orjson
import pytest

from sidecar.domain.events import (
    LogBatch,
    MetricsSampled,
    ServerMetrics,
    ServerReady,
    ServerStatus,
    ServerStopped,
    StatusChanged,
)
from sidecar.domain.phases import Status
from sidecar.protocol import codes
from sidecar.protocol.notices import LogParams, ReadyParams, StoppedParams
from sidecar.rpc.notifications import Notifier, status_to_wire
from sidecar.rpc.outbox import LIMIT_BYTES, Outbox

STATUS = ServerStatus(name="api", status=Status.RUNNING, port=8121, host="127.0.0.1", logs=("x",))
TIME = "2025-01-31T12:00:00.000Z"


class Client:
    """A client that reads when the test says so."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.notifier = Notifier(self.outbox)

    def stops_reading(self) -> None:
        self.outbox.put_notification("api", b"x" * LIMIT_BYTES)

    def reads(self) -> list[tuple[str, dict[str, Any]]]:
        """Every notification that waits, as topic and params."""
        found: list[tuple[str, dict[str, Any]]] = []
        while messages := self.outbox.take(LIMIT_BYTES):
            for message in map(orjson.loads, (m for m in messages if m[:1] == b"{")):
                assert message.keys() == {"jsonrpc", "method", "params"}
                found.append((message["method"], message["params"]))
        return found

    def reads_logs(self) -> list[dict[str, Any]]:
        """The params of the logs that wait, each checked against the protocol's model."""
        logs = [params for topic, params in self.reads() if topic == codes.TOPIC_LOG]
        for params in logs:
            LogParams.model_validate(params)
        return logs


@pytest.fixture
def client() -> Client:
    return Client()


def batch(seq: int, *lines: str, name: str = "api", partial: bool = False) -> LogBatch:
    return LogBatch(name, "stdout", "\n".join(lines), len(lines), seq, TIME, partial)


def test_a_batch_of_lines_is_one_notification(client: Client) -> None:
    client.notifier.on_event(batch(7, "one", "둘"))
    assert client.reads() == [
        (
            "python-log",
            {
                "name": "api",
                "stream": "stdout",
                "text": "one\n둘",
                "count": 2,
                "seq": 7,
                "time": TIME,
            },
        )
    ]


def test_an_unfinished_line_is_marked(client: Client) -> None:
    client.notifier.on_event(batch(1, "half", partial=True))
    assert client.reads_logs()[0]["partial"] is True


def test_lines_left_out_are_counted_with_the_next_that_goes(client: Client) -> None:
    client.stops_reading()
    client.notifier.on_event(batch(1, "one", "two"))
    client.notifier.on_event(batch(3, "three"))
    assert client.reads_logs() == []

    client.notifier.on_event(batch(4, "four"))
    client.notifier.on_event(batch(5, "five"))

    told = client.reads_logs()
    assert [(one["seq"], one.get("dropped")) for one in told] == [(4, 3), (5, None)]


def test_lines_left_out_are_told_even_if_none_follow(client: Client) -> None:
    client.stops_reading()
    client.notifier.on_event(batch(1, "one", "two"))
    client.notifier.on_event(batch(1, "other", name="web"))
    client.notifier.tell_left_out()
    assert client.reads_logs() == [], "there was no room to tell it"

    client.notifier.tell_left_out()
    client.notifier.tell_left_out()

    told = client.reads_logs()
    assert [(o["name"], o["text"], o["count"], o["seq"], o["dropped"]) for o in told] == [
        ("api", "", 0, 3, 2),
        ("web", "", 0, 2, 1),
    ]


def test_lines_left_out_are_told_before_the_change_of_state_that_followed_them(
    client: Client,
) -> None:
    for change in (StatusChanged(STATUS), ServerStopped("api", 0, expected=True)):
        client.stops_reading()
        client.notifier.on_event(batch(1, "one"))
        client.notifier.on_event(change)
        (first, params), (second, _) = client.reads()
        assert (first, params["count"], params["dropped"]) == ("python-log", 0, 1)
        assert second != "python-log"


def test_what_was_left_out_of_one_server_is_not_told_of_another(client: Client) -> None:
    client.stops_reading()
    client.notifier.on_event(batch(1, "one"))
    client.reads()
    client.notifier.on_event(batch(1, "other", name="web"))
    assert "dropped" not in client.reads_logs()[0]


def test_states_are_told_even_to_a_client_that_does_not_read(client: Client) -> None:
    client.stops_reading()
    client.notifier.on_event(StatusChanged(STATUS))
    client.notifier.on_event(ServerReady("api", 12, 8121, "http://127.0.0.1:8121"))
    client.notifier.on_event(ServerStopped("api", 0, expected=True))
    assert [topic for topic, _ in client.reads()] == [
        "python-server-status",
        "python-server-ready",
        "python-server-stopped",
    ]


def test_a_sample_that_finds_no_room_is_not_missed(client: Client) -> None:
    client.notifier.topics = frozenset({codes.TOPIC_METRICS})
    sample = MetricsSampled(ServerMetrics("api", TIME, cpu_percent=1.5, rss_bytes=2))
    client.stops_reading()
    client.notifier.on_event(sample)
    assert client.reads() == []
    client.notifier.on_event(sample)
    topic, params = client.reads()[0]
    assert topic == "python-server-metrics"
    assert (params["cpuPercent"], params["rssBytes"]) == (1.5, 2)
    assert "openFiles" not in params


def test_a_client_hears_of_the_topics_it_chose_and_of_no_other(client: Client) -> None:
    client.notifier.topics = frozenset({codes.TOPIC_READY})
    client.notifier.on_event(batch(1, "one"))
    client.notifier.on_event(StatusChanged(STATUS))
    client.notifier.on_event(ServerStopped("api", 0, expected=True))
    client.notifier.on_event(ServerReady("api", 12, 8121, "http://127.0.0.1:8121"))
    (told,) = client.reads()
    assert told == (
        "python-server-ready",
        {"name": "api", "pid": 12, "port": 8121, "url": "http://127.0.0.1:8121"},
    )
    ReadyParams.model_validate(told[1])


def test_all_but_metrics_are_on_from_the_start(client: Client) -> None:
    client.notifier.on_event(MetricsSampled(ServerMetrics("api", TIME)))
    assert client.reads() == []
    assert client.notifier.topics == set(codes.TOPICS) - {"python-server-metrics"}


def test_the_code_of_a_signalled_end_is_null_and_its_signal_named(client: Client) -> None:
    client.notifier.on_event(ServerStopped("api", None, expected=False, signal="SIGKILL"))
    client.notifier.on_event(ServerStopped("api", 3, expected=True))
    told = [params for _, params in client.reads()]
    assert told == [
        {"name": "api", "code": None, "expected": False, "signal": "SIGKILL"},
        {"name": "api", "code": 3, "expected": True},
    ]
    for params in told:
        StoppedParams.model_validate(params)


def test_a_status_carries_lines_in_answers_and_none_in_notifications(client: Client) -> None:
    client.notifier.on_event(StatusChanged(STATUS))
    assert "logs" not in client.reads()[0][1]
    assert status_to_wire(STATUS)["logs"] == ["x"]
