"""CPU as a rate between two samples, and the rest as it is now."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import NamedTuple
from unittest.mock import patch

import psutil
import pytest

from sidecar.processes.metrics import SHORTEST_WINDOW_SECONDS, Sampler
from tests.unit.processes.kept import kept, without_trace


class CpuTimes(NamedTuple):
    user: float
    system: float


@dataclass
class ScriptedProcess:
    """What psutil tells of a process."""

    pid: int
    seconds: float = 0.0
    born: float = 0.0
    gone: bool = False

    def oneshot(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def cpu_times(self) -> CpuTimes:
        if self.gone:
            raise psutil.NoSuchProcess(self.pid)
        return CpuTimes(self.seconds / 2, self.seconds / 2)

    def memory_info(self) -> SimpleNamespace:
        return SimpleNamespace(rss=1000)

    def num_threads(self) -> int:
        return 2

    def num_fds(self) -> int:
        raise psutil.AccessDenied(self.pid)

    def create_time(self) -> float:
        return self.born


@dataclass
class Machine:
    """A clock and processes that a test moves."""

    now: float = 1000.0
    processes: list[ScriptedProcess] = field(default_factory=list[ScriptedProcess])

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now


@pytest.fixture
def machine() -> Iterator[Machine]:
    machine = Machine()
    with (
        patch("sidecar.processes.metrics.time", machine),
        patch("sidecar.processes.metrics.members", lambda _: list(machine.processes)),
    ):
        yield machine


def test_the_first_rate_counts_from_the_launch(machine: Machine) -> None:
    machine.processes = [ScriptedProcess(1, seconds=3.0)]
    sampler = Sampler(1, since=machine.now - 10)
    assert sampler.sample().cpu_percent == 30.0


def test_later_rates_count_from_the_sample_before(machine: Machine) -> None:
    process = ScriptedProcess(1, seconds=50.0)
    machine.processes = [process]
    sampler = Sampler(1, since=machine.now - 10)
    sampler.sample()
    machine.now += 2
    process.seconds += 1
    assert sampler.sample().cpu_percent == 50.0
    machine.now += 2
    assert sampler.sample().cpu_percent == 0.0


def test_several_processes_may_use_more_than_one_processor(machine: Machine) -> None:
    machine.processes = [ScriptedProcess(1), ScriptedProcess(2)]
    sampler = Sampler(1, since=machine.now)
    machine.now += 2
    for process in machine.processes:
        process.seconds += 2
    sample = sampler.sample()
    assert sample.cpu_percent == 200.0
    assert (sample.processes, sample.threads, sample.rss_bytes) == (2, 4, 2000)
    assert sample.open_files is None


def test_two_samples_at_once_do_not_invent_a_rate(machine: Machine) -> None:
    process = ScriptedProcess(1)
    machine.processes = [process]
    sampler = Sampler(1, since=machine.now)
    machine.now += 1
    process.seconds = 0.5
    assert sampler.sample().cpu_percent == 50.0
    machine.now += SHORTEST_WINDOW_SECONDS / 2
    process.seconds += SHORTEST_WINDOW_SECONDS / 2
    assert sampler.sample().cpu_percent == 50.0


def test_a_pid_that_another_process_has_now_is_not_taken_for_the_old_one(machine: Machine) -> None:
    machine.processes = [ScriptedProcess(1, seconds=5.0, born=1.0)]
    sampler = Sampler(1, since=machine.now - 5)
    sampler.sample()
    machine.now += 1
    machine.processes = [ScriptedProcess(1, seconds=0.25, born=2.0)]
    assert sampler.sample().cpu_percent == 25.0


def test_a_process_that_ends_meanwhile_is_not_counted(machine: Machine) -> None:
    machine.processes = [ScriptedProcess(1), ScriptedProcess(2, gone=True)]
    sampler = Sampler(1, since=machine.now)
    machine.now += 1
    assert sampler.sample().processes == 1


def test_a_real_family_is_measured_whole() -> None:
    with kept() as (server, keeper, _):
        server.run("""
fork(lambda: sleep("child"))
daemonise(lambda: sleep("daemon"))
sleep("main")
""")
        pids = server.pids(3)
        sampler = Sampler(keeper.pid, time.monotonic())
        sample = sampler.sample()
        assert sample.processes == 3, "the keeper is no part of it"
        assert sample.threads >= 3
        assert sample.rss_bytes > 3 * os.sysconf("SC_PAGE_SIZE")
        assert sample.open_files is not None
        assert sample.open_files >= 3
        os.kill(pids["main"], signal.SIGKILL)
        without_trace(pids["main"])
        assert sampler.sample().processes == 2
