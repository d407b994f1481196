"""The end of stdin means that the client is gone: answers first, then nothing is left."""

import asyncio
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.support.processes import (
    is_alive,
    kill_marked,
    marked_environment,
    marked_processes,
    new_mark,
    until_gone,
)
from tests.support.raw import call, lines, open_raw, run_bytes, sidecar_command
from tests.support.servers import (
    asgi_app,
    flooder,
    never_ready,
    sleeper,
    stepped,
    term_ignoring,
)
from tests.support.sidecar import LaunchSidecar
from tests.support.toml import write_config

# A start in progress has 1 s, a stop 1.5 s, killing takes a moment; the rest is for slow machines.
END_LIMIT = 8.0


def answers(messages: list[Any]) -> dict[Any, Any]:
    """The responses by id."""
    return {message["id"]: message for message in messages if "id" in message}


def test_an_empty_stdin_is_a_normal_end() -> None:
    result = run_bytes(b"")
    assert (result.stdout, result.exit_code) == (b"", 0)


def test_all_that_was_asked_before_the_end_is_answered() -> None:
    result = run_bytes(lines(*(call("list_servers", number) for number in range(50))))
    assert sorted(answers(result.messages)) == list(range(50))
    assert result.exit_code == 0


def test_the_line_from_the_readme_starts_a_server_and_tells_its_status(tmp_path: Path) -> None:
    config = write_config(tmp_path / "sidecar.toml", {"default": sleeper()})
    data = lines(call("start", 1), call("get_status", 2))
    result = run_bytes(data, "--config", str(config))
    found = answers(result.messages)
    assert found[1]["result"]["success"]
    assert found[2]["result"]["name"] == "default"
    topics = [message["method"] for message in result.messages if "method" in message]
    assert "python-server-stopped" in topics
    assert result.exit_code == 0


def test_a_start_that_is_quick_enough_succeeds_after_the_end_of_stdin(tmp_path: Path) -> None:
    config = write_config(tmp_path / "sidecar.toml", {"api": sleeper()})
    result = run_bytes(lines(call("start", 1)), "--config", str(config))
    assert answers(result.messages)[1]["result"]["message"]
    assert answers(result.messages)[1]["result"]["success"]


def test_a_start_that_takes_too_long_is_cancelled_and_answered(tmp_path: Path) -> None:
    config = write_config(tmp_path / "sidecar.toml", {"api": never_ready()})
    began = time.monotonic()
    result = run_bytes(lines(call("start", 1)), "--config", str(config))
    response = answers(result.messages)[1]["result"]
    assert not response["success"]
    assert response["error"]["code"] == "CANCELLED"
    assert result.exit_code == 0
    assert time.monotonic() - began < END_LIMIT


async def test_running_servers_are_stopped_and_told_of(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s = await sidecar({"web": asgi_app(tmp_path), "worker": sleeper()})
    pids = [(await s.request("start", name=name))["status"]["pid"] for name in ("web", "worker")]
    assert await s.finish() == 0
    stopped = {params["name"]: params for params in s.since_mark("python-server-stopped")}
    assert set(stopped) == {"web", "worker"}
    assert all(params["expected"] for params in stopped.values())
    assert not any(is_alive(pid) for pid in pids)


async def test_a_server_that_ignores_sigterm_does_not_hold_up_the_end(
    sidecar: LaunchSidecar,
) -> None:
    s = await sidecar({"api": term_ignoring(stop={"timeout": 60})})
    pid = (await s.request("start"))["status"]["pid"]
    began = time.monotonic()
    assert await s.finish() == 0
    assert time.monotonic() - began < END_LIMIT
    assert not is_alive(pid)


async def test_a_stop_in_progress_is_answered(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": term_ignoring(stop={"timeout": 60})})
    assert (await s.request("start"))["success"]
    stop = s.start_request("stop")
    await s.until_status("stopping")
    assert await s.finish() == 0
    assert (await stop)["success"]


async def test_a_client_that_reads_nothing_more_cannot_keep_the_sidecar(tmp_path: Path) -> None:
    server = flooder(200_000, then="open('flooded', 'w').close()\ntime.sleep(600)")
    config = write_config(tmp_path / "sidecar.toml", {"api": server | {"cwd": str(tmp_path)}})
    async with open_raw("--config", str(config), read_limit=4096) as raw:
        await raw.write(lines(call("start", 1)))
        async with asyncio.timeout(20):
            while not (tmp_path / "flooded").exists():
                await asyncio.sleep(0.01)
        raw.stdin.close()
        assert await until_gone(raw.mark, limit=END_LIMIT) == {}


def test_a_client_that_closes_only_its_reading_end_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    spec = stepped(tmp_path, "wait_for('go')\nwhile True:\n  out(b'talk\\n'); time.sleep(0.01)")
    config = write_config(tmp_path / "sidecar.toml", {"api": spec})
    mark = new_mark()
    process = subprocess.Popen(
        sidecar_command("--config", str(config)), env=marked_environment(mark),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin and process.stdout
    try:
        process.stdin.write(lines(call("start", 1)))
        process.stdin.flush()
        while b'"id":1' not in process.stdout.readline():
            pass
        assert len(marked_processes(mark)) > 1
        process.stdout.close()
        (tmp_path / "go").touch()
        process.wait(END_LIMIT)
        assert asyncio.run(until_gone(mark)) == {}
    finally:
        kill_marked(mark)
        process.stdin.close()
