"""CPU and memory of a process tree, by psutil. Blocking: for a thread."""

import contextlib
import threading
import time
from datetime import UTC, datetime

import psutil

from sidecar.domain.events import ServerMetrics
from sidecar.processes.tree import members

SHORTEST_WINDOW_SECONDS = 0.1
"""CPU time is counted in ticks of 10 ms: over less than this the last rate stays."""


class Sampler:
    """Turns CPU seconds into a rate between two samples; the first counts from the launch."""

    def __init__(self, keeper_pid: int, since: float) -> None:
        """`since` is when the server was launched, in monotonic seconds."""
        self._keeper_pid = keeper_pid
        self._lock = threading.Lock()
        self._seconds_by_process: dict[tuple[int, float], float] = {}
        self._cpu_percent = 0.0
        self._sampled_at = since

    def sample(self) -> ServerMetrics:
        """The tree as it is now."""
        with self._lock:
            return self._sample()

    def _sample(self) -> ServerMetrics:
        rss = threads = files = count = 0
        files_known = False
        seconds: dict[tuple[int, float], float] = {}
        for process in members(self._keeper_pid):
            with contextlib.suppress(psutil.Error), process.oneshot():
                times = process.cpu_times()
                rss += process.memory_info().rss
                threads += process.num_threads()
                count += 1
                seconds[process.pid, process.create_time()] = times.user + times.system
            with contextlib.suppress(psutil.Error):
                files += process.num_fds()
                files_known = True
        self._update_rate(seconds)
        return ServerMetrics(
            name="",
            time=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            cpu_percent=self._cpu_percent,
            rss_bytes=rss,
            processes=count,
            threads=threads,
            open_files=files if files_known else None,
        )

    def _update_rate(self, seconds: dict[tuple[int, float], float]) -> None:
        now = time.monotonic()
        elapsed = now - self._sampled_at
        if elapsed < SHORTEST_WINDOW_SECONDS:
            return
        before = self._seconds_by_process
        spent = sum(total - before.get(who, 0.0) for who, total in seconds.items())
        self._cpu_percent = round(100 * spent / elapsed, 1)
        self._seconds_by_process, self._sampled_at = seconds, now
