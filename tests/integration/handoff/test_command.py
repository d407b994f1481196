"""A `command` that asks for the socket gets it as systemd would give it."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.integration.handoff.commands import accepting
from tests.support.processes import is_alive
from tests.support.servers import free_port
from tests.support.sidecar import LaunchSidecar, Sidecar
from tests.support.story import statuses, story, until_restarted
from tests.support.traffic import ask, can_listen, connects

WAIT = """
while not os.path.exists(sys.argv[1]):
    time.sleep(0.005)
"""


def _given(client: Sidecar) -> dict[str, Any]:
    """What the newest process since the mark was given."""
    lines = [line for line in client.log_text().splitlines() if line.startswith("GIVEN ")]
    return json.loads(lines[-1].removeprefix("GIVEN "))


async def test_the_placeholder_fd_asks_for_the_socket_on_descriptor_3(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": accepting("--fd={fd}")})

    status = (await client.request("start"))["status"]

    given = _given(client)
    assert given["arguments"] == ["--fd=3", "3"]
    assert given["LISTEN_FDS"] == "1"
    assert given["LISTEN_PID"] == str(status["pid"])
    assert given["pid"] == status["pid"]
    assert given["listens"] is True
    assert given["port"] == status["port"]
    assert (await ask(status["port"]))["pid"] == status["pid"]


@pytest.mark.parametrize("handoff", ["socket", "overlap"])
async def test_a_configured_hand_off_gives_the_socket_without_a_placeholder(
    sidecar: LaunchSidecar, handoff: str
) -> None:
    port = free_port()
    client = await sidecar({"api": accepting(handoff=handoff, port=port)})

    status = (await client.request("start"))["status"]

    given = _given(client)
    assert given["arguments"] == []
    assert given["LISTEN_FDS"] == "1"
    assert given["LISTEN_PID"] == str(status["pid"])
    assert given["port"] == status["port"] == port


async def test_a_command_is_given_no_other_descriptor(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": accepting(ready={"log": "^GIVEN"})})

    await client.request("start")

    assert sorted(_given(client)["descriptors"]) == [0, 1, 2, 3]


async def test_a_command_on_several_loopback_addresses_has_one_socket(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": accepting(host="localhost")})

    status = (await client.request("start"))["status"]

    assert _given(client)["LISTEN_FDS"] == "1"
    assert (await ask(status["port"], host="localhost"))["pid"] == status["pid"]


@pytest.mark.parametrize("ready", [{"tcp": True}, {"http": "/"}])
async def test_a_command_is_not_running_before_it_accepts_though_its_port_does(
    sidecar: LaunchSidecar, tmp_path: Path, ready: dict[str, Any]
) -> None:
    go = tmp_path / "go"
    client = await sidecar({"api": accepting(str(go), pause=WAIT, ready=ready)})
    start = client.start_request("start")
    await client.logs_until("GIVEN")
    given = _given(client)
    assert connects(given["port"])

    await asyncio.wait([start], timeout=0.6)

    assert not start.done()
    assert statuses(client) == ["starting"]
    go.touch()
    assert (await start)["status"]["pid"] == given["pid"]


async def test_the_port_is_held_while_a_command_restarts(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    go.touch()
    client = await sidecar({"api": accepting(str(go), pause=WAIT)})
    before = (await client.request("start"))["status"]
    go.unlink()
    client.mark()
    restart = client.start_request("restart")
    await client.logs_until("GIVEN")

    assert not is_alive(before["pid"])
    assert not can_listen(before["port"])
    waiting = asyncio.create_task(ask(before["port"]))
    go.touch()

    after = (await restart)["status"]
    assert after["port"] == before["port"]
    assert (await waiting)["pid"] == after["pid"]


async def test_a_command_that_crashes_keeps_its_port_over_the_automatic_restart(
    sidecar: LaunchSidecar,
) -> None:
    restart = {"policy": "on-failure", "backoff": [0.5, 2.0, 1.0]}
    client = await sidecar({"api": accepting(restart=restart)})
    before = (await client.request("start"))["status"]
    client.mark()

    os.kill(before["pid"], signal.SIGKILL)

    await client.until("python-server-status", lambda told: "retryAt" in told)
    assert not can_listen(before["port"])
    answer = await ask(before["port"])
    after = await until_restarted(client, before["pid"])
    assert answer["pid"] == after["pid"]
    assert after["port"] == before["port"]


async def test_a_stop_frees_the_port_of_a_command(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": accepting()})
    port = (await client.request("start"))["status"]["port"]

    await client.request("stop")

    assert can_listen(port)


@pytest.mark.parametrize("ready", [{}, {"http": "/"}])
async def test_overlap_has_the_new_command_accept_before_the_old_one_goes(
    sidecar: LaunchSidecar, tmp_path: Path, ready: dict[str, Any]
) -> None:
    go = tmp_path / "go"
    go.touch()
    spec = accepting(str(go), pause=WAIT, handoff="overlap", ready=ready)
    client = await sidecar({"api": spec})
    before = (await client.request("start"))["status"]
    go.unlink()
    client.mark()
    restart = client.start_request("restart")
    await client.logs_until("GIVEN")
    for _ in range(10):
        assert (await ask(before["port"]))["pid"] == before["pid"]
    assert (await client.request("get_status"))["status"] == "starting"
    assert not restart.done()

    go.touch()

    after = (await restart)["status"]
    assert after["pid"] not in {before["pid"], None}
    assert (await client.until("python-server-stopped"))["expected"] is True
    wanted = ("starting", "running", "stopped", "python-server-stopped")
    assert story(client, *wanted) == ["starting", "running", "python-server-stopped"]
    assert (await ask(before["port"]))["pid"] == after["pid"]


async def test_a_failing_overlap_restart_leaves_the_old_command_serving(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    flag = tmp_path / "sound"
    flag.touch()
    pause = "os.path.exists(sys.argv[1]) or sys.exit(7)"
    client = await sidecar({"api": accepting(str(flag), pause=pause, handoff="overlap")})
    before = (await client.request("start"))["status"]
    flag.unlink()

    answer = await client.request("restart")

    assert answer["success"] is False
    assert answer["error"]["code"] == "EXITED_EARLY"
    assert answer["error"]["data"]["exitCode"] == 7
    assert answer["status"]["status"] == "running"
    assert answer["status"]["pid"] == before["pid"]
    assert (await ask(before["port"]))["pid"] == before["pid"]
