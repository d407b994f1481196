"""A server that ends without being asked: a clean exit, an error, a signal."""

import asyncio
import os
import signal
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lifecycle.programs import ends_on_request
from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.support.processes import is_alive
from tests.support.servers import fastapi_app, sleeper
from tests.support.sidecar import LaunchSidecar, Sidecar

LEAVE_CHILDREN = """
left = subprocess.Popen(["sleep", "600"])
deaf = subprocess.Popen(["sh", "-c", "trap '' TERM; setsid sleep 600 & wait"])
print("left", left.pid, deaf.pid, flush=True)
"""


async def _run_and_end(client: Sidecar) -> dict[str, Any]:
    """Starts the server, asks it to end, and returns the status that follows."""
    pid = (await client.request("start"))["status"]["pid"]
    client.mark()
    os.kill(pid, signal.SIGUSR1)
    await client.until("python-server-stopped")
    return await client.until("python-server-status", lambda told: told["status"] != "running")


async def test_exit_0_while_running_is_stopped_but_not_expected(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": ends_on_request("sys.exit(0)")})

    status = await _run_and_end(client)

    assert status["status"] == "stopped"
    assert "pid" not in status
    assert await client.until("python-server-stopped") == {
        "name": "api", "code": 0, "expected": False,
    }  # fmt: skip


async def test_another_exit_code_while_running_is_an_error_that_names_it(
    sidecar: LaunchSidecar,
) -> None:
    ending = "print('the disk is full', file=sys.stderr, flush=True); os._exit(3)"
    client = await sidecar({"api": ends_on_request(ending)})

    status = await _run_and_end(client)

    assert status["status"] == "error"
    assert status["exitCode"] == 3
    assert "signal" not in status
    assert "3" in status["lastError"]
    assert "the disk is full" in status["lastError"]
    stopped = await client.until("python-server-stopped")
    assert stopped == {"name": "api", "code": 3, "expected": False}


async def test_the_last_lines_of_a_crash_come_before_its_end_is_told(
    sidecar: LaunchSidecar,
) -> None:
    ending = "print('last words'); sys.stdout.flush(); os._exit(3)"
    client = await sidecar({"api": ends_on_request(ending)})

    await _run_and_end(client)

    topics = [topic for topic, params in client.notifications if topic != "python-server-status"]
    assert topics.index("python-server-stopped") == len(topics) - 1
    assert "last words" in client.log_text()


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGABRT", "SIGTERM"])
async def test_a_signal_while_running_is_an_error_that_names_it(
    sidecar: LaunchSidecar, name: str
) -> None:
    ending = f"""
import resource
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
signal.signal(signal.{name}, signal.SIG_DFL) if "{name}" != "SIGKILL" else None
os.kill(os.getpid(), signal.{name})
time.sleep(60)
"""
    client = await sidecar({"api": ends_on_request(ending)})

    status = await _run_and_end(client)

    assert status["status"] == "error"
    assert status["signal"] == name
    assert "exitCode" not in status
    assert name in status["lastError"]
    stopped = await client.until("python-server-stopped")
    assert stopped == {"name": "api", "code": None, "signal": name, "expected": False}


async def test_an_app_killed_from_outside_is_an_error(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    client = await sidecar({"api": fastapi_app(tmp_path)})
    status = (await client.request("start"))["status"]
    client.mark()
    with await asyncio.to_thread(urllib.request.urlopen, status["url"] + "/pid") as response:
        assert str(status["pid"]).encode() in response.read()

    os.kill(status["pid"], signal.SIGKILL)

    failed = await client.until_status("error")
    assert failed["signal"] == "SIGKILL"
    again = await client.request("start")
    assert again["success"] is True
    assert again["status"]["port"] == status["port"]
    assert "lastError" not in again["status"] or "SIGKILL" in again["status"]["lastError"]
    assert "signal" not in again["status"]


async def test_a_stop_after_an_error_leads_to_stopped(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": ends_on_request("os._exit(3)")})
    await _run_and_end(client)
    await client.until_status("error")

    answer = await client.request("stop")

    assert answer["success"] is True
    assert answer["status"]["status"] == "stopped"
    assert (await client.until_status("stopped"))["name"] == "api"


@pytest.mark.parametrize(
    ("ending", "state"), [("sys.exit(0)", "stopped"), ("os._exit(3)", "error")]
)
async def test_what_a_server_leaves_behind_is_killed_when_it_ends(
    sidecar: LaunchSidecar, ending: str, state: str
) -> None:
    client = await sidecar({"api": tracked(ends_on_request(LEAVE_CHILDREN + ending))})

    status = await _run_and_end(client)

    assert status["status"] == state
    words = (await client.logs_until("left")).split("left")[1].split()
    assert not any(is_alive(int(pid)) for pid in words[:2])
    assert server_processes(client) == {}


async def test_a_server_that_ended_starts_again(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": ends_on_request("os._exit(3)")})
    await _run_and_end(client)
    await client.until_status("error")

    answer = await client.request("start")

    assert answer["success"] is True
    assert answer["status"]["status"] == "running"


async def test_no_zombie_stays_with_the_sidecar(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})

    for _ in range(3):
        pid = (await client.request("start"))["status"]["pid"]
        client.mark()
        os.kill(pid, signal.SIGKILL)
        await client.until_status("error")
        assert not _is_listed(pid)


def _is_listed(pid: int) -> bool:
    """Whether the system still has `pid`, be it as a zombie."""
    return Path(f"/proc/{pid}").exists()
