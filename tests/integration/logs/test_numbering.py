"""Lines are numbered from 1 per server, over both streams, restarts and `clear_logs`."""

from pathlib import Path

from tests.support.logs import assert_numbered_from, log_lines
from tests.support.servers import portless, stepped
from tests.support.sidecar import LaunchSidecar

SLEEP = "\nimport time\nwhile True: time.sleep(60)"


async def test_both_streams_are_numbered_together(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    code = "for n in range(200):\n  (out if n % 3 else err)(b'%d\\n' % n)\nout(b'end\\n')"
    s = await sidecar({"api": stepped(tmp_path, code)})
    await s.request("start")
    await s.until("python-log", lambda log: log["text"].endswith("end"))
    await s.until("python-log", lambda log: log["stream"] == "stderr" and "198" in log["text"])
    pieces = log_lines(s.since_mark("python-log"))
    assert_numbered_from(1, pieces)
    assert [int(one.text) for one in pieces if one.stream == "stderr"] == list(range(0, 200, 3))
    assert len(pieces) == 201


async def test_numbers_go_on_over_restarts_and_clear_logs(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": portless("print('one\\ntwo', flush=True)" + SLEEP)})
    await s.request("start")
    await s.logs_until("two")
    assert await s.request("clear_logs") == {"cleared": 2}
    for first in (3, 5):
        s.mark()
        await s.request("restart")
        await s.logs_until("two")
        pieces = log_lines(s.since_mark("python-log"))
        assert [piece.text for piece in pieces] == ["one", "two"]
        assert_numbered_from(first, pieces)


async def test_each_server_has_its_own_numbers(sidecar: LaunchSidecar) -> None:
    spec = portless("print('hello', flush=True)" + SLEEP)
    s = await sidecar({"one": spec, "two": spec})
    for name in ("one", "two"):
        await s.request("start", name=name)
        log = await s.until("python-log", lambda params, name=name: params["name"] == name)
        assert (log["seq"], log["count"]) == (1, 1)


async def test_an_empty_line_is_a_line(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": portless("print('\\n\\nend', flush=True)" + SLEEP)})
    await s.request("start")
    await s.logs_until("end")
    assert [(one.seq, one.text) for one in log_lines(s.since_mark("python-log"))] == [
        (1, ""), (2, ""), (3, "end"),
    ]  # fmt: skip


async def test_the_time_of_lines_is_iso_8601_in_utc_and_never_goes_back(
    sidecar: LaunchSidecar,
) -> None:
    from datetime import UTC, datetime, timedelta

    before = datetime.now(UTC)
    s = await sidecar({"api": portless("for n in range(500): print(n, flush=True)" + SLEEP)})
    await s.request("start")
    await s.logs_until("499\n")
    times = [datetime.fromisoformat(log["time"]) for log in s.since_mark("python-log")]
    assert times == sorted(times)
    assert all(time.utcoffset() == timedelta(0) for time in times)
    assert before - timedelta(seconds=1) <= times[0] <= times[-1] <= datetime.now(UTC)
