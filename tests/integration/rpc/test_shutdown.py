"""`shutdown`: answered when every server has stopped; until then only reads are served."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import is_alive
from tests.support.raw import call, lines, run_bytes
from tests.support.servers import never_ready, reluctant, sleeper
from tests.support.sidecar import LaunchSidecar, RpcError, Sidecar

END_LIMIT = 8.0


async def exit_code(s: Sidecar) -> int:
    """The exit code of a sidecar that ends while its stdin is still open."""
    async with asyncio.timeout(END_LIMIT):
        return await s.client.wait()


async def test_an_idle_sidecar_answers_null_and_exits_with_zero(sidecar: LaunchSidecar) -> None:
    s = await sidecar()
    assert await s.request("shutdown") is None
    assert await exit_code(s) == 0


def test_the_result_is_there_though_it_is_null() -> None:
    assert run_bytes(lines(call("shutdown"))).messages == [
        {"jsonrpc": "2.0", "id": 1, "result": None}
    ]


async def test_it_is_answered_once_every_server_has_stopped(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"one": sleeper(), "two": sleeper(), "three": sleeper()})
    pids = [(await s.request("start", name=name))["status"]["pid"] for name in ("one", "two")]
    assert await s.request("shutdown") is None
    assert not any(is_alive(pid) for pid in pids)
    assert {params["name"] for params in s.since_mark("python-server-stopped")} == {"one", "two"}
    assert await exit_code(s) == 0


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("start", {}), ("stop", {}), ("stop", {"force": True}), ("restart", {}), ("clear_logs", {}),
    ("get_metrics", {}), ("initialize", {}), ("initialize", {"servers": {}}), ("rpc.discover", {}),
    ("shutdown", {}), ("update_server", {"changes": {}}), ("get_settings", {}),
    ("send_request", {"path": "/"}),
]  # fmt: skip


async def test_while_shutting_down_other_requests_are_refused(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s, shutdown = await shutting_down(sidecar, tmp_path)
    for method, params in REFUSED:
        with pytest.raises(RpcError) as refused:
            await s.request(method, **params)
        assert refused.value.code == -32002, method
    (tmp_path / "let-go").touch()
    assert await shutdown is None


async def test_while_shutting_down_the_three_reads_are_served(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s, shutdown = await shutting_down(sidecar, tmp_path)
    assert (await s.request("get_status"))["status"] == "stopping"
    assert [status["name"] for status in await s.request("list_servers")] == ["api"]
    lines_so_far = [entry["line"] for entry in (await s.request("get_logs"))["entries"]]
    assert lines_so_far == ["up", "asked to stop"]
    assert not shutdown.done()
    (tmp_path / "let-go").touch()
    assert await shutdown is None
    assert await exit_code(s) == 0


async def shutting_down(sidecar: LaunchSidecar, folder: Path) -> tuple[Sidecar, asyncio.Task[None]]:
    """A sidecar whose shutdown waits until the file `let-go` is in `folder`."""
    s = await sidecar({"api": reluctant(folder)})
    assert (await s.request("start"))["success"]
    shutdown = s.start_request("shutdown")
    await s.logs_until("asked to stop")
    return s, shutdown


async def test_a_start_in_progress_is_cancelled(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": never_ready()})
    start = s.start_request("start")
    await s.logs_until("still loading")
    assert await s.request("shutdown") is None
    assert (await start)["error"]["code"] == "CANCELLED"
    assert await exit_code(s) == 0


async def test_the_full_stop_timeout_is_given(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    # The end of stdin would give 1.5 s; the server takes longer, and is not killed.
    code = reluctant(tmp_path)
    s = await sidecar({"api": code})
    assert (await s.request("start"))["success"]
    shutdown = s.start_request("shutdown")
    await s.logs_until("asked to stop")
    done, _ = await asyncio.wait([shutdown], timeout=2.0)
    assert not done
    (tmp_path / "let-go").touch()
    await shutdown
    stopped = await s.until("python-server-stopped")
    assert (stopped["code"], stopped["expected"]) == (0, True)


def test_as_a_notification_it_ends_the_sidecar_without_an_answer() -> None:
    result = run_bytes(lines({"jsonrpc": "2.0", "method": "shutdown"}))
    assert (result.stdout, result.exit_code) == (b"", 0)
