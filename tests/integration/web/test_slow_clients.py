"""A client that does not read: nobody else notices, nothing grows, and it learns what it missed."""

import asyncio

import orjson
import psutil

from sidecar.rpc.outbox import LIMIT_BYTES
from tests.integration.web.conftest import LaunchWeb
from tests.support.servers import flooder
from tests.support.web import WebSidecar

LINES = 1_500_000  # of 100 bytes: many times what outbox and sockets hold
TIME_LIMIT = 45.0
GROWTH = 6 * LIMIT_BYTES
"""An outbox of the limit, what JSON and the allocator add to it, and the ring of the server."""


async def test_a_client_that_does_not_read_holds_up_nobody_and_is_told_what_it_missed(
    launch: LaunchWeb,
) -> None:
    flood = flooder(LINES, then="print('the end', flush=True)\nwhile True: time.sleep(60)")
    web = await launch({"api": {**flood, "logs": {"lines": 100}}})
    cookie = await web.let_in()
    # `max_queue=1` has the library leave in the socket what nobody asks it for.
    async with web.client(cookie) as reader, web.raw_client(cookie, max_queue=1) as sleepy:
        before = memory(web)
        assert (await reader.request("start"))["success"]
        async with asyncio.timeout(TIME_LIMIT):
            await reader.until(lambda: ends_in(reader.told) or None)
        counted = sum(p["count"] for topic, p in reader.told if topic == "python-log")
        dropped = sum(p.get("dropped", 0) for topic, p in reader.told if topic == "python-log")
        assert counted + dropped == LINES + 1
        assert memory(web) - before < GROWTH
        answered = await reader.request("get_status")
        assert answered["status"] == "running"
        # Now the other one wakes up: it reads what was kept for it, and how much was not.
        seen = missed = 0
        async with asyncio.timeout(TIME_LIMIT):
            while seen + missed < LINES + 1:
                message = orjson.loads(await sleepy.recv(decode=False))
                if message["method"] == "python-log":
                    seen += message["params"]["count"]
                    missed += message["params"].get("dropped", 0)
        assert missed > LINES / 2
        assert seen + missed == LINES + 1


async def test_a_client_that_never_reads_does_not_hold_up_the_end(launch: LaunchWeb) -> None:
    web = await launch({"api": flooder(400_000, then="print('the end')\ntime.sleep(600)")})
    cookie = await web.let_in()
    async with web.client(cookie) as reader:
        sleepy = await web.raw_client(cookie, max_queue=1)
        await reader.request("start")
        await reader.until(lambda: ends_in(reader.told) or None)
        async with asyncio.timeout(10):
            assert await web.end() == 0
        assert await reader.until_closed() == 1001
        sleepy.transport.abort()


def ends_in(told: list[tuple[str, dict[str, object]]]) -> bool:
    """Whether the server has written its last line."""
    logs = (params for topic, params in reversed(told) if topic == "python-log")
    return str(next(logs, {}).get("text", "")).endswith("the end")


def memory(web: WebSidecar) -> int:
    """Bytes of the sidecar's own process."""
    return psutil.Process(web.pid).memory_info().rss
