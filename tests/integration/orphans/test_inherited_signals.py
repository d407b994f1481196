"""What whoever starts the sidecar ignores or blocks concerns neither it nor its servers."""

import os
import signal
from pathlib import Path

import pytest

from tests.integration.orphans.chain import own_processes
from tests.integration.orphans.starter import started_after
from tests.support.servers import script

# Python ignores these by itself in whatever it runs.
IGNORED_BY_PYTHON = {signal.SIGPIPE, signal.SIGXFSZ}

ENDS_IN_PEACE = script(
    """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("up", flush=True)
while True: time.sleep(60)
""",
    ready={"log": "^up$"},
    stop={"timeout": 8},
)

BLOCK = "signal.pthread_sigmask(signal.SIG_BLOCK, {})"
LEGACIES = {
    "SIGCHLD ignored": "signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
    "SIGCHLD blocked": BLOCK.format("{signal.SIGCHLD}"),
    "SIGTERM blocked": BLOCK.format("{signal.SIGTERM}"),
    "all blocked": BLOCK.format("signal.valid_signals()"),
    "all ignored": (
        "for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:\n"
        "    signal.signal(number, signal.SIG_IGN)"
    ),
}

with_each_legacy = pytest.mark.parametrize("legacy", LEGACIES.values(), ids=LEGACIES)


def signals_of(pid: int, field: str) -> set[int]:
    """The signals in a field of /proc/PID/status, such as "SigBlk".

    But for those that the C library keeps to itself, which nobody can set.
    """
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            mask = int(value, 16)
            return {number for number in signal.valid_signals() if mask >> (number - 1) & 1}
    raise AssertionError(f"no {field} of {pid}")


@with_each_legacy
async def test_a_server_has_a_clean_slate_and_both_its_ends_are_noticed(
    legacy: str, tmp_path: Path
) -> None:
    async with started_after(legacy, tmp_path, {"api": ENDS_IN_PEACE}) as sidecar:
        first = (await sidecar.start("api"))["pid"]
        assert signals_of(first, "SigBlk") == set()
        assert signals_of(first, "SigIgn") <= IGNORED_BY_PYTHON

        os.kill(first, signal.SIGKILL)
        crashed = await sidecar.raw.until("python-server-stopped")
        assert crashed["signal"] == "SIGKILL"
        assert crashed["expected"] is False
        assert str(first) not in os.listdir("/proc"), "it is not even a zombie"

        await sidecar.start("api")
        answer = await sidecar.request("stop")
        assert answer["success"] is True
        assert answer["status"]["status"] == "stopped"
        assert answer["status"]["exitCode"] == 0, "it had no chance to end by itself"


@pytest.mark.parametrize("name", ["SIGTERM blocked", "SIGCHLD blocked", "SIGCHLD ignored"])
async def test_the_sidecar_itself_ends_in_order_when_it_is_asked_to(
    name: str, tmp_path: Path
) -> None:
    async with started_after(LEGACIES[name], tmp_path, {"api": ENDS_IN_PEACE}) as sidecar:
        await sidecar.start("api")
        own = own_processes(sidecar.pid)
        assert all(signals_of(pid, "SigBlk") == set() for pid in own)

        os.kill(sidecar.pid, signal.SIGTERM)

        stopped = await sidecar.raw.until("python-server-stopped")
        assert (stopped["code"], stopped["expected"]) == (0, True)
        assert await sidecar.raw.wait() == 0
        assert "Traceback" not in sidecar.raw.stderr_text
