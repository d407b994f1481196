"""What is particular to POSIX systems: descriptors, signals, and the end of a process.

Nothing here knows of servers. Linux's pidfd is used where there is one; elsewhere a thread waits.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sidecar.domain.outcome import Exit

PIPE_BYTES = 1024 * 1024
"""What a pipe for output is enlarged to: a child that prints in bursts is not held up by us."""

_VMSTAT = Path("/proc/vmstat")


def spawn(
    argv: Sequence[str], cwd: str, env: Mapping[str, str], keep_open: Sequence[int]
) -> subprocess.Popen[bytes]:
    """Starts a program in a session of its own, its output in pipes that never block the reader."""
    popen = subprocess.Popen(
        argv,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
        pass_fds=keep_open,
    )
    for pipe in (popen.stdout, popen.stderr):
        if pipe is not None:
            prepare_pipe(pipe.fileno())
    return popen


def prepare_pipe(descriptor: int) -> None:
    """Makes reading non-blocking, and the pipe large where the system lets us."""
    os.set_blocking(descriptor, False)
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # the user's share of pipe memory is used up
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def watch_exit(
    popen: subprocess.Popen[bytes], when_ended: Callable[[int], None]
) -> Callable[[], None]:
    """Calls `when_ended` on the loop, once, with the return code; returns what ends the watch.

    The process is left a zombie where the system allows: so long, its pid and session cannot be
    anyone else's. `popen.wait()` reaps it.
    """
    loop = asyncio.get_running_loop()
    try:
        pidfd = os.pidfd_open(popen.pid)
    except (AttributeError, OSError):  # another system, an old kernel, or a sandbox
        threading.Thread(
            target=lambda: loop.call_soon_threadsafe(when_ended, popen.wait()),
            name=f"wait for {popen.pid}",
            daemon=True,
        ).start()
        return lambda: None

    def ended() -> None:
        unwatch()
        when_ended(_peek_returncode(popen.pid))

    def unwatch() -> None:
        nonlocal pidfd
        if pidfd >= 0:
            loop.remove_reader(pidfd)
            os.close(pidfd)
            pidfd = -1

    loop.add_reader(pidfd, ended)
    return unwatch


def _peek_returncode(pid: int) -> int:
    """The return code of an ended child, which stays unreaped."""
    result = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    if result is None or result.si_code == os.CLD_EXITED:
        return result.si_status if result else 0
    return -result.si_status


def terminate(pid: int) -> None:
    """Asks a process to end."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGTERM)


def kill_group(pid: int) -> None:
    """Kills the process group that `pid` leads; the leader must not have been reaped."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def session_of(pid: int) -> int | None:
    """The session of a process, None if it is gone or not ours to see."""
    try:
        return os.getsid(pid)
    except OSError:
        return None


def out_of_memory_kills() -> int:
    """How often the kernel has killed for want of memory since it booted; 0 if it does not say."""
    try:
        lines = _VMSTAT.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def explain_returncode(returncode: int, out_of_memory_kills_before: int) -> Exit:
    """A return code in our own words, with the out-of-memory killer taken into account."""
    killed = returncode == -signal.SIGKILL
    starved = killed and out_of_memory_kills() > out_of_memory_kills_before
    return Exit.from_returncode(returncode, out_of_memory=starved)
