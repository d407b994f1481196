"""The old process of an overlap restart is killed while its successor, which cannot start, tries.

Then what a client asked for has become a matter of the policy: the server is down.
"""

import os
import signal
from typing import Any

import pytest

from tests.integration.restarts.programs import quick
from tests.support.changing_app import ChangingApp
from tests.support.sidecar import LaunchSidecar, Sidecar
from tests.support.story import statuses
from tests.support.traffic import ask

# It can be told when the successor has read its source, and when it is to fail.
FAILS_WHEN_TOLD = """
print("about to fail", flush=True)
while flag("wait"):
    time.sleep(0.005)
os._exit(7)
"""


async def _loses_both(client: Sidecar, app: ChangingApp) -> dict[str, Any]:
    """Has the old process killed, then its successor fail; returns the answer to the restart.

    From then on the source is in order again.
    """
    old = (await client.request("start"))["status"]["pid"]
    app.raise_flag("wait")
    app.write("broken", FAILS_WHEN_TOLD)
    client.mark()
    restart = client.start_request("restart")
    await client.logs_until("about to fail")
    app.write("repaired")

    os.kill(old, signal.SIGKILL)
    stopped = await client.until("python-server-stopped")
    assert stopped["signal"] == "SIGKILL"
    assert stopped["expected"] is False
    assert statuses(client) == ["starting"]
    app.lower_flag("wait")

    return await restart


@pytest.mark.parametrize("policy", ["on-failure", "always"])
async def test_a_server_that_lost_both_is_brought_back_if_the_policy_says_so(
    sidecar: LaunchSidecar, app: ChangingApp, policy: str
) -> None:
    client = await sidecar({"api": app.spec(handoff="overlap", restart=quick(policy))})

    await _loses_both(client, app)

    running = await client.until_status("running")
    assert running["restarts"] >= 1
    told = await ask(running["port"])
    assert told == {"pid": running["pid"], "version": "repaired"}
    assert "error" not in statuses(client)


async def test_without_a_policy_that_says_so_it_is_an_error(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(handoff="overlap", restart=quick("never"))})

    answer = await _loses_both(client, app)

    assert answer["success"] is False
    assert answer["status"]["status"] == "error"
    assert answer["status"]["lastError"]
    assert "pid" not in answer["status"]
    assert statuses(client) == ["starting", "error"]
    assert answer["status"]["restarts"] == 0
    again = await client.request("start")
    assert again["success"] is True
