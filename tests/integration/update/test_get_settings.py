"""`get_settings` tells what the next start will use."""

import socket
from typing import Any

from tests.support.servers import free_port, http_server, sleeper
from tests.support.sidecar import LaunchSidecar

DEFAULT_RESTART: dict[str, Any] = {
    "policy": "never", "max": 5, "window": 60.0, "backoff": [0.1, 2.0, 30.0],
}  # fmt: skip


async def test_it_tells_the_defaults_of_what_was_not_written(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})
    assert await client.request("get_settings") == {
        "name": "api",
        "port": 0,
        "host": "127.0.0.1",
        "portConflict": "fail",
        "autostart": False,
        "restart": DEFAULT_RESTART,
    }


async def test_it_tells_what_was_written(sidecar: LaunchSidecar) -> None:
    port = free_port()
    restart = {"policy": "always", "max": 2, "window": 9.5, "backoff": [1, 1.5, 4]}
    spec = http_server(port, host="localhost", port_conflict="next", restart=restart)
    client = await sidecar({"api": spec, "other": sleeper()})
    assert await client.request("get_settings", name="api") == {
        "name": "api",
        "port": port,
        "host": "localhost",
        "portConflict": "next",
        "autostart": False,
        "restart": restart,
    }


async def test_after_a_change_it_tells_the_new_values_though_the_old_are_in_use(
    sidecar: LaunchSidecar,
) -> None:
    old, new = free_port(), free_port()
    client = await sidecar({"api": http_server(old)})
    await client.request("start")

    changes = {"port": new, "autostart": True, "restart": {"policy": "on-failure"}}
    assert (await client.request("update_server", changes=changes))["restartRequired"] is True

    settings = await client.request("get_settings")
    assert settings["port"] == new
    assert settings["autostart"] is True
    assert settings["restart"] == {**DEFAULT_RESTART, "policy": "on-failure"}
    assert (await client.request("get_status"))["port"] == old
    assert (await client.request("restart"))["status"]["port"] == new


async def test_a_port_of_0_is_told_as_the_one_that_was_chosen(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": http_server(0)})
    assert (await client.request("get_settings"))["port"] == 0

    chosen = (await client.request("start"))["status"]["port"]
    assert (await client.request("get_settings"))["port"] == chosen
    await client.request("stop")
    assert (await client.request("get_settings"))["port"] == chosen
    assert (await client.request("start"))["status"]["port"] == chosen


async def test_a_port_that_was_only_evaded_to_is_not_a_setting(sidecar: LaunchSidecar) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        client = await sidecar({"api": http_server(port, port_conflict="next")})
        evaded = (await client.request("start"))["status"]["port"]
        assert evaded != port
        assert (await client.request("get_settings"))["port"] == port
