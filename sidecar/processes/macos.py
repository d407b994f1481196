"""What macOS gives to those who watch over processes: less than Linux, so one has to look often.

There is no subreaper and no death signal. A process that leaves its family by forking twice is
known only if it was seen before; everything seen is remembered. This has been type-checked and
tested where it is like Linux, but not been run on macOS yet. `linux` documents the names.
"""

import calendar
import os
import signal
import subprocess
import time

ESCAPES_ARE_SEEN = False
"""Having no child is no proof: one that has left its family has the first process for a parent."""

MAXRSS_UNIT_BYTES = 1

Identity = int
"""With a pid, the second in which a process started, since 1970."""

PS_SECONDS = 5.0
"""`ps` takes some hundredths of a second."""

_seen: dict[int, Identity] = {}


def adopt_orphans(*, wanted: bool = True) -> None:
    """The system cannot do it."""


def die_with(_parent: int) -> None:
    """The system cannot do it."""


def name_this_process(_name: str) -> None:
    """The system cannot do it."""


def descendants(ancestor: int, besides: frozenset[int] = frozenset()) -> dict[int, Identity]:
    """All processes beneath `ancestor` and those that were seen there before."""
    table = _table()
    known = {pid for pid, started in _seen.items() if pid in table and table[pid][1] == started}
    found: dict[int, Identity] = {}
    generation = {ancestor} | known
    found.update((pid, table[pid][1]) for pid in known)
    while generation:
        children = {pid for pid, (parent, _) in table.items() if parent in generation}
        generation = children - besides - found.keys()
        found.update((pid, table[pid][1]) for pid in generation)
    _seen.clear()
    _seen.update(found)
    return found


def marked(_variable: str, _prefix: str) -> dict[int, Identity]:
    """The system does not show the environment of other processes reliably."""
    return {}


def started_at(pid: int) -> Identity | None:
    """Since when the process of that number runs; None if there is none."""
    row = _table().get(pid)
    return None if row is None else row[1]


def send(pid: int, started: Identity, what: signal.Signals) -> None:
    """Sends a signal to that process, if it is still the same."""
    if started_at(pid) == started:
        try:
            os.kill(pid, what)
        except OSError:  # it ended, or has become another user's
            pass


def has_argument(_pid: int, _argument: str) -> bool:
    """Asked of adopted processes only, of which there are none."""
    return False


def _table() -> dict[int, tuple[int, Identity]]:
    """Parent and start by pid, of everybody but `ps` itself."""
    ps = subprocess.Popen(
        ["/bin/ps", "-A", "-o", "pid=,ppid=,lstart="],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C", "TZ": "UTC"},
    )
    output, _ = ps.communicate(timeout=PS_SECONDS)
    table: dict[int, tuple[int, Identity]] = {}
    for line in output.decode("ascii", "replace").splitlines():
        pid, parent, when = line.split(None, 2)
        if int(pid) != ps.pid:
            started = time.strptime(when.strip(), "%a %b %d %H:%M:%S %Y")
            table[int(pid)] = (int(parent), calendar.timegm(started))
    return table
