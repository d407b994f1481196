"""What a sidecar has started, noted in a file of its own, for the case that nobody of it survives.

Owns the file: its place, its format, and the proof that its sidecar lives, which is a lock that
the system releases however that ends. What is to be done about a dead one's processes is for
`leftovers` to know. No secrets are in the file.

Every change is a new file that is locked before it takes the old one's name: whoever reads finds a
whole file, and never finds that of a living sidecar unlocked.
"""

import contextlib
import errno
import fcntl
import logging
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sidecar.folders import running_folder

if TYPE_CHECKING:
    from sidecar.processes.guarding.system import Identity

SUFFIX = ".json"
UNFINISHED = ".new"

ATTEMPTS = 3
"""A cleaner may take a file away in the moment between its making and its locking."""

MOST_BYTES = 1024 * 1024
"""More than this is none of ours."""

logger = logging.getLogger(__name__)


class Started(NamedTuple):
    """One server's main process; `since` tells it from a later one with the same pid."""

    server: str
    pid: int
    since: "Identity"


class Notes(NamedTuple):
    """The content of the file. What was noted under another `boot` cannot be alive; where that is
    "", nobody knows.
    """

    sidecar: int
    boot: str
    guardians: tuple[str, ...]
    processes: tuple[Started, ...]


class StateFile:
    """The file of this sidecar: made when something is noted first, removed by `close`."""

    def __init__(self, folder: Path | None = None) -> None:
        """In the user's state folder, or in `folder`."""
        self._folder = folder
        self._path: Path | None = None
        self._lock = -1
        self._guardians: dict[str, None] = {}
        self._processes: dict[int, Started] = {}
        self._warned = False

    def remember(self, server: str, pid: int, since: "Identity | None", mark: str) -> None:
        """Notes a launched process; without `since` its mark alone. `mark` begins with the
        guardian's, up to a colon.
        """
        if since is not None:
            self._processes[pid] = Started(server, pid, since)
        self._guardians[mark.partition(":")[0]] = None
        self._save()

    def forget(self, pid: int) -> None:
        """Takes note that nothing is left of the process and what descended from it."""
        if self._processes.pop(pid, None) is not None:
            self._save()

    def close(self) -> None:
        """Removes the file: this sidecar leaves nothing behind. What comes later is not noted."""
        self._processes.clear()
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(self._lock)
            self._path, self._lock = None, -1

    def _save(self) -> None:
        try:
            self._replace()
        except (OSError, RuntimeError) as error:  # RuntimeError: the user has no home
            if not self._warned:
                logger.warning(
                    "what this sidecar starts cannot be noted (%s): if it is killed together with "
                    "its helpers, the next one will not find what they leave behind",
                    error,
                )
            self._warned = True

    def _replace(self) -> None:
        from sidecar.processes.guarding import system

        folder = self._folder or running_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path or folder / f"{os.getpid()}-{os.urandom(4).hex()}{SUFFIX}"
        notes = Notes(
            os.getpid(),
            system.current_boot(),
            tuple(self._guardians),
            tuple(self._processes.values()),
        )
        lock = _write_locked(path, _encode(notes))
        if self._lock >= 0:
            os.close(self._lock)
        self._path, self._lock = path, lock


class AbandonedFile:
    """The file of a dead sidecar, ours for as long as we hold its lock."""

    def __init__(self, path: Path, lock: int, content: bytes) -> None:
        self._path = path
        self._lock = lock
        self.notes = _decode(content)
        """None if they make no sense."""

    def remove(self) -> None:
        """Removes the file and lets go of it."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("cannot remove %s: %s", self._path, error.strerror)
        finally:
            os.close(self._lock)


def abandoned_files(folder: Path) -> list[AbandonedFile]:
    """The files whose sidecars are dead, unless another cleaner has them; each is to be removed."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    paths = [folder / name for name in sorted(names) if name.endswith((SUFFIX, UNFINISHED))]
    return [file for path in paths if (file := _take_abandoned(path)) is not None]


def _write_locked(path: Path, data: bytes) -> int:
    """Puts a new, locked file in the place of `path`; returns what holds the lock."""
    for attempt in range(1, ATTEMPTS + 1):
        new = path.with_name(f"{path.name}.{os.urandom(4).hex()}{UNFINISHED}")
        lock = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.write(lock, data) != len(data):  # the disk is full: the old file is better
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            new.rename(path)
        except OSError:
            os.close(lock)
            new.unlink(missing_ok=True)
            if attempt == ATTEMPTS:
                raise
        else:
            return lock
    raise AssertionError("the last attempt returns or raises")


def _take_abandoned(path: Path) -> AbandonedFile | None:
    """A file that nobody holds, locked; None if somebody does, or it is not ours or unreadable."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        opened = os.fstat(lock)
        # Another user's word is no proof: it could name anybody's processes.
        if stat.S_ISREG(opened.st_mode) and opened.st_uid == os.geteuid():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Its sidecar may have put a new file in its place since we opened it.
            if os.path.samestat(opened, os.stat(path, follow_symlinks=False)):
                return AbandonedFile(path, lock, os.read(lock, MOST_BYTES))
    except OSError:
        pass
    os.close(lock)
    return None


def _encode(notes: Notes) -> bytes:
    import orjson

    processes = [started._asdict() for started in notes.processes]
    return orjson.dumps({**notes._asdict(), "processes": processes})


def _decode(data: bytes) -> Notes | None:
    """The content of a file, which may be anything; None if it is not in order from end to end."""
    import orjson

    try:
        content: Any = orjson.loads(data)
        sidecar, boot, guardians, processes = (content[key] for key in Notes._fields)
        notes = Notes(sidecar, boot, tuple(guardians), tuple(Started(**it) for it in processes))
    except (ValueError, TypeError, KeyError):
        return None
    return notes if _is_sound(notes) else None


def _is_sound(notes: Notes) -> bool:
    texts: list[object] = [notes.boot, *notes.guardians, *(it.server for it in notes.processes)]
    pids: list[object] = [notes.sidecar, *(it.pid for it in notes.processes)]
    moments: list[object] = [it.since for it in notes.processes]
    return (
        all(isinstance(text, str) for text in texts)
        and all(type(pid) is int and pid > 0 for pid in pids)
        and all(type(moment) in (int, float) for moment in moments)
        and all(notes.guardians)
    )
