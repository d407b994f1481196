"""What macOS gives to those who watch over processes: less than Linux, so one has to look often.

There is no subreaper and no death signal. A process that leaves its family by forking twice is
known only if it was seen before; everything seen is remembered. This has been type-checked and
tested where it is like Linux, but not been run on macOS yet. `linux` documents the names.
"""

import calendar
import contextlib
import math
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

TABLE_SECONDS = 0.005
"""What `ps` has told holds so long. Its end wakes a keeper, as that of any child does, and to ask
once more then would wake it again, for ever. It must not hold longer: who is seen too late is lost.
"""

FIRST_PROCESS = 1
"""Whoever has lost its parent is beneath it: that is no family."""

Table = dict[int, tuple[int, Identity]]
"""Parent and start by pid."""


class LastLook:
    """What `ps` has told last, but for those who are gone since."""

    def __init__(self) -> None:
        self._taken = -math.inf
        self._table: Table = {}

    def table(self, *, afresh: bool = False) -> Table:
        """At most TABLE_SECONDS old, or new; if `ps` fails, what was known before."""
        looked = None
        if afresh or time.monotonic() >= self._taken + TABLE_SECONDS:
            looked = ask_ps()
            self._taken = time.monotonic()
        # Who is gone is forgotten at once, so that its pid is not taken for it when it is reused.
        self._table = looked or {pid: row for pid, row in self._table.items() if _exists(pid)}
        return self._table


_last_look = LastLook()
_seen: dict[int, dict[int, Identity]] = {}
"""Who was beneath an ancestor at the last look."""


def adopt_orphans(*, wanted: bool = True) -> None:
    """The system cannot do it."""


def die_with(_parent: int) -> None:
    """The system cannot do it."""


def name_this_process(_name: str, *_arguments: str) -> None:
    """The system cannot do it."""


def descendants(ancestor: int, besides: frozenset[int] = frozenset()) -> dict[int, Identity]:
    """All processes beneath `ancestor` and those that were seen there before, but for `besides`
    and what is beneath those.
    """
    table = _last_look.table()
    seen = _seen.get(ancestor, {}).items()
    known = {pid for pid, started in seen if pid in table and table[pid][1] == started}
    known -= besides | _beneath(besides - {FIRST_PROCESS}, table)
    found = {pid: table[pid][1] for pid in known | _beneath({ancestor} | known, table, besides)}
    if found:
        _seen[ancestor] = found
    else:
        _seen.pop(ancestor, None)
    return found


def _beneath(
    ancestors: set[int] | frozenset[int], table: Table, besides: frozenset[int] = frozenset()
) -> set[int]:
    found: set[int] = set()
    generation = ancestors
    while generation:
        children = {pid for pid, (parent, _) in table.items() if parent in generation}
        generation = children - besides - found
        found |= generation
    return found


def marked(_variable: str, _prefix: str) -> dict[int, Identity]:
    """The system does not show the environment of other processes reliably."""
    return {}


def started_at(pid: int) -> Identity | None:
    """Since when the process of that number runs; None if there is none."""
    row = _last_look.table().get(pid)
    if row is None and _exists(pid):  # it is younger than the last look
        row = _last_look.table(afresh=True).get(pid)
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


def current_boot() -> str:
    """The same for all: a second since 1970 does not come again."""
    return "any"


def _exists(pid: int) -> bool:
    """Whether there is such a process, or a zombie of it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        pass
    return True


def ask_ps() -> Table | None:
    """Everybody but `ps` itself; None if it does not tell."""
    try:
        ps = subprocess.Popen(
            # After a "=" all the rest of a list would be a heading: one option for each column.
            ["/bin/ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "lstart="],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C", "TZ": "UTC"},
        )
    except OSError:  # too many processes
        return None
    assert ps.stdout is not None
    with ps.stdout:
        try:
            output, _ = ps.communicate(timeout=PS_SECONDS)
        except subprocess.TimeoutExpired:
            ps.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                ps.wait(PS_SECONDS)
            return None
    return _read(output, ps.pid) if ps.returncode >= 0 else None


def _read(output: bytes, ps: int) -> Table:
    table: Table = {}
    for line in output.decode("ascii", "replace").splitlines():
        with contextlib.suppress(ValueError):  # none of the lines that were asked for
            pid, parent, when = line.split(None, 2)
            started = time.strptime(when.strip(), "%a %b %d %H:%M:%S %Y")
            if int(pid) != ps:
                table[int(pid)] = (int(parent), calendar.timegm(started))
    return table
