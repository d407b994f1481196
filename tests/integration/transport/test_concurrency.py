"""Requests run side by side: none waits for another that takes its time."""

import asyncio

from tests.support.raw import call, lines, run_bytes
from tests.support.servers import never_ready, sleeper
from tests.support.sidecar import LaunchSidecar


async def test_a_slow_start_delays_no_other_request(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"slow": never_ready(), "quick": sleeper()})
    slow = s.start_request("start", name="slow")
    await s.until_status("starting", "slow")
    assert (await s.request("get_status", name="slow"))["status"] == "starting"
    assert (await s.request("start", name="quick"))["success"]
    assert len(await s.request("list_servers")) == 2
    assert not slow.done()
    assert (await s.request("stop", name="slow"))["success"]
    assert (await slow)["error"]["code"] == "CANCELLED"


async def test_a_start_that_is_not_waited_for_is_answered_when_accepted(
    sidecar: LaunchSidecar,
) -> None:
    s = await sidecar({"slow": never_ready()})
    accepted = await s.request("start", wait=False)
    assert accepted["success"]
    assert accepted["status"]["status"] == "starting"
    assert (await s.request("stop"))["success"]


async def test_a_response_never_overtakes_the_status_that_its_request_caused(
    sidecar: LaunchSidecar,
) -> None:
    s = await sidecar({"api": sleeper()})
    for method, final in (("start", "running"), ("restart", "running"), ("stop", "stopped")):
        s.mark()
        assert (await s.request(method))["success"]
        statuses = [params["status"] for params in s.since_mark("python-server-status")]
        assert statuses, f"no status notification before the answer to {method}"
        assert statuses[-1] == final


async def test_hundreds_of_requests_in_flight_are_each_answered_once(
    sidecar: LaunchSidecar,
) -> None:
    s = await sidecar({"api": sleeper()})
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*(s.request("get_status") for _ in range(500)))
    assert all(status["name"] == "api" for status in answers)
    assert len(s.wire) == 500


def test_the_answers_of_a_burst_carry_each_id_once() -> None:
    data = lines(*(call("list_servers", f"id-{number}") for number in range(1000)))
    ids = [message["id"] for message in run_bytes(data).messages]
    assert sorted(ids) == sorted(f"id-{number}" for number in range(1000))
