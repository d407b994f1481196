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
        outbox.put_answer(message, since=0 if kind == "answer" else None)
    else:
        outbox.put_notification("api", message, is_state=kind == "status")


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
    outbox.put_notification("api", b"status", is_state=True)
    outbox.take(1)
    outbox.put_notification("api", b"log")
    outbox.put_answer(b"answer", since=0)
    assert drained(outbox) == [b"answer", b"log"]


def test_a_flood_of_one_server_holds_up_neither_the_states_nor_the_answers_of_another() -> None:
    outbox = Outbox()
    for number in range(100):
        outbox.put_notification("noisy", b"noise %d" % number)
    mark = outbox.mark()
    outbox.put_notification("quiet", b"starting", is_state=True)
    outbox.put_notification("quiet", b"running", is_state=True)
    outbox.put_answer(b"started", since=mark)

    taken = drained(outbox)

    assert taken.index(b"starting") < taken.index(b"running") < taken.index(b"started") < 6
    assert [m for m in taken if m.startswith(b"noise")] == [b"noise %d" % n for n in range(100)]


def test_an_answer_does_not_wait_for_states_that_were_there_before_its_request() -> None:
    outbox = Outbox()
    outbox.put_notification("api", b"log")
    outbox.put_notification("api", b"status", is_state=True)
    outbox.put_answer(b"answer", since=outbox.mark())
    assert drained(outbox) == [b"answer", b"log", b"status"]


def test_messages_are_taken_together_as_far_as_they_fit_and_never_none() -> None:
    outbox = Outbox()
    for message in (b"12345", b"678", b"90", b"x" * 100):
        outbox.put_notification("api", message)
    assert outbox.take(8) == [b"12345", b"678"]
    assert outbox.take(8) == [b"90"]
    assert outbox.take(8) == [b"x" * 100]
    assert outbox.take(8) == []


def test_a_small_message_is_taken_alone_only_if_nothing_else_waits() -> None:
    outbox = Outbox()
    assert outbox.take_small(10) is None
    outbox.put_answer(b"x" * 11)
    assert outbox.take_small(10) is None
    assert outbox.take_small(11) == b"x" * 11
    outbox.put_answer(b"one")
    outbox.put_notification("api", b"two")
    assert outbox.take_small(10) is None
    assert drained(outbox) == [b"one", b"two"]


def test_whoever_writes_is_woken_for_every_message() -> None:
    outbox = Outbox()
    woken: list[int] = []
    outbox.wake = lambda: woken.append(1)
    outbox.put_answer(b"one")
    outbox.put_notification("api", b"two", is_state=True)
    assert len(woken) == 2


def test_there_is_no_room_once_the_limit_waits_and_ease_is_told_once() -> None:
    outbox = Outbox()
    eased: list[int] = []
    outbox.when_easy = lambda: eased.append(1)
    half = b"x" * (LIMIT_BYTES // 2)
    outbox.put_notification("api", half)
    assert outbox.has_room()
    outbox.put_notification("api", half)
    assert not outbox.has_room()

    outbox.take(1)
    assert outbox.has_room()
    assert not eased, "half full is not easy yet"
    outbox.take(1)
    assert eased == [1]
    outbox.put_notification("api", b"later")
    outbox.take(1)
    assert eased == [1]


def test_nobody_is_told_of_ease_who_was_never_refused() -> None:
    outbox = Outbox()
    eased: list[int] = []
    outbox.when_easy = lambda: eased.append(1)
    outbox.put_notification("api", b"x" * LIMIT_BYTES)
    outbox.take(1)
    assert not eased


def test_answers_take_no_room_from_notifications_but_may_congest() -> None:
    outbox = Outbox()
    outbox.put_answer(b"x" * LIMIT_BYTES)
    assert outbox.has_room()
    assert not outbox.congested
    outbox.put_answer(b"x")
    assert outbox.congested
    outbox.take(1)
    assert not outbox.congested


def test_answers_that_wait_for_states_congest_as_well() -> None:
    outbox = Outbox()
    outbox.put_notification("api", b"status", is_state=True)
    outbox.put_answer(b"x" * (LIMIT_BYTES + 1), since=0)
    assert outbox.congested
    drained(outbox)
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
        outbox.put_notification("api", b"x")
        outbox.put_notification("api", b"x" * EASY_BYTES)
        outbox.take(1)
        now += since
        assert outbox.pace(PAUSE_EVERY_BYTES) == pause
        outbox.take(1)
        assert outbox.pace(PAUSE_EVERY_BYTES) == 0


def test_a_flood_pauses_once_for_so_many_bytes() -> None:
    with patch("sidecar.rpc.outbox.time", SimpleNamespace(monotonic=lambda: 1000.0)):
        outbox = Outbox()
        for _ in range(2):
            outbox.put_notification("api", b"x" * EASY_BYTES)
        outbox.take(1)
        quarter = PAUSE_EVERY_BYTES // 4
        pauses = [outbox.pace(quarter) for _ in range(8)]
    assert pauses == [0, 0, 0, PAUSE_SECONDS] * 2


def test_what_is_urgent_goes_before_the_lines_that_wait_and_before_nothing_else() -> None:
    outbox = Outbox()
    outbox.put_notification("api", b"old line", may_wait=True)
    outbox.put_notification("api", b"running", is_state=True)
    outbox.put_notification("api", b"ready")
    outbox.put_notification("api", b"line", may_wait=True)
    outbox.put_notification("api", b"another line", may_wait=True)
    mark = outbox.mark()
    outbox.put_notification("api", b"stopping", is_state=True, urgent=True)
    outbox.put_answer(b"answer", since=mark)
    assert drained(outbox) == [
        b"old line",
        b"running",
        b"ready",
        b"stopping",
        b"answer",
        b"line",
        b"another line",
    ]
