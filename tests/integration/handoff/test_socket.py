"""`handoff = "socket"`: the sidecar holds the port, and one process after the other is given it."""

import asyncio
import os
import signal
import socket
from pathlib import Path

from tests.support.changing_app import ChangingApp
from tests.support.servers import HTTP_SERVER, free_port, script
from tests.support.sidecar import LaunchSidecar
from tests.support.story import statuses, until_restarted
from tests.support.traffic import ask, can_listen, connects

LOOPBACKS = ("127.0.0.1", "::1")
WAIT_BEFORE = """
import os, sys, time
print("waiting", flush=True)
while os.path.exists(sys.argv[3]):
    time.sleep(0.005)
"""
ALWAYS = {"policy": "always", "backoff": [0.05, 2.0, 1.0]}


async def test_while_an_app_restarts_its_port_is_held_and_connections_wait(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec()})
    before = (await client.request("start"))["status"]
    port = before["port"]
    client.mark()
    app.raise_flag("hold")
    restart = client.start_request("restart")
    await client.until("python-server-stopped")
    await client.until_status("starting")

    assert not can_listen(port)
    waiting = [asyncio.create_task(ask(port)) for _ in range(20)]
    await asyncio.wait(waiting, timeout=0.2)
    assert not any(one.done() for one in waiting)
    app.lower_flag("hold")

    after = (await restart)["status"]
    assert after["port"] == port
    assert after["pid"] != before["pid"]
    assert {one["pid"] for one in await asyncio.gather(*waiting)} == {after["pid"]}


async def test_an_app_is_not_running_before_it_is_up_though_its_port_accepts(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    port = free_port()
    client = await sidecar({"api": app.spec(port=port, ready={"tcp": True})})
    app.raise_flag("hold")
    start = client.start_request("start")
    await client.until_status("starting")
    async with asyncio.timeout(10):
        while not connects(port):
            await asyncio.sleep(0.01)

    await asyncio.wait([start], timeout=0.5)

    assert not start.done()
    assert statuses(client) == ["starting"]
    app.lower_flag("hold")
    assert (await start)["success"] is True


async def test_a_stop_frees_the_port(sidecar: LaunchSidecar, app: ChangingApp) -> None:
    client = await sidecar({"api": app.spec()})
    port = (await client.request("start"))["status"]["port"]
    assert not can_listen(port)

    await client.request("stop")

    assert can_listen(port)


async def test_a_stop_after_a_failed_restart_frees_the_port(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec()})
    port = (await client.request("start"))["status"]["port"]
    app.write("broken", "raise SystemExit('no good')")
    assert (await client.request("restart"))["success"] is False

    assert (await client.request("stop"))["success"] is True

    assert can_listen(port)


async def test_a_server_that_ended_for_good_leaves_no_connection_waiting(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec()})
    status = (await client.request("start"))["status"]

    os.kill(status["pid"], signal.SIGKILL)

    await client.until_status("error")
    assert not connects(status["port"])


async def test_a_cancelled_start_frees_the_port(sidecar: LaunchSidecar, app: ChangingApp) -> None:
    port = free_port()
    client = await sidecar({"api": app.spec(port=port)})
    app.raise_flag("hold")
    start = client.start_request("start")
    await client.until_status("starting")

    await client.request("stop")

    assert (await start)["error"]["code"] == "CANCELLED"
    assert can_listen(port)


async def test_a_crash_keeps_the_port_until_the_automatic_restart_answers(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    restart = {"policy": "always", "backoff": [0.5, 2.0, 1.0]}
    client = await sidecar({"api": app.spec(restart=restart)})
    before = (await client.request("start"))["status"]
    client.mark()

    os.kill(before["pid"], signal.SIGKILL)

    await client.until("python-server-status", lambda told: "retryAt" in told)
    assert not can_listen(before["port"])
    answer = await ask(before["port"])
    after = await until_restarted(client, before["pid"])
    assert answer["pid"] == after["pid"]
    assert after["port"] == before["port"]


async def test_port_0_is_kept_over_restarts_a_crash_and_a_stop(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(restart=ALWAYS)})
    first = (await client.request("start"))["status"]
    client.mark()
    os.kill(first["pid"], signal.SIGKILL)
    recovered = await until_restarted(client, first["pid"])

    restarted = (await client.request("restart"))["status"]
    await client.request("stop")
    again = (await client.request("start"))["status"]

    ports = {status["port"] for status in (first, recovered, restarted, again)}
    assert ports == {first["port"]}
    assert (await ask(first["port"]))["pid"] == again["pid"]


async def test_localhost_is_served_on_each_loopback_address_that_the_machine_has(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    here = {address[4][0] for address in socket.getaddrinfo("localhost", None)}
    served = [host for host in LOOPBACKS if host in here and can_listen(0, host)]
    client = await sidecar({"api": app.spec(host="localhost")})
    status = (await client.request("start"))["status"]

    restarted = (await client.request("restart"))["status"]

    assert served
    assert restarted["port"] == status["port"]
    for host in served:
        assert (await ask(status["port"], host=host))["pid"] == restarted["pid"]
        assert not can_listen(status["port"], host)
    await client.request("stop")
    assert all(can_listen(status["port"], host) for host in served)


async def test_accepted_connections_send_without_delay(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec()})
    port = (await client.request("start"))["status"]["port"]

    assert (await ask(port, "/delay"))["noDelay"] is True


async def test_uvicorns_workers_share_the_socket_and_are_replaced(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(args=["--workers", "2"])})
    before = (await client.request("start"))["status"]
    old_worker = (await ask(before["port"]))["pid"]
    app.write("second")

    after = (await client.request("restart"))["status"]

    answer = await ask(after["port"])
    assert after["port"] == before["port"]
    assert answer["version"] == "second"
    assert answer["pid"] not in {before["pid"], old_worker, after["pid"]}


async def test_without_a_hand_off_an_app_binds_its_port_by_itself(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(handoff="none")})
    before = (await client.request("start"))["status"]
    assert (await ask(before["port"]))["pid"] == before["pid"]
    client.mark()
    app.raise_flag("hold")
    restart = client.start_request("restart")
    await client.until("python-server-stopped")

    assert not connects(before["port"])
    app.lower_flag("hold")
    after = (await restart)["status"]
    assert (await ask(before["port"]))["pid"] == after["pid"]


async def test_a_command_binds_its_port_by_itself_unless_it_asks_for_the_socket(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    hold = tmp_path / "hold"
    hold.touch()
    code = WAIT_BEFORE + HTTP_SERVER
    port = free_port()
    client = await sidecar({"api": script(code, "{host}", "{port}", str(hold), port=port)})
    start = client.start_request("start")
    await client.logs_until("waiting")

    assert not connects(port)
    hold.unlink()
    assert (await start)["success"] is True
    assert connects(port)


async def test_a_changed_hand_off_needs_a_restart_and_then_holds(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(handoff="none")})
    before = (await client.request("start"))["status"]

    answer = await client.request("update_server", changes={"handoff": "socket"})

    assert answer["restartRequired"] is True
    assert (await client.request("restart"))["status"]["port"] == before["port"]
    app.raise_flag("hold")
    client.mark()
    restart = client.start_request("restart")
    await client.until("python-server-stopped")
    assert not can_listen(before["port"])
    app.lower_flag("hold")
    assert (await restart)["success"] is True
