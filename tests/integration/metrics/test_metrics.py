"""What a server uses: its whole process tree, and only for those who ask."""

import asyncio
import datetime
import time
from typing import Any

import psutil
import pytest

from tests.support.processes import marked_processes
from tests.support.servers import portless, sleeper
from tests.support.sidecar import LaunchSidecar, Sidecar

TOPIC = "python-server-metrics"

TWO_CHILDREN = """
import subprocess, sys, time
children = [subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) for _ in "ab"]
print("complete", flush=True)
time.sleep(60)
"""

BUSY = "print('busy', flush=True)\nwhile True: pass"

# The busy loop is in a grandchild: a rate over the main process alone would show nothing.
BUSY_GRANDCHILD = """
import subprocess, sys, time
subprocess.Popen(["sh", "-c", 'trap : TERM; "$0" -c "while True: pass" & wait', sys.executable])
print("busy", flush=True)
time.sleep(60)
"""


async def _rates(client: Sidecar) -> tuple[float, float]:
    """What the sidecar says of a second, and what the kernel says of about the same second."""
    before, since = _cpu_seconds(client), time.monotonic()
    await client.request("get_metrics")
    await asyncio.sleep(1.0)  # the time over which the rate is measured
    said = (await client.request("get_metrics"))["cpuPercent"]
    return said, 100 * (_cpu_seconds(client) - before) / (time.monotonic() - since)


def _cpu_seconds(client: Sidecar) -> float:
    pids = marked_processes(client.environment_mark).keys() - {client.pid}
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(one.user + one.system for one in times)


async def test_the_whole_tree_is_counted(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": portless(TWO_CHILDREN, ready={"log": "complete"})})
    await client.request("start")

    metrics = await client.request("get_metrics")

    assert metrics["name"] == "api"
    assert metrics["processes"] == 3
    assert metrics["threads"] >= 3
    assert metrics["rssBytes"] > 3 * 1024 * 1024
    assert metrics["openFiles"] >= 6
    assert metrics["uptime"] >= 0
    assert metrics["cpuPercent"] >= 0


async def test_the_time_of_a_sample_is_now_in_utc(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})
    await client.request("start")

    metrics = await client.request("get_metrics")

    taken = datetime.datetime.fromisoformat(metrics["time"])
    assert taken.utcoffset() == datetime.timedelta(0)
    age = datetime.datetime.now(datetime.UTC) - taken
    assert abs(age) < datetime.timedelta(seconds=30)


async def test_the_rate_of_a_busy_loop_is_what_the_kernel_counts(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": portless(BUSY, ready={"log": "busy"})})
    await client.request("start")

    said, spent = await _rates(client)

    assert spent > 5  # a machine with much else to do gives it less than its whole processor
    assert said == pytest.approx(spent, abs=20)


async def test_a_busy_grandchild_counts_too(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": portless(BUSY_GRANDCHILD, ready={"log": "busy"})})
    await client.request("start")

    said, spent = await _rates(client)

    assert spent > 5  # a machine with much else to do gives it less than its whole processor
    assert said == pytest.approx(spent, abs=20)


async def test_an_idle_server_uses_next_to_nothing(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})
    await client.request("start")

    said, _ = await _rates(client)

    assert said < 20


async def test_two_questions_in_a_row_give_sane_rates(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": portless(BUSY, ready={"log": "busy"})})
    await client.request("start")

    samples = [await client.request("get_metrics") for _ in range(100)]

    assert all(0 <= sample["cpuPercent"] <= 400 for sample in samples)


async def test_a_stopped_server_uses_nothing(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})
    await client.request("start")
    await client.request("get_metrics")
    await client.request("stop")

    metrics = await client.request("get_metrics")

    assert _amounts(metrics) == (0, 0, 0, 0)
    assert "uptime" not in metrics


async def test_a_server_that_never_ran_uses_nothing(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})

    assert _amounts(await client.request("get_metrics")) == (0, 0, 0, 0)


async def test_a_new_process_starts_its_rate_anew(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": portless(BUSY, ready={"log": "busy"})})
    await client.request("start")
    await _rates(client)

    await client.request("restart", force=True)

    assert (await client.request("get_metrics"))["cpuPercent"] >= 0


async def test_samples_are_sent_to_those_who_subscribed_and_to_no_one_else(
    sidecar: LaunchSidecar,
) -> None:
    spec = {"one": sleeper(), "two": sleeper()}
    subscribed, other = await asyncio.gather(sidecar(spec), sidecar(spec))
    await subscribed.request("initialize", notifications=[TOPIC])
    for client in (subscribed, other):
        await asyncio.gather(
            client.request("start", name="one"), client.request("start", name="two")
        )

    first = await subscribed.until(TOPIC, lambda params: params["name"] == "one")
    subscribed.mark()
    second = await subscribed.until(TOPIC, lambda params: params["name"] == "one")
    await subscribed.until(TOPIC, lambda params: params["name"] == "two")

    apart = _time(second) - _time(first)
    assert datetime.timedelta(seconds=1) < apart < datetime.timedelta(seconds=6)
    assert second["processes"] == 1
    assert other.since_mark(TOPIC) == []
    assert {topic for topic, _ in subscribed.notifications} == {TOPIC}


async def test_a_subscription_can_be_ended(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": sleeper()})
    await client.request("initialize", notifications=[TOPIC, "python-server-status"])
    await client.request("start")
    await client.until(TOPIC)

    await client.request("initialize", notifications=["python-server-status"])
    client.mark()
    await asyncio.sleep(2.5)  # longer than the interval: nothing is what has to be seen

    assert client.since_mark(TOPIC) == []


def _amounts(metrics: dict[str, Any]) -> tuple[float, int, int, int]:
    return tuple(metrics[key] for key in ("cpuPercent", "rssBytes", "processes", "threads"))


def _time(metrics: dict[str, Any]) -> datetime.datetime:
    return datetime.datetime.fromisoformat(metrics["time"])
