"""Finds what a test left behind: processes that carry the test's mark in their environment.

A child inherits its parent's environment, so the mark reaches every process below the sidecar,
grandchildren that made their own session included.
"""

import asyncio
import os
import signal
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

MARK_VARIABLE = "SIDECAR_TEST_MARK"
PROJECT_ROOT = Path(__file__).resolve().parents[2]

# The promise is that nothing lives on for more than 3 s; the rest is for a loaded machine.
ORPHAN_LIMIT = 5.0
_POLL_INTERVAL = 0.02


def new_mark() -> str:
    """A value that no other test has."""
    return uuid.uuid4().hex


def marked_environment(mark: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, with the project importable, the mark, and then `extra`."""
    paths = [str(PROJECT_ROOT), os.environ.get("PYTHONPATH", "")]
    inherited = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return inherited | {MARK_VARIABLE: mark} | dict(extra or {})


def marked_processes(mark: str) -> dict[int, str]:
    """The living processes with the mark, as pid to command line."""
    found: dict[int, str] = {}
    needle = f"{MARK_VARIABLE}={mark}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if needle in (entry / "environ").read_bytes().split(b"\0"):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(entry.name)] = command.decode(errors="replace").strip()
        except OSError:
            continue  # it ended while we looked, or it is not ours to read
    return found


async def until_gone(mark: str, limit: float = ORPHAN_LIMIT) -> dict[int, str]:
    """Waits until no process carries the mark; returns those that still live after `limit`."""
    deadline = time.monotonic() + limit
    while (left := marked_processes(mark)) and time.monotonic() < deadline:
        await asyncio.sleep(_POLL_INTERVAL)
    return left


def kill_marked(mark: str) -> None:
    """Ends what a failed test left, so that it cannot disturb the next one."""
    for pid in marked_processes(mark):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def is_alive(pid: int) -> bool:
    """Whether `pid` runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}
