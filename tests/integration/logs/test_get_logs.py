"""`get_logs`, `clear_logs` and the lines that a status carries."""

from typing import Any

import pytest

from tests.support.logs import entry_lines
from tests.support.servers import portless
from tests.support.sidecar import LaunchSidecar, Sidecar


def printer(count: int, **settings: Any) -> dict[str, Any]:
    """Prints `count` numbered lines, every fifth to stderr, and then `done` to stdout."""
    code = f"""
import sys, time
for number in range(1, {count} + 1):
    print("line", number, file=sys.stderr if number % 5 == 0 else sys.stdout, flush=True)
print("done", flush=True)
while True: time.sleep(60)
"""
    return portless(code, **settings)


async def printed(sidecar: LaunchSidecar, count: int, **settings: Any) -> Sidecar:
    """A sidecar whose server has printed `count` lines, `done` among them."""
    s = await sidecar({"api": printer(count - 1, **settings)})
    await s.request("start")
    await s.logs_until(lambda text: text.count("\n") == count)
    return s


def numbers(result: dict[str, Any]) -> list[int]:
    """The numbers of the lines in a `get_logs` result."""
    return [entry["seq"] for entry in result["entries"]]


async def test_a_server_that_never_ran_has_no_lines(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": printer(1)})
    assert await s.request("get_logs") == {"entries": [], "next": 0, "dropped": 0}


async def test_entries_hold_number_time_stream_and_line(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 6)
    entries = (await s.request("get_logs"))["entries"]
    assert all(set(entry) == {"seq", "time", "stream", "line"} for entry in entries)
    assert {entry["stream"] for entry in entries} == {"stdout", "stderr"}
    lines = {f"line {number}" for number in range(1, 6)} | {"done"}
    assert {entry["line"] for entry in entries} == lines
    times = [entry["time"] for entry in entries]
    assert times == sorted(times)


async def test_without_after_the_newest_lines_are_given(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 25)
    result = await s.request("get_logs", limit=10)
    assert numbers(result) == list(range(16, 26))
    assert (result["next"], result["dropped"]) == (25, 0)


async def test_paging_with_next_gives_every_line_once(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 25)
    found: list[int] = []
    after = 0
    while (page := await s.request("get_logs", after=after, limit=10))["entries"]:
        assert page["dropped"] == 0
        found += numbers(page)
        after = page["next"]
    assert found == list(range(1, 26))
    assert page["next"] == 25


async def test_paging_one_stream_gives_every_line_of_it_once(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 50)
    for stream, count in (("stderr", 9), ("stdout", 41)):
        found: list[str] = []
        after = 0
        while (page := await s.request("get_logs", after=after, limit=4, stream=stream))["entries"]:
            assert {entry["stream"] for entry in page["entries"]} == {stream}
            assert len(page["entries"]) <= 4
            found += [line.text for line in entry_lines(page["entries"])]
            after = page["next"]
        assert len(found) == len(set(found)) == count


async def test_the_newest_of_one_stream_are_counted_by_that_stream(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 50)
    page = await s.request("get_logs", limit=3, stream="stderr")
    assert [entry["line"] for entry in page["entries"]] == ["line 35", "line 40", "line 45"]
    assert page["next"] >= page["entries"][-1]["seq"]


async def test_the_default_limit_is_1000(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 1500)
    assert numbers(await s.request("get_logs")) == list(range(501, 1501))
    assert numbers(await s.request("get_logs", after=0)) == list(range(1, 1001))


async def test_lines_no_longer_in_the_ring_are_counted(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 25, logs={"lines": 10})
    for after, dropped in ((0, 15), (7, 8), (14, 1), (15, 0), (20, 0)):
        page = await s.request("get_logs", after=after)
        assert numbers(page) == list(range(max(after + 1, 16), 26))
        assert page["dropped"] == dropped
    assert (await s.request("get_logs"))["dropped"] == 0


async def test_lines_of_both_streams_count_as_dropped(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 25, logs={"lines": 10})
    assert (await s.request("get_logs", after=0, stream="stderr"))["dropped"] == 15


async def test_nothing_comes_after_the_newest(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 5)
    for after in (5, 1000):
        page = await s.request("get_logs", after=after)
        assert (page["entries"], page["dropped"]) == ([], 0)


async def test_cleared_lines_are_counted_and_do_not_come_back(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 25)
    assert await s.request("clear_logs") == {"cleared": 25}
    assert await s.request("clear_logs") == {"cleared": 0}
    assert await s.request("get_logs", after=0) == {"entries": [], "next": 25, "dropped": 25}
    assert (await s.request("get_status"))["logs"] == []
    s.mark()
    await s.request("restart")
    await s.logs_until("done")
    page = await s.request("get_logs", after=20)
    assert numbers(page)[0] == 26
    assert page["dropped"] == 5


async def test_cleared_counts_what_the_ring_held(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 25, logs={"lines": 10})
    assert await s.request("clear_logs") == {"cleared": 10}


async def test_a_status_carries_the_newest_100_lines(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 250)
    logs = (await s.request("get_status"))["logs"]
    entries = (await s.request("get_logs", limit=100))["entries"]
    assert logs == [entry["line"] for entry in entries]
    assert len(logs) == 100
    assert [status["logs"] for status in await s.request("list_servers")] == [[]]


async def test_status_notifications_carry_no_lines(sidecar: LaunchSidecar) -> None:
    s = await printed(sidecar, 5)
    await s.request("restart")
    assert all("logs" not in params for params in s.since_mark("python-server-status"))


@pytest.mark.parametrize("count", [1, 3, 100])
async def test_the_stream_and_the_ring_agree(count: int, sidecar: LaunchSidecar) -> None:
    from tests.support.logs import log_lines

    s = await printed(sidecar, count)
    told = log_lines(s.since_mark("python-log"))
    assert entry_lines((await s.request("get_logs", after=0))["entries"]) == told
