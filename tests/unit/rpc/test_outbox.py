"""What waits for a client: in which order it goes, how much there may be, who is held back."""

from types import SimpleNamespace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.rpc.outbox import (
    ALIVE_SECONDS,
    EASY_BYTES,
    LIMIT_BYTES,
    PAUSE_EVERY_BYTES,
    PAUSE_SECONDS,
    Outbox,
)

PUTS = st.lists(st.sampled_from(["answer", "answer that overtakes", "log", "status"]), max_size=30)


def drained(outbox: Outbox, most_bytes: int = 1) -> list[bytes]:
    taken: list[bytes] = []
    while messages := outbox.take(most_bytes):
        taken += messages
    return taken


def put(outbox: Outbox, kind: str, message: bytes) -> None:
    if kind.startswith("answer"):
        outbox.put_answer(message, may_overtake=kind != "answer")
    else:
        outbox.put_notification(message, awaited=kind == "status")


@given(PUTS, st.integers(1, 20))
def test_an_answer_waits_for_the_states_it_rests_on_and_for_nothing_else(
    kinds: list[str], most_bytes: int
) -> None:
    outbox = Outbox()
    messages = [f"{number} {kind}".encode() for number, kind in enumerate(kinds)]
    for kind, message in zip(kinds, messages, strict=True):
        put(outbox, kind, message)

    taken = drained(outbox, most_bytes)

    assert sorted(taken) == sorted(messages), "everything goes, once"
    place = {message: taken.index(message) for message in messages}
    notices = [m for m, kind in zip(messages, kinds, strict=True) if kind in ("log", "status")]
    assert [m for m in taken if m in notices] == notices, "notifications keep their order"
    for number, kind in enumerate(kinds):
        before = messages[:number]
        states = [m for m in before if m.endswith(b"status")]
        if kind == "answer":
            assert all(place[state] < place[messages[number]] for state in states)
        if kind == "answer that overtakes" or (kind == "answer" and not states):
            logs = [m for m in messages if m in notices]
            assert all(place[messages[number]] < place[log] for log in logs)


def test_an_answer_no_longer_waits_for_a_state_that_has_gone() -> None:
    outbox = Outbox()
    outbox.put_notification(b"status", awaited=True)
    outbox.take(1)
    outbox.put_notification(b"log", awaited=False)
    outbox.put_answer(b"answer", may_overtake=False)
    assert drained(outbox) == [b"answer", b"log"]


def test_messages_are_taken_together_as_far_as_they_fit_and_never_none() -> None:
    outbox = Outbox()
    for message in (b"12345", b"678", b"90", b"x" * 100):
        outbox.put_notification(message, awaited=False)
    assert outbox.take(8) == [b"12345", b"678"]
    assert outbox.take(8) == [b"90"]
    assert outbox.take(8) == [b"x" * 100]
    assert outbox.take(8) == []


def test_a_small_message_is_taken_alone_only_if_nothing_else_waits() -> None:
    outbox = Outbox()
    assert outbox.take_small(10) is None
    outbox.put_answer(b"x" * 11, may_overtake=True)
    assert outbox.take_small(10) is None
    assert outbox.take_small(11) == b"x" * 11
    outbox.put_answer(b"one", may_overtake=True)
    outbox.put_notification(b"two", awaited=False)
    assert outbox.take_small(10) is None
    assert drained(outbox) == [b"one", b"two"]


def test_whoever_writes_is_woken_for_every_message() -> None:
    outbox = Outbox()
    woken: list[int] = []
    outbox.wake = lambda: woken.append(1)
    outbox.put_answer(b"one", may_overtake=True)
    outbox.put_notification(b"two", awaited=True)
    assert len(woken) == 2


def test_there_is_no_room_once_the_limit_waits_and_ease_is_told_once() -> None:
    outbox = Outbox()
    eased: list[int] = []
    outbox.when_easy = lambda: eased.append(1)
    half = b"x" * (LIMIT_BYTES // 2)
    outbox.put_notification(half, awaited=False)
    assert outbox.has_room()
    outbox.put_notification(half, awaited=False)
    assert not outbox.has_room()

    outbox.take(1)
    assert outbox.has_room()
    assert not eased, "half full is not easy yet"
    outbox.take(1)
    assert eased == [1]
    outbox.put_notification(b"later", awaited=False)
    outbox.take(1)
    assert eased == [1]


def test_nobody_is_told_of_ease_who_was_never_refused() -> None:
    outbox = Outbox()
    eased: list[int] = []
    outbox.when_easy = lambda: eased.append(1)
    outbox.put_notification(b"x" * LIMIT_BYTES, awaited=False)
    outbox.take(1)
    assert not eased


def test_answers_take_no_room_from_notifications_but_may_congest() -> None:
    outbox = Outbox()
    outbox.put_answer(b"x" * LIMIT_BYTES, may_overtake=True)
    assert outbox.has_room()
    assert not outbox.congested
    outbox.put_answer(b"x", may_overtake=True)
    assert outbox.congested
    outbox.take(1)
    assert not outbox.congested


@pytest.mark.parametrize(
    ("since", "pause"), [(ALIVE_SECONDS / 2, PAUSE_SECONDS), (ALIVE_SECONDS * 2, 0.0)]
)
def test_a_flood_is_held_back_for_a_client_that_reads_and_for_no_other(
    since: float, pause: float
) -> None:
    now = 1000.0
    with patch("sidecar.rpc.outbox.time", SimpleNamespace(monotonic=lambda: now)):
        outbox = Outbox()
        outbox.put_notification(b"x", awaited=False)
        outbox.put_notification(b"x" * EASY_BYTES, awaited=False)
        outbox.take(1)
        now += since
        assert outbox.pace(PAUSE_EVERY_BYTES) == pause
        outbox.take(1)
        assert outbox.pace(PAUSE_EVERY_BYTES) == 0


def test_a_flood_pauses_once_for_so_many_bytes() -> None:
    with patch("sidecar.rpc.outbox.time", SimpleNamespace(monotonic=lambda: 1000.0)):
        outbox = Outbox()
        for _ in range(2):
            outbox.put_notification(b"x" * EASY_BYTES, awaited=False)
        outbox.take(1)
        quarter = PAUSE_EVERY_BYTES // 4
        pauses = [outbox.pace(quarter) for _ in range(8)]
    assert pauses == [0, 0, 0, PAUSE_SECONDS] * 2
