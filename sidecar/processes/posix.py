"""Pipes for output, as POSIX has them, and how often a kernel that tells has killed for memory.

Small, unlike `system`: the first launch needs both at once.
"""

import contextlib
import fcntl
import os
from pathlib import Path

PIPE_BYTES = 1024 * 1024
"""What a pipe for output is enlarged to: a child that prints in bursts is not held up by us."""

_VMSTAT = Path("/proc/vmstat")


def output_pipe() -> tuple[int, int]:
    """Both ends: the reading one never blocks, and there is much room where the system lets us."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # the user's share of pipe memory is used up
            fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return reader, writer


def out_of_memory_kills() -> int:
    """How often the kernel has killed for want of memory since it booted; 0 if it does not say."""
    try:
        lines = _VMSTAT.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
