"""Several clients of one sidecar: each has its own, and leaves nothing behind."""

import pytest

from sidecar.config.catalogue import Catalogue
from sidecar.domain.events import Alert, LogBatch
from sidecar.rpc.clients import Clients, Outboxes
from sidecar.rpc.outbox import EASY_BYTES, LIMIT_BYTES, PAUSE_EVERY_BYTES, PAUSE_SECONDS, Outbox
from sidecar.rpc.policy import LAUNCHER, VISITOR
from sidecar.supervision.manager import Manager
from tests.unit.supervision.scripted_processes import ScriptedProcesses

ALERT = Alert("api", "unhealthy", "it hangs", "2026-01-01T00:00:00.000Z")
LINES = LogBatch("api", "stdout", "x" * 1024 * 1024, 1, 1, "2026-01-01T00:00:00.000Z")


@pytest.fixture
def manager() -> Manager:
    return Manager(ScriptedProcesses(), lambda _: None)


@pytest.fixture
def clients(manager: Manager) -> Clients:
    return Clients(manager, Catalogue(), Outboxes())


async def test_all_who_are_there_are_told_and_nobody_who_has_left(
    clients: Clients, manager: Manager
) -> None:
    one, other = clients.enter(LAUNCHER), clients.enter(VISITOR)
    manager.publish(ALERT)
    assert len(clients) == 2
    assert one.outbox.take(1) == other.outbox.take(1) != []
    clients.leave(one)
    manager.publish(ALERT)
    assert len(clients) == 1
    assert one.outbox.take(1) == []
    assert other.outbox.take(1) != []


async def test_a_client_that_does_not_read_fills_no_outbox_but_its_own(
    clients: Clients, manager: Manager
) -> None:
    sleepy, reader = clients.enter(VISITOR), clients.enter(VISITOR)
    read = 0
    for _ in range(3 * LIMIT_BYTES // len(LINES.text)):
        manager.publish(LINES)
        read += len(reader.outbox.take(LIMIT_BYTES))
    assert read == 3 * LIMIT_BYTES // len(LINES.text)
    assert not sleepy.outbox.has_room()
    kept = sum(map(len, sleepy.outbox.take(4 * LIMIT_BYTES)))
    assert kept < LIMIT_BYTES + 2 * len(LINES.text)


def behind(*, reading: bool) -> Outbox:
    """An outbox that is half full, of a client that reads or does not."""
    outbox = Outbox()
    if reading:
        outbox.put_notification("api", b"first")
        outbox.take(1)
    outbox.put_notification("api", bytes(EASY_BYTES))
    return outbox


def test_a_flood_pauses_for_the_reader_that_is_furthest_behind() -> None:
    outboxes = Outboxes()
    assert outboxes.pace(PAUSE_EVERY_BYTES) == 0, "nobody is there"
    outboxes.add(Outbox())
    assert outboxes.pace(PAUSE_EVERY_BYTES) == 0, "nobody is behind"
    outboxes.add(behind(reading=False))
    assert outboxes.pace(PAUSE_EVERY_BYTES) == 0, "who does not read is not waited for"
    slow = behind(reading=True)
    outboxes.add(slow)
    assert outboxes.pace(PAUSE_EVERY_BYTES) == PAUSE_SECONDS
    outboxes.remove(slow)
    assert outboxes.pace(PAUSE_EVERY_BYTES) == 0
