"""How fast 3,000,000 lines of 100 bytes come from a child to a client, and that none is lost.

    python -m tests.benchmarks.log_throughput

Timed from the first log byte to the last. The Python client keeps the raw bytes and looks at every
line afterwards; the Node client parses every message as it comes, as an Electron app would.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import orjson

from tests.benchmarks.peers import ABSENT_PM2, PROGRAMS, pm2, pm2_is_there
from tests.benchmarks.pipe_client import LIMIT, PipeClient, write_config
from tests.benchmarks.programs.lines import cycle
from tests.benchmarks.report import Goal, Row, millions, progress, run_alone, times

LINES = 3_000_000
ROUNDS = 3
READ_SIZE = 1 << 20
REACH = 1_500_000
CHILD = [sys.executable, str(PROGRAMS / "lines.py"), str(LINES)]


@dataclass
class Run:
    lines: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.lines / self.seconds


def _floor() -> Run:
    """The child's pipe read by a Python loop that counts newlines."""
    with subprocess.Popen(CHILD, stdout=subprocess.PIPE) as child:
        assert child.stdout
        lines, first = 0, 0.0
        while chunk := os.read(child.stdout.fileno(), READ_SIZE):
            first = first or time.perf_counter()
            lines += chunk.count(b"\n")
        return Run(lines, time.perf_counter() - first)


def _config(folder: str) -> str:
    text = f"[servers.default]\ncommand = {json.dumps(CHILD)}\nready = {{ none = true }}\n"
    return write_config(Path(folder), text)


def _python_client(config: str) -> Run:
    chunks: list[bytes] = []
    with PipeClient("--config", config) as client:
        client.send("start", {})
        first = last = 0.0
        tail = b""
        while b'"python-server-stopped"' not in tail:
            chunk = client.read()
            chunks.append(chunk)
            now = time.perf_counter()
            tail = tail[-64:] + chunk[-1024:]
            if first or b'"python-log"' in chunk:
                first = first or now
                last = now
    return Run(_checked(b"".join(chunks)), last - first)


def _checked(stream: bytes) -> int:
    """The number of lines, when they are all there, in order and unharmed; else an error."""
    expected = cycle().decode().splitlines()
    seen = 0
    for line in stream.splitlines():
        message = orjson.loads(line)
        if message.get("method") != "python-log":
            continue
        params = message["params"]
        if params.get("dropped"):
            raise RuntimeError(f"{params['dropped']} lines were dropped after line {seen}")
        if params["seq"] != seen + 1:
            raise RuntimeError(f"line {params['seq']} follows line {seen}")
        for text in params["text"].split("\n"):
            if text != expected[seen % len(expected)]:
                raise RuntimeError(f"line {seen + 1} is {text!r}")
            seen += 1
    if seen != LINES:
        raise RuntimeError(f"{LINES - seen} lines are missing")
    return seen


def _node_client(config: str) -> Run:
    argv = ["node", str(PROGRAMS / "node_client.cjs"), sys.executable, config]
    done = subprocess.run(argv, capture_output=True, timeout=LIMIT, check=True)
    told = json.loads(done.stdout)
    if told["lines"] != LINES or told["dropped"]:
        raise RuntimeError(f"the client in Node got {told['lines']}, dropped {told['dropped']}")
    return Run(told["lines"], told["seconds"])


def _pm2_bus() -> Run:
    told = pm2("lines", str(PROGRAMS / "lines.py"), str(LINES))
    return Run(told["lines"], told["seconds"])


def measure() -> list[Row]:
    runs: dict[str, list[Run]] = {"python": [], "node": [], "pm2": [], "floor": []}
    with tempfile.TemporaryDirectory() as folder:
        config = _config(folder)
        for round_ in range(ROUNDS):
            progress(f"  {LINES:,} lines, round {round_ + 1} of {ROUNDS}")
            runs["floor"].append(_floor())
            runs["python"].append(_python_client(config))
            if shutil.which("node"):
                runs["node"].append(_node_client(config))
            if pm2_is_there():
                runs["pm2"].append(_pm2_bus())
    bus = _middle(runs["pm2"])
    beside = [f"the child's pipe read directly {millions(_middle(runs['floor']))}", ABSENT_PM2]
    if runs["pm2"]:
        lost = max(LINES - run.lines for run in runs["pm2"])
        beside[1] = f"pm2's bus {millions(bus)}" + (f", {lost:,} lines lost" if lost else "")
    rows = [_row("raw client in Python", _middle(runs["python"]), bus, beside)]
    if runs["node"]:
        rows.append(_row("parsing client in Node", _middle(runs["node"]), bus, []))
    return rows


def _middle(runs: list[Run]) -> float:
    return sorted(run.rate for run in runs)[len(runs) // 2] if runs else 0.0


def _row(client: str, rate: float, bus: float, beside: list[str]) -> Row:
    return Row(
        what=f"{LINES:,} lines × 100 bytes, none lost, {client} (lines/s)",
        ours=millions(rate),
        beside=beside,
        ratio=times(rate, bus, "pm2") if bus else "",
        reach=Goal("≥ 1.5 M lines/s", rate >= REACH),
        reach_for=Goal("ahead of pm2's bus", rate > bus) if bus else None,
    )


if __name__ == "__main__":
    run_alone(measure)
