"""A process that even SIGKILL does not end is told, and can be got rid of later."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import is_alive
from tests.support.servers import sleeper
from tests.support.sidecar import LaunchSidecar

FREEZER = Path("/sys/fs/cgroup/freezer")
END_LIMIT = 10.0


class Freezer:
    """A control group whose frozen members take no signal, as if they hung in the system."""

    def __init__(self, group: Path) -> None:
        self._group = group

    def freeze(self, pid: int) -> None:
        """Stops `pid` where no signal reaches it."""
        (self._group / "cgroup.procs").write_text(str(pid))
        (self._group / "freezer.state").write_text("FROZEN")

    def thaw(self) -> None:
        """Lets all of them go on, to what is waiting for them."""
        (self._group / "freezer.state").write_text("THAWED")


@pytest.fixture
def freezer() -> Iterator[Freezer]:
    """Where the kernel lets us make one; empty again by the time the sidecar is closed."""
    group = FREEZER / f"sidecar-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError as problem:
        pytest.skip(f"needs root and a freezer control group (cgroup v1): {problem}")
    freezer = Freezer(group)
    yield freezer
    freezer.thaw()
    group.rmdir()


async def test_a_stop_that_something_survives_fails_and_works_once_it_can(
    freezer: Freezer, sidecar: LaunchSidecar
) -> None:
    client = await sidecar({"api": sleeper()})
    pid = (await client.request("start"))["status"]["pid"]
    freezer.freeze(pid)

    failed = await client.request("stop", force=True)

    assert failed["success"] is False
    assert failed["error"]["code"] == "STOP_TIMEOUT"
    assert len(failed["error"]["hint"]) > 10
    assert failed["status"]["status"] == "error"
    assert failed["status"]["lastError"]
    assert client.since_mark("python-server-stopped") == []
    assert is_alive(pid)

    freezer.thaw()
    await _end_of(pid)
    stopped = await client.request("stop")

    assert stopped["success"] is True
    assert stopped["status"]["status"] == "stopped"
    assert not is_alive(pid)
    assert (await client.until("python-server-stopped"))["expected"] is True


async def test_a_restart_that_something_survives_starts_no_second_process(
    freezer: Freezer, sidecar: LaunchSidecar
) -> None:
    client = await sidecar({"api": sleeper()})
    pid = (await client.request("start"))["status"]["pid"]
    freezer.freeze(pid)

    failed = await client.request("restart", force=True)

    assert failed["success"] is False
    assert failed["error"]["code"] == "STOP_TIMEOUT"
    assert client.since_mark("python-server-ready")[1:] == []

    freezer.thaw()
    started = await client.request("start")

    assert started["success"] is True
    assert started["status"]["pid"] != pid
    assert not is_alive(pid)


async def _end_of(pid: int) -> None:
    """Returns when the signal that was waiting has ended `pid`."""
    deadline = time.monotonic() + END_LIMIT
    while is_alive(pid):
        assert time.monotonic() < deadline, f"{pid} still lives"
        await asyncio.sleep(0.01)
