"""Where logs stand among the other notifications of a server."""

from pathlib import Path

from tests.support.logs import log_lines
from tests.support.servers import asgi_app, portless, stepped
from tests.support.sidecar import LaunchSidecar, Params, Sidecar


def place(s: Sidecar, topic: str, **wanted: object) -> int:
    """Where the first notification of `topic` with these params stands."""
    for index, (name, params) in enumerate(s.notifications):
        if name == topic and all(params.get(key) == value for key, value in wanted.items()):
            return index
    raise AssertionError(f"no {topic} with {wanted}; {s.describe()}")


def place_of_line(s: Sidecar, text: str) -> int:
    """Where the batch that holds the line `text` stands."""
    for index, (name, params) in enumerate(s.notifications):
        if name == "python-log" and text in params["text"].split("\n"):
            return index
    raise AssertionError(f"no line {text!r}; {s.describe()}")


async def test_starting_comes_before_logs_and_they_before_running_and_ready(
    sidecar: LaunchSidecar,
) -> None:
    code = "print('loading\\nloaded', flush=True)\nimport time\nwhile True: time.sleep(60)"
    s = await sidecar({"api": portless(code, ready={"log": "^loaded$"})})
    assert (await s.request("start"))["success"]
    starting = place(s, "python-server-status", status="starting")
    running = place(s, "python-server-status", status="running")
    ready = place(s, "python-server-ready")
    assert starting < place_of_line(s, "loading") <= place_of_line(s, "loaded") < running
    assert place_of_line(s, "loaded") < ready


async def test_the_log_of_a_real_app_s_start_comes_before_ready(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s = await sidecar({"api": asgi_app(tmp_path)})
    assert (await s.request("start"))["success"]
    ready = place(s, "python-server-ready")
    before: list[Params] = [
        params for topic, params in s.notifications[:ready] if topic == "python-log"
    ]
    assert any("startup complete" in line.text for line in log_lines(before)), s.describe()


async def test_the_last_lines_come_before_stopped(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    code = "wait_for('go')\nout(b'last words\\n' * 5000)\nerr(b'and the end\\n')\nos._exit(0)"
    s = await sidecar({"api": stepped(tmp_path, code)})
    assert (await s.request("start"))["success"]
    (tmp_path / "go").touch()
    await s.until_status("stopped")
    await s.until("python-server-stopped")
    stopped = place(s, "python-server-stopped", code=0)
    status = place(s, "python-server-status", status="stopped")
    logs = [i for i, (topic, _) in enumerate(s.notifications) if topic == "python-log"]
    assert len(log_lines(s.since_mark("python-log"))) == 5001
    assert max(logs) < stopped
    assert max(logs) < status


async def test_the_lifespan_shutdown_of_an_app_is_logged_before_stopped(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s = await sidecar({"api": asgi_app(tmp_path)})
    assert (await s.request("start"))["success"]
    assert (await s.request("stop"))["success"]
    stopped = place(s, "python-server-stopped", expected=True)
    last = [params for topic, params in s.notifications[:stopped] if topic == "python-log"]
    assert any("shutdown complete" in line.text for line in log_lines(last)), s.describe()


async def test_a_line_is_told_though_the_next_never_comes(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    code = "\n".join(f"out(b'line {n}\\n')\nwait_for('step-{n}')" for n in range(5))
    s = await sidecar({"api": stepped(tmp_path, code)})
    await s.request("start")
    for number in range(5):
        log = await s.until("python-log", lambda log, n=number: f"line {n}" in log["text"])
        assert (log["seq"], log["count"]) == (number + 1, 1)
        (tmp_path / f"step-{number}").touch()


async def test_a_line_without_end_is_told_when_the_server_exits(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": portless("import os\nos.write(1, b'no newline')\nos._exit(3)")})
    await s.request("start")
    await s.until("python-server-stopped")
    (piece,) = log_lines(s.since_mark("python-log"))
    assert (piece.text, piece.partial) == ("no newline", False)
