"""Which server is meant when a name is given, and when none is."""

import pytest

from tests.support.servers import sleeper
from tests.support.sidecar import LaunchSidecar, RpcError

NAMED_METHODS = [
    "start",
    "stop",
    "restart",
    "get_status",
    "get_logs",
    "clear_logs",
    "update_server",
    "get_settings",
    "get_metrics",
]


@pytest.mark.parametrize("method", NAMED_METHODS)
async def test_the_name_may_be_left_out_where_there_is_one_server(
    sidecar: LaunchSidecar, method: str
) -> None:
    client = await sidecar({"api": sleeper()})

    assert await client.request(method, **_params(method))


@pytest.mark.parametrize("method", ["start", "get_status", "get_metrics"])
async def test_without_a_name_the_server_called_default_is_meant(
    sidecar: LaunchSidecar, method: str
) -> None:
    client = await sidecar({"api": sleeper(), "default": sleeper()})

    result = await client.request(method)

    assert result.get("status", {}) == "stopped" or "default" in str(result)
    assert (await client.request("get_status", name="api"))["status"] == "stopped"


@pytest.mark.parametrize("method", NAMED_METHODS)
async def test_without_a_name_several_servers_are_ambiguous(
    sidecar: LaunchSidecar, method: str
) -> None:
    client = await sidecar({"api": sleeper(), "worker": sleeper()})

    with pytest.raises(RpcError) as refused:
        await client.request(method, **_params(method))

    assert refused.value.code == -32602
    assert refused.value.data["field"] == "name"


@pytest.mark.parametrize("method", NAMED_METHODS)
async def test_an_unknown_name_is_its_own_error(sidecar: LaunchSidecar, method: str) -> None:
    client = await sidecar({"api": sleeper()})

    with pytest.raises(RpcError) as refused:
        await client.request(method, name="apo", **_params(method))

    assert refused.value.code == -32001
    assert "apo" in refused.value.message


@pytest.mark.parametrize("name", [1, None, ["api"], {"name": "api"}])
async def test_a_name_that_is_no_text_is_refused(sidecar: LaunchSidecar, name: object) -> None:
    client = await sidecar({"api": sleeper()})

    with pytest.raises(RpcError) as refused:
        await client.request("start", name=name)

    assert refused.value.code == -32602
    assert refused.value.data["field"] == "name"


async def test_without_any_server_a_name_is_still_asked_for(sidecar: LaunchSidecar) -> None:
    client = await sidecar({})

    with pytest.raises(RpcError) as refused:
        await client.request("start")

    assert refused.value.code in {-32602, -32001}
    assert await client.request("list_servers") == []


async def test_a_server_may_have_a_name_in_any_script(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"서버": sleeper()})

    answer = await client.request("start", name="서버")

    assert answer["status"]["name"] == "서버"
    assert (await client.until_status("running"))["name"] == "서버"


def _params(method: str) -> dict[str, object]:
    return {"changes": {}} if method == "update_server" else {}
