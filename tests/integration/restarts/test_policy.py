"""Which ends lead to an automatic restart, and how it is told."""

import asyncio
import os
import signal

import pytest

from tests.integration.restarts.programs import QUIET_FOR, ends_with, quick
from tests.support.processes import is_alive
from tests.support.servers import sleeper
from tests.support.sidecar import LaunchSidecar
from tests.support.story import statuses, story, until_restarted

EXIT_0 = "sys.exit(0)"
EXIT_3 = "print('the disk is full', flush=True); os._exit(3)"
KILLED = "os.kill(os.getpid(), signal.SIGKILL); time.sleep(60)"


@pytest.mark.parametrize(
    ("policy", "ending", "state"),
    [
        (None, EXIT_3, "error"),
        ("never", EXIT_3, "error"),
        ("never", KILLED, "error"),
        ("never", EXIT_0, "stopped"),
        ("on-failure", EXIT_0, "stopped"),
    ],
)
async def test_an_end_that_the_policy_does_not_cover_is_final(
    sidecar: LaunchSidecar, policy: str | None, ending: str, state: str
) -> None:
    client = await sidecar({"api": ends_with(ending, quick(policy) if policy else None)})
    pid = (await client.request("start"))["status"]["pid"]
    client.mark()

    os.kill(pid, signal.SIGUSR1)

    final = await client.until_status(state)
    await asyncio.sleep(QUIET_FOR)
    assert statuses(client) == [state]
    assert final["restarts"] == 0
    assert "retryAt" not in final
    (stopped,) = client.since_mark("python-server-stopped")
    assert stopped["expected"] is False


@pytest.mark.parametrize(
    ("policy", "ending"),
    [("on-failure", EXIT_3), ("on-failure", KILLED), ("always", EXIT_3), ("always", EXIT_0)],
)
async def test_an_end_that_the_policy_covers_is_followed_by_a_restart(
    sidecar: LaunchSidecar, policy: str, ending: str
) -> None:
    client = await sidecar({"api": ends_with(ending, quick(policy))})
    pid = (await client.request("start"))["status"]["pid"]
    client.mark()

    os.kill(pid, signal.SIGUSR1)

    running = await until_restarted(client, pid)
    assert running["restarts"] == 1
    assert "retryAt" not in running
    wanted = ("starting", "running", "stopped", "error", "python-server-stopped")
    assert story(client, *wanted) == ["python-server-stopped", "starting", "running"]
    (stopped,) = client.since_mark("python-server-stopped")
    assert stopped["expected"] is False
    ready = await client.until("python-server-ready")
    assert ready["pid"] == running["pid"]


async def test_automatic_restarts_are_counted_until_a_client_starts(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": sleeper(restart=quick("on-failure"))})
    pid = (await client.request("start"))["status"]["pid"]
    for count in (1, 2, 3):
        client.mark()
        os.kill(pid, signal.SIGKILL)
        running = await until_restarted(client, pid)
        assert running["restarts"] == count
        pid = running["pid"]
    assert (await client.request("get_status"))["restarts"] == 3

    await client.request("stop")

    assert (await client.request("start"))["status"]["restarts"] == 0


@pytest.mark.parametrize("policy", ["on-failure", "always"])
async def test_a_stop_by_a_client_is_final(sidecar: LaunchSidecar, policy: str) -> None:
    client = await sidecar({"api": sleeper(restart=quick(policy))})
    await client.request("start")
    client.mark()

    await client.request("stop", force=True)

    await asyncio.sleep(QUIET_FOR)
    assert statuses(client) == ["stopping", "stopped"]


async def test_what_a_crash_leaves_behind_is_gone_before_the_restart(
    sidecar: LaunchSidecar,
) -> None:
    ending = """
deaf = subprocess.Popen(["sh", "-c", "trap '' TERM; echo left $$; setsid sleep 600 & wait"])
time.sleep(0.2)
os._exit(3)
"""
    client = await sidecar({"api": ends_with(ending, quick("on-failure"))})
    pid = (await client.request("start"))["status"]["pid"]
    client.mark()
    os.kill(pid, signal.SIGUSR1)
    left = int((await client.logs_until("left")).split()[1])

    await client.until_status("starting")
    await until_restarted(client, pid)

    assert not is_alive(left)


async def test_a_policy_that_was_changed_holds_from_the_next_end_on(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": sleeper()})
    pid = (await client.request("start"))["status"]["pid"]

    answer = await client.request("update_server", changes={"restart": quick("always")})

    assert answer["restartRequired"] is False
    assert answer["status"]["pid"] == pid
    client.mark()
    os.kill(pid, signal.SIGKILL)
    running = await until_restarted(client, pid)
    await client.request("update_server", changes={"restart": {"policy": "never"}})
    client.mark()
    os.kill(running["pid"], signal.SIGKILL)
    await client.until_status("error")
    await asyncio.sleep(QUIET_FOR)
    assert statuses(client) == ["error"]


async def test_the_restart_of_one_server_leaves_the_others_alone(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"ill": sleeper(restart=quick("always")), "sound": sleeper()})
    ill = (await client.request("start", name="ill"))["status"]["pid"]
    sound = (await client.request("start", name="sound"))["status"]["pid"]
    client.mark()

    os.kill(ill, signal.SIGKILL)

    await until_restarted(client, ill)
    assert {one["name"] for one in client.since_mark("python-server-status")} == {"ill"}
    assert (await client.request("get_status", name="sound"))["pid"] == sound
