"""What the manager itself weighs, with 1 and with 20 idle servers: PSS of its own processes.

    python -m tests.benchmarks.memory

PSS divides shared pages among those who share them. The servers are left out, whatever helps to
run them (guardian, keepers, lookout) is counted.
"""

import subprocess
import time
from pathlib import Path

import psutil

from tests.benchmarks.peers import (
    ABSENT_PM2,
    PM2_LIMIT,
    Circus,
    Supervisor,
    pm2_command,
    pm2_home,
    pm2_is_there,
)
from tests.benchmarks.pipe_client import PipeClient, command
from tests.benchmarks.report import Goal, Row, megabytes, run_alone
from tests.integration.orphans.chain import own_processes

FEW, MANY = 1, 20
IDLE = ["sleep", "infinity"]
SETTLE = 1.5  # what was needed for the start alone may go
REACH, REACH_FOR = (45e6, 60e6), (35e6, 40e6)


def pss(pid: int) -> int:
    """The proportional share of one process's memory, in bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} tells no PSS")


def own_weight(pid: int) -> int:
    """A peer and all below it that is not a server."""
    children = psutil.Process(pid).children(recursive=True)
    return pss(pid) + sum(pss(child.pid) for child in children if child.name() != IDLE[0])


def _sidecar() -> tuple[int, int]:
    servers = {f"idle-{n}": command(*IDLE) for n in range(MANY)}
    with PipeClient(servers=servers) as client:
        weights: list[int] = []
        for names in (list(servers)[:FEW], list(servers)[FEW:]):
            for name in names:
                client.start(name)
            time.sleep(SETTLE)
            weights.append(sum(map(pss, own_processes(client.process.pid))))
        return weights[0], weights[1]


def _python_peer(kind: type[Supervisor] | type[Circus]) -> tuple[int, int]:
    weights: list[int] = []
    for count in (FEW, MANY):
        with kind({f"idle-{n}": IDLE for n in range(count)}) as peer:
            peer.ask()
            time.sleep(SETTLE)
            weights.append(own_weight(peer.process.pid))
    return weights[0], weights[1]


def _pm2() -> tuple[int, int]:
    weights: list[int] = []
    with (
        pm2_home() as env,
        subprocess.Popen(
            pm2_command("memory", str(MANY)),
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        assert process.stdin
        assert process.stdout
        for line in process.stdout:
            if not line.strip().isdigit():
                continue  # pm2 greets
            time.sleep(SETTLE)
            weights.append(own_weight(int(line)))
            process.stdin.write("\n")
            process.stdin.flush()
        process.wait(PM2_LIMIT)
    return weights[0], weights[1]


def measure() -> list[Row]:
    ours = _sidecar()
    circus = _python_peer(Circus)
    beside = [
        f"circus {_text(circus)}",
        f"supervisor {_text(_python_peer(Supervisor))}",
        f"pm2 {_text(_pm2())}" if pm2_is_there() else ABSENT_PM2,
    ]
    return [
        Row(
            what=f"memory (PSS) with {FEW} → {MANY} idle servers",
            ours=_text(ours),
            beside=beside,
            ratio=f"{ours[0] / circus[0]:.2f} → {ours[1] / circus[1]:.2f} × circus",
            reach=_goal(ours, REACH),
            reach_for=_goal(ours, REACH_FOR),
        )
    ]


def _goal(weights: tuple[int, int], most: tuple[float, float]) -> Goal:
    met = weights[0] <= most[0] and weights[1] <= most[1]
    return Goal(f"≤ {most[0] / 1e6:.0f} → ≤ {most[1] / 1e6:.0f} MB", met)


def _text(weights: tuple[int, int]) -> str:
    return f"{megabytes(weights[0])} → {megabytes(weights[1])}"


if __name__ == "__main__":
    run_alone(measure)
