"""Guardians watched from start to end, as far as anybody can be beneath this very process."""

import ctypes
import logging
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator

import pytest

from sidecar.processes.guarding.guard_protocol import AT_WORK
from sidecar.processes.vigil import Vigil, Vigils
from tests.support.processes import is_alive
from tests.unit.processes.kept import HEADER, LIMIT, PYTHON, eventually, without_trace

_GET_CHILD_SUBREAPER = 37

# It has a keeper, which has its own arguments, with a server, and a child: nothing of it is theirs.
WITH_A_FAMILY = """
def become_another():
    os.execv("/bin/sleep", ["sleep", "600"])
def keep():
    tell("server", fork(become_another))
    sleep("keeper")
fork(keep)
tell("child", fork(become_another))
"""


class Guardian:
    """A program that stands for a guardian, and the test's ends of what connects it."""

    def __init__(self, vigils: Vigils, code: str = "") -> None:
        self.requests, self._theirs = socket.socketpair()
        reader, self._out = os.pipe()
        self._code = code
        vigils.begin(self._spawn, self.requests)
        os.close(self._out)
        self._said = open(reader, "rb", buffering=0)  # noqa: SIM115 - closed below
        assert vigils.last is not None
        self.vigil: Vigil = vigils.last

    def _spawn(self, mark: str) -> int:
        self.mark = mark
        arguments = [*PYTHON, HEADER + self._code + "\nsleep('guardian')", mark]
        actions = [(os.POSIX_SPAWN_DUP2, self._out, 1)]
        return os.posix_spawn(sys.executable, arguments, {}, file_actions=actions)

    def is_at_work(self) -> None:
        """Says so."""
        self._theirs.send(AT_WORK)

    def pids(self, count: int) -> dict[str, int]:
        """Of it and its family, once so many have told."""
        return dict(self._name_and_pid() for _ in range(count))

    def _name_and_pid(self) -> tuple[str, int]:
        assert select.select([self._said], [], [], LIMIT)[0], "nobody tells anything"
        name, pid = self._said.readline().split()
        return name.decode(), int(pid)

    def kill(self) -> None:
        os.kill(self.vigil.pid, signal.SIGKILL)

    def close(self) -> None:
        """Of whatever is left, and of what connects it."""
        if self.vigil.lives:
            self.vigil.dismiss()
            self._theirs.close()
            self.kill()
        self.requests.close()
        self._theirs.close()
        self._said.close()


@pytest.fixture
def vigils() -> Vigils:
    return Vigils()


@pytest.fixture
def guardians(vigils: Vigils) -> "Iterator[Guardians]":
    guardians = Guardians(vigils)
    yield guardians
    guardians.close()


class Guardians:
    """Begins vigils, all of which are over after the test."""

    def __init__(self, vigils: Vigils) -> None:
        self._vigils = vigils
        self._all: list[Guardian] = []

    def begin(self, code: str = "", *, at_work: bool = True) -> Guardian:
        guardian = Guardian(self._vigils, code)
        self._all.append(guardian)
        if at_work:
            guardian.is_at_work()
        return guardian

    def close(self) -> None:
        for guardian in self._all:
            guardian.close()
        for guardian in self._all:
            assert guardian.vigil.over.wait(LIMIT)


@pytest.fixture
def stranger() -> Iterator[int]:
    pid = os.posix_spawn("/bin/sleep", ["sleep", "271"], {})
    yield pid
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def adopts() -> bool:
    """Whether orphans beneath us become children of this process."""
    found = ctypes.c_int()
    assert ctypes.CDLL(None).prctl(_GET_CHILD_SUBREAPER, ctypes.byref(found), 0, 0, 0) == 0
    return bool(found.value)


def test_who_has_no_guardian_yet_watches_none(vigils: Vigils) -> None:
    assert vigils.last is None
    assert list(vigils) == []


def test_a_guardian_is_known_by_its_mark_from_its_start_to_its_end(
    vigils: Vigils, guardians: Guardians
) -> None:
    guardian = guardians.begin()
    vigil = guardian.vigil
    assert vigil.mark == guardian.mark
    assert vigil.lives
    assert not vigil.over.is_set()
    assert guardian.pids(1) == {"guardian": vigil.pid}

    guardian.kill()

    assert vigil.over.wait(LIMIT)
    assert not vigil.lives
    assert not os.path.exists(f"/proc/{vigil.pid}")
    assert vigils.last is vigil


def test_the_next_one_has_another_mark_and_who_is_over_is_forgotten(
    vigils: Vigils, guardians: Guardians
) -> None:
    first, second = guardians.begin(), guardians.begin()
    assert first.mark != second.mark
    assert list(vigils) == [first.vigil, second.vigil]
    assert vigils.last is second.vigil
    first.kill()
    assert first.vigil.over.wait(LIMIT)
    assert second.vigil.lives

    third = guardians.begin()

    assert list(vigils) == [second.vigil, third.vigil]


