"""What a person reads, as plain text."""

import io
from typing import Any

import pytest
from rich.console import Console, RenderableType

from sidecar.console import rendering

STOPPED: dict[str, Any] = {
    "name": "api",
    "kind": "local",
    "status": "stopped",
    "host": "127.0.0.1",
    "port": 8121,
    "restarts": 0,
    "logs": [],
    "conditions": [],
}
RUNNING = {**STOPPED, "status": "running", "pid": 42, "uptime": 65.2, "url": "http://[::1]:8121"}


def plain(renderable: RenderableType) -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=100, markup=False, emoji=False, highlight=False)
    console.print(renderable)
    return screen.getvalue()


def failure(*tail: str) -> dict[str, Any]:
    error = {"code": "EXITED_EARLY", "hint": "Install it.", "data": {"tail": list(tail)}}
    return {"success": False, "message": "api ended: no module 'x'", "error": error}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.4, "0 s"), (59.9, "59 s"), (65, "1 m 05 s"), (7620, "2 h 07 m")],
)
def test_a_duration_is_said_as_people_say_it(seconds: float | None, text: str) -> None:
    assert rendering.duration(seconds) == text


def test_the_table_has_one_line_for_each_server() -> None:
    rows = plain(rendering.status_table([STOPPED, RUNNING])).splitlines()
    assert len(rows) == 3
    assert "● stopped" in rows[1]
    assert "● running" in rows[2]
    assert "http://[::1]:8121" in rows[2]


def test_without_servers_the_table_says_how_to_add_one() -> None:
    assert "[servers.NAME]" in plain(rendering.status_table([]))


def test_a_failure_has_its_cause_beneath_and_the_next_step_last() -> None:
    assert plain(rendering.response(failure("Traceback", "ImportError: x"))).splitlines() == [
        "✗ api ended: no module 'x'",
        "  │ Traceback",
        "  │ ImportError: x",
        "→ Install it.",
    ]


def test_a_long_cause_is_folded_to_its_end() -> None:
    shown = plain(rendering.response(failure(*(f"line {n}" for n in range(1, 31))))).splitlines()
    assert shown[1] == "  │ … 22 lines before, see `logs`"
    assert [shown[2], shown[-2]] == ["  │ line 23", "  │ line 30"]


def test_a_changed_setting_that_waits_says_for_what() -> None:
    result = {"success": True, "message": "changed", "restartRequired": True}
    assert "`restart` applies them now" in plain(rendering.response(result))


def test_what_a_server_says_is_no_markup() -> None:
    line = "[bold]not bold[/bold] :smile:"
    assert line in plain(rendering.log_line("2026-01-01T10:20:30.123Z", "stdout", line))


@pytest.mark.parametrize(
    "trick", ["\x1bc", "\x1b[2J", "\x1b]0;title\x07", "\x9b2J", "\x07\x08", "\x1b[1;1H"]
)
def test_what_a_server_says_cannot_command_the_terminal(trick: str) -> None:
    shown = plain(rendering.foreign(f"before{trick}after")).rstrip("\n")
    assert shown.startswith("before")
    assert shown.endswith("after")
    assert shown.replace("\ufffd", "").isprintable()


def test_the_time_and_the_stream_of_a_log_line_are_shown() -> None:
    out = plain(rendering.log_line("2026-01-01T10:20:30.123456Z", "stdout", "안녕"))
    err = plain(rendering.log_line("2026-01-01T10:20:30Z", "stderr", "안녕", partial=True))
    assert (out, err) == ("10:20:30.123 │ 안녕\n", "10:20:30 ┆ 안녕…\n")


@pytest.mark.parametrize(
    ("topic", "params", "text"),
    [
        ("python-server-status", RUNNING, "api ● running  http://[::1]:8121  pid 42"),
        (
            "python-server-status",
            {**STOPPED, "status": "error", "lastError": "it crashed\nbadly"},
            "api ● error  it crashed",
        ),
        (
            "python-server-stopped",
            {"name": "api", "code": None, "signal": "SIGKILL", "expected": False},
            "! api ended by itself: SIGKILL",
        ),
        (
            "python-server-alert",
            {"name": "api", "kind": "unhealthy", "message": "no answer", "time": ""},
            "! api: no answer",
        ),
    ],
)
def test_news_are_one_short_line(topic: str, params: dict[str, Any], text: str) -> None:
    line = rendering.news(topic, params, awaited=False)
    assert line is not None
    assert line.plain == text


def test_an_expected_end_is_no_news() -> None:
    params = {"name": "api", "code": 0, "expected": True}
    assert rendering.news("python-server-stopped", params, awaited=False) is None


def test_while_an_answer_is_awaited_the_cause_is_left_to_it() -> None:
    error = {**STOPPED, "status": "error", "lastError": "it crashed"}
    line = rendering.news("python-server-status", error, awaited=True)
    assert line is not None
    assert line.plain == "api ● error"
