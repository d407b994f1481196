"""What Linux gives to those who watch over processes: subreapers, death signals, pidfds, /proc.

Used inside the guardian, so only what is small and in the standard library is imported. The same
names for another system are in `macos`; `system` picks.
"""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

ESCAPES_ARE_SEEN = True
"""Whoever leaves its family becomes a child of the subreaper: to have no child is proof enough."""

MAXRSS_UNIT_BYTES = 1024
"""What `getrusage` counts the largest size of a process in."""

_libc_prctl = ctypes.CDLL(None, use_errno=True).prctl

Identity = int
"""With a pid, the moment a process started, in clock ticks since the system did: never reused."""

# Fields of /proc/<pid>/stat, counted from behind the name.
_PPID, _STARTED, _ARGUMENTS_START, _ARGUMENTS_END = 1, 19, 45, 46
_STAT_BYTES = 4096

_BOOT_ID = "/proc/sys/kernel/random/boot_id"


def adopt_orphans(*, wanted: bool = True) -> None:
    """Makes this process the parent of every descendant whose own parent ends."""
    _prctl(PR_SET_CHILD_SUBREAPER, int(wanted))


def die_with(parent: int) -> None:
    """Has this process killed when `parent` ends, even by SIGKILL.

    The promise belongs to the thread of the parent that forked, so that must be its only one.
    """
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the promise was made
        os.kill(os.getpid(), signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if _libc_prctl(option, value, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, f"prctl({option}): {os.strerror(number)}")


def name_this_process(name: str, *arguments: str) -> None:
    """What `ps` and `top` call this process; at most 15 characters.

    With `arguments` its command line is theirs, too, instead of that of whoever it was forked from.
    """
    # Bytes and no file object: a codec to be imported would cost every keeper a megabyte.
    comm = os.open("/proc/self/comm", os.O_WRONLY)
    os.write(comm, os.fsencode(name))
    os.close(comm)
    if arguments:
        _show_as_command_line("\0".join((name, *arguments)).encode())


def _show_as_command_line(text: bytes) -> None:
    """Written over what is there, as in PostgreSQL and elsewhere: the system reads it from us."""
    stat = os.open("/proc/self/stat", os.O_RDONLY)
    fields = os.read(stat, _STAT_BYTES).rpartition(b")")[2].split()
    os.close(stat)
    start, end = int(fields[_ARGUMENTS_START]), int(fields[_ARGUMENTS_END])
    if 0 < len(text) < end - start:
        ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)


def descendants(ancestor: int, besides: frozenset[int] = frozenset()) -> dict[int, Identity]:
    """All processes beneath `ancestor`, but for `besides` and what is beneath those.

    Zombies too: what looks like one may have threads that run on.
    """
    parents: dict[int, int] = {}
    started: dict[int, Identity] = {}
    for pid in _pids():
        stat = _stat(pid)
        if stat is not None:
            parents[pid], started[pid] = stat
    found: dict[int, Identity] = {}
    generation = {ancestor}
    while generation:
        children = {pid for pid, parent in parents.items() if parent in generation}
        generation = children - besides - found.keys()
        found.update((pid, started[pid]) for pid in generation)
    return found


def marked(variable: str, prefix: str) -> dict[int, Identity]:
    """Every process whose environment says `variable` = `prefix`…, as far as we may read it."""
    wanted = f"{variable}={prefix}".encode()
    found: dict[int, Identity] = {}
    for pid in _pids():
        try:
            with open(f"/proc/{pid}/environ", "rb", buffering=0) as environ:
                variables = environ.read().split(b"\0")
        except OSError:  # gone, or somebody else's
            continue
        if any(entry.startswith(wanted) for entry in variables):
            stat = _stat(pid)
            if stat is not None and pid != os.getpid():
                found[pid] = stat[1]
    return found


def started_at(pid: int) -> Identity | None:
    """Since when the process of that number runs; None if there is none."""
    stat = _stat(pid)
    return None if stat is None else stat[1]


def send(pid: int, started: Identity, what: signal.Signals) -> None:
    """Sends a signal to that very process; nobody is hit if it has ended, whoever has its pid."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except (OSError, AttributeError):  # an old kernel, or a sandbox: a look just before must do
        pidfd = None
    try:
        if started_at(pid) != started:
            return
        if pidfd is None:
            os.kill(pid, what)
        else:
            signal.pidfd_send_signal(pidfd, what)
    except OSError:  # it ended, or has become another user's
        pass
    finally:
        if pidfd is not None:
            os.close(pidfd)


def has_argument(pid: int, argument: str) -> bool:
    """Whether the command line of a process contains that argument."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb", buffering=0) as command_line:
            return argument.encode() in command_line.read().split(b"\0")
    except OSError:
        return False


def current_boot() -> str:
    """What tells this run of the system, whose ticks `Identity` counts, from others; "" if it is
    not told.
    """
    try:
        with open(_BOOT_ID, "rb", buffering=0) as boot_id:
            return boot_id.read().decode("ascii", "replace").strip()
    except OSError:
        return ""


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid: int) -> tuple[int, Identity] | None:
    """The parent and the start of a process."""
    try:
        stat = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
    except OSError:
        return None
    try:
        fields = os.read(stat, _STAT_BYTES).rpartition(b")")[2].split()
    except OSError:  # it has ended in between
        return None
    finally:
        os.close(stat)
    return int(fields[_PPID]), int(fields[_STARTED])
