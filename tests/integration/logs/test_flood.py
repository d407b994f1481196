"""Floods: nothing is lost to a client that reads; one that does not read hurts nobody."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from tests.support.raw import RawSidecar, call, lines, open_raw
from tests.support.servers import flooder, stepped
from tests.support.sidecar import LaunchSidecar
from tests.support.toml import write_config

LINES = 1_000_000
RING = 10_000
FLOOD_LIMIT = 40.0
OUTBOX = 16 << 20
GROWTH_LIMIT = 32 << 20  # what a client that does not read may cost the sidecar

DONE = "open('flooded', 'w').write(str(took))\ntime.sleep(600)"


def check_batch(log: Mapping[str, Any], expected: int) -> int:
    """Asserts that a batch starts with line `expected`; returns the number of the next line."""
    assert log["seq"] == expected, f"line {expected} is missing: {log!r:.200}"
    assert log["text"].startswith(f"{expected:07d} x")
    following = expected + log["count"]
    assert log["text"].rpartition("\n")[2].startswith(f"{following - 1:07d} x")
    return following


async def test_a_client_that_reads_gets_a_million_lines(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": flooder(LINES)})
    await s.request("start")
    await s.until("python-log", lambda log: log["seq"] + log["count"] > LINES, timeout=FLOOD_LIMIT)
    following = 1
    for log in s.since_mark("python-log"):
        assert "dropped" not in log
        assert log["text"].count("\n") == log["count"] - 1
        following = check_batch(log, following)
    assert following == LINES + 1


async def test_all_that_a_server_printed_before_it_exited_comes_before_stopped(
    sidecar: LaunchSidecar,
) -> None:
    s = await sidecar({"api": flooder(200_000, then="os._exit(0)")})
    await s.request("start")
    await s.until("python-server-stopped", timeout=FLOOD_LIMIT)
    topics = [topic for topic, _ in s.notifications]
    before = s.notifications[: topics.index("python-server-stopped")]
    assert sum(log["count"] for topic, log in before if topic == "python-log") == 200_000


async def test_requests_are_answered_during_a_flood(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": flooder(500_000, then="print('over', flush=True)\ntime.sleep(600)")})
    await s.request("start")
    answered = 0
    while not any("over" in log["text"][-4:] for log in s.since_mark("python-log")[-1:]):
        async with asyncio.timeout(5):
            assert (await s.request("get_status"))["status"] == "running"
        answered += 1
    assert answered > 10


async def test_a_client_that_does_not_read_slows_nobody_and_is_told_what_it_missed(
    tmp_path: Path,
) -> None:
    servers = {
        "flood": flooder(LINES, then=DONE, cwd=str(tmp_path)),
        "witness": stepped(tmp_path, "open('witness', 'w').close()"),
    }
    config = write_config(tmp_path / "sidecar.toml", servers)
    # The shortest of reads ahead stands for a client that does not read.
    async with open_raw("--config", str(config), read_limit=4096) as raw:
        await raw.write(lines(call("initialize", 0)))
        messages = Messages(raw)
        await messages.answer_to(0)
        before = resident_memory(raw.process.pid)
        await raw.write(lines(call("start", 1, name="flood")))
        await until_exists(tmp_path / "flooded", FLOOD_LIMIT)
        assert resident_memory(raw.process.pid) - before < GROWTH_LIMIT

        # The answers to both requests are there once the server of the second one runs.
        await raw.write(lines(call("get_status", 2, name="flood")))
        await raw.write(lines(call("start", 3, name="witness")))
        await until_exists(tmp_path / "witness", 10)
        await messages.answer_to(2)
        started = (await messages.answer_to(3))["result"]
        assert started["success"] is True
        assert messages.size < OUTBOX / 4, "an answer waited behind the logs of another server"

        told, dropped = await messages.count_logs_until(LINES)
        assert told + dropped == LINES
        assert 0 < told < LINES
        assert told * 100 > OUTBOX * 0.5, "more was dropped than had to be"
        await raw.write(lines(call("get_logs", 4, name="flood", after=LINES - RING, limit=RING)))
        page = (await messages.answer_to(4))["result"]
        assert [entry["seq"] for entry in page["entries"]] == list(
            range(LINES - RING + 1, LINES + 1)
        )
        assert page["dropped"] == 0


class Messages:
    """Reads messages from a raw sidecar in small pieces and keeps count of the logs among them."""

    def __init__(self, raw: RawSidecar) -> None:
        self._raw = raw
        self._rest = b""
        self._ready: list[Any] = []
        self.size = 0
        self.told = 0
        self.dropped = 0
        self.answers: dict[Any, Any] = {}

    async def answer_to(self, message_id: Any) -> Any:
        """The answer to `message_id`; logs on the way are counted."""
        async with asyncio.timeout(20):
            while message_id not in self.answers:
                await self._next()
        return self.answers[message_id]

    async def count_logs_until(self, total: int) -> tuple[int, int]:
        """How many lines were told and dropped, once they are `total` or nothing more comes."""
        async with asyncio.timeout(FLOOD_LIMIT):
            while self.told + self.dropped < total:
                await self._next()
        return self.told, self.dropped

    async def _next(self) -> None:
        chunk = await self._raw.stdout.read(1 << 16)
        assert chunk, f"stdout ended; stderr: {self._raw.stderr_text}"
        self.size += len(chunk)
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        for line in whole:
            self._take(orjson.loads(line))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self.answers[message["id"]] = message
        elif message["method"] == "python-log" and message["params"]["name"] == "flood":
            log = message["params"]
            expected = self.told + self.dropped + log.get("dropped", 0) + 1
            if log["count"]:
                check_batch(log, expected)
            self.told += log["count"]
            self.dropped += log.get("dropped", 0)


async def until_exists(path: Path, limit: float) -> None:
    """Waits for a file that a server writes, since nothing is read from the sidecar meanwhile."""
    async with asyncio.timeout(limit):
        while not os.path.exists(path):  # noqa: ASYNC240 - there is no event for a file
            await asyncio.sleep(0.01)


def resident_memory(pid: int) -> int:
    """How much memory the process has now, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS in /proc/PID/status")
