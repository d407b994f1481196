"""Restarting: the same server, a new process."""

import asyncio
from pathlib import Path

from tests.integration.lifecycle.programs import slow_to_end
from tests.support.processes import is_alive
from tests.support.servers import ASGI_APP, app_file, never_ready, portless, sleeper, term_ignoring
from tests.support.sidecar import LaunchSidecar


async def test_a_restart_gives_a_new_process_on_the_same_port(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    client = await sidecar({"api": app_file(tmp_path, "plain", ASGI_APP, port=0)})
    before = (await client.request("start"))["status"]
    client.mark()

    answer = await client.request("restart")

    after = answer["status"]
    assert answer["success"] is True
    assert after["status"] == "running"
    assert after["pid"] != before["pid"]
    assert after["port"] == before["port"]
    assert after["url"] == before["url"]
    assert not is_alive(before["pid"])


async def test_a_restart_tells_the_end_of_the_old_and_the_start_of_the_new_process(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": sleeper()})
    await client.request("start")
    client.mark()

    await client.request("restart")
    await client.until("python-server-ready")

    statuses = [params["status"] for params in client.since_mark("python-server-status")]
    assert [one for one in statuses if one != "stopped"] == ["stopping", "starting", "running"]
    (stopped,) = client.since_mark("python-server-stopped")
    assert stopped["expected"] is True


async def test_restarting_a_stopped_server_starts_it(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})

    answer = await client.request("restart")

    assert answer["success"] is True
    assert answer["status"]["status"] == "running"
    statuses = [params["status"] for params in client.since_mark("python-server-status")]
    assert statuses == ["starting", "running"]


async def test_restarts_at_the_same_time_join_one_operation(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})
    before = (await client.request("start"))["status"]["pid"]
    client.mark()

    answers = await asyncio.gather(*(client.request("restart") for _ in range(4)))

    pids = {answer["status"]["pid"] for answer in answers}
    assert len(pids) == 1
    assert before not in pids
    statuses = [params["status"] for params in client.since_mark("python-server-status")]
    assert statuses.count("starting") == 1
    assert len(client.since_mark("python-server-stopped")) == 1


async def test_a_forced_restart_kills_the_old_process(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": term_ignoring(stop={"timeout": 50})})
    before = (await client.request("start"))["status"]["pid"]

    answer = await client.request("restart", force=True)

    assert answer["success"] is True
    assert answer["status"]["pid"] != before
    assert (await client.until("python-server-stopped"))["signal"] == "SIGKILL"
    await client.request("stop", force=True)


async def test_a_restart_with_a_timeout_kills_the_old_process_after_it(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": term_ignoring(stop={"timeout": 50})})
    before = (await client.request("start"))["status"]["pid"]

    answer = await client.request("restart", timeout=0.2)

    assert answer["success"] is True
    assert answer["status"]["pid"] != before
    await client.request("stop", force=True)


async def test_without_waiting_a_restart_is_answered_when_it_is_accepted(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": slow_to_end(0.5)})
    before = (await client.request("start"))["status"]["pid"]
    client.mark()

    answer = await client.request("restart", wait=False)

    assert answer["success"] is True
    assert answer["status"]["status"] == "stopping"
    assert (await client.until_status("running"))["pid"] != before


async def test_a_stop_during_a_restart_wins(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": slow_to_end(0.4)})
    await client.request("start")
    client.mark()
    restart = client.start_request("restart")
    await client.until_status("stopping")

    stop = await client.request("stop")

    assert stop["success"] is True
    cancelled = await restart
    assert cancelled["success"] is False
    assert cancelled["error"]["code"] == "CANCELLED"
    assert (await client.request("get_status"))["status"] == "stopped"


async def test_a_restart_that_fails_says_why(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    flag = tmp_path / "may-run"
    flag.touch()
    code = """
import os, sys, time
os.path.exists(sys.argv[1]) or sys.exit(4)
print('up')
time.sleep(60)
"""
    client = await sidecar({"api": portless(code, str(flag), ready={"log": "^up$"})})
    await client.request("start")
    flag.unlink()

    answer = await client.request("restart")

    assert answer["success"] is False
    assert answer["error"]["code"] == "EXITED_EARLY"
    assert answer["error"]["data"]["exitCode"] == 4
    assert answer["status"]["status"] == "error"


async def test_restarts_by_a_client_are_not_counted_as_automatic(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})
    await client.request("start")

    answer = await client.request("restart")

    assert answer["status"]["restarts"] == 0


async def test_line_numbers_go_on_over_a_restart(sidecar: LaunchSidecar) -> None:
    code = "import time; print('one'); print('two'); time.sleep(60)"
    client = await sidecar({"api": portless(code, ready={"log": "two"})})
    await client.request("start")

    await client.request("restart")

    entries = (await client.request("get_logs"))["entries"]
    assert [(entry["seq"], entry["line"]) for entry in entries] == [
        (1, "one"), (2, "two"), (3, "one"), (4, "two"),
    ]  # fmt: skip


async def test_a_restart_during_a_start_ends_with_a_running_or_cancelled_answer(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar(
        {"api": never_ready(ready={"log": "still loading|never", "timeout": 60})}
    )

    answers = await asyncio.gather(client.request("start"), client.request("restart"))

    assert all(answer["success"] for answer in answers)
    assert (await client.request("get_status"))["status"] == "running"