def test_a_guardian_that_cannot_be_started_is_not_watched_and_leaves_nothing_open(
    vigils: Vigils, guardians: Guardians
) -> None:
    def refuse(_mark: str) -> int:
        raise BlockingIOError

    first = guardians.begin()
    eventually(adopts, "all is as it will be")
    before = os.listdir("/proc/self/fd")
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(BlockingIOError):
        vigils.begin(refuse, ours)
    assert os.listdir("/proc/self/fd") == before
    assert list(vigils) == [first.vigil]
    assert first.vigil.lives


def test_a_guardian_that_was_killed_is_told_and_one_that_was_dismissed_is_not(
    guardians: Guardians, caplog: pytest.LogCaptureFixture
) -> None:
    dismissed, killed = guardians.begin(), guardians.begin()
    dismissed.vigil.dismiss()
    with caplog.at_level(logging.WARNING):
        for one in (dismissed, killed):
            one.kill()
            assert one.vigil.over.wait(LIMIT)
    (record,) = caplog.records
    assert f"pid {killed.vigil.pid}" in record.getMessage()


def test_nobody_is_adopted_before_the_guardian_is_at_work(guardians: Guardians) -> None:
    guardian = guardians.begin(at_work=False)
    guardian.pids(1)
    assert not adopts(), "its lookout is to be nobody's child"
    guardian.is_at_work()
    eventually(adopts, "we adopt")
    guardians.begin(at_work=False)
    assert not adopts(), "nor is the lookout of the next one"


def test_a_guardian_that_ends_before_it_is_at_work_is_buried(guardians: Guardians) -> None:
    guardian = guardians.begin("os._exit(1)", at_work=False)
    guardian.close()
    assert guardian.vigil.over.wait(LIMIT)
    without_trace(guardian.vigil.pid)


def test_whoever_has_a_stranger_among_its_children_adopts_nobody_and_leaves_it_alone(
    vigils: Vigils, guardians: Guardians, stranger: int
) -> None:
    guardian = guardians.begin()
    guardian.kill()
    assert guardian.vigil.over.wait(LIMIT)
    assert is_alive(stranger)
    assert vigils.may_adopt() is False
    assert not adopts()


def test_that_there_was_a_stranger_is_not_forgotten_when_it_is_gone(
    vigils: Vigils, guardians: Guardians
) -> None:
    stranger = os.posix_spawn("/bin/sleep", ["sleep", "271"], {})
    first = guardians.begin()
    first.kill()
    assert first.vigil.over.wait(LIMIT)
    os.kill(stranger, signal.SIGKILL)
    os.waitpid(stranger, 0)

    second = guardians.begin()
    second.kill()

    assert second.vigil.over.wait(LIMIT)
    assert vigils.may_adopt() is False
    assert not adopts()


def test_what_is_beneath_a_living_guardian_is_no_stranger(
    vigils: Vigils, guardians: Guardians
) -> None:
    guardian = guardians.begin(WITH_A_FAMILY, at_work=False)
    family = guardian.pids(4)
    assert vigils.ours() == {}
    assert vigils.may_adopt() is True
    guardian.is_at_work()
    eventually(adopts, "we adopt")
    guardian.kill()
    without_trace(family["guardian"], family["child"])
    os.kill(family["keeper"], signal.SIGKILL)


def test_the_first_process_of_a_container_adopts_nobody(
    vigils: Vigils, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", lambda: 1)
        patched.setattr(vigils, "ours", dict[int, int])
        assert vigils.may_adopt() is False
    assert vigils.may_adopt() is False


def test_each_guardians_keepers_have_their_time_though_another_was_killed_meanwhile(
    guardians: Guardians,
) -> None:
    first = guardians.begin(WITH_A_FAMILY)
    eventually(adopts, "we adopt")
    family = first.pids(4)
    first.kill()
    without_trace(family["child"])
    assert is_alive(family["keeper"]), "keepers end by themselves"
    assert not first.vigil.over.is_set()

    second = guardians.begin(WITH_A_FAMILY)
    eventually(adopts, "we adopt again")
    others = second.pids(4)
    assert all(map(is_alive, others.values()))
    second.kill()
    without_trace(others["child"])

    for one in (family, others):
        assert is_alive(one["keeper"])
        assert is_alive(one["server"])
        assert not first.vigil.over.is_set()
        assert not second.vigil.over.is_set()
        os.kill(one["keeper"], signal.SIGKILL)
        without_trace(one["keeper"], one["server"])
    assert first.vigil.over.wait(LIMIT)
    assert second.vigil.over.wait(LIMIT)
