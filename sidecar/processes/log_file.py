"""A server's lines in a file that is rotated, written by a thread of its own: a slow disk holds up
neither the server nor the sidecar.
"""

import contextlib
import errno
import logging
import threading
from collections import deque
from pathlib import Path
from typing import BinaryIO, Literal

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.events import Stream
from sidecar.domain.lines import Piece
from sidecar.domain.spec import ServerSpec
from sidecar.processes.threads import in_thread
from sidecar.supervision.interfaces import CannotLaunch

MAX_QUEUED_CHARACTERS = 16 * 1024 * 1024
"""What a disk that cannot keep up may leave waiting; beyond it lines are left out, and counted."""

CLOSE_SECONDS = 2.0
"""How long the end of a server waits for its last lines to be on the disk."""

logger = logging.getLogger(__name__)


class RotatingLogFile:
    """`server.log`, and older parts as `server.log.1` (the newest of them) and so on."""

    def __init__(self, path: Path, max_bytes: int, backups: int) -> None:
        """Opens the file for appending, making its folder. Raises OSError."""
        self._path = path
        self._max_bytes = max_bytes
        self._backups = backups
        self._file: BinaryIO | None = None
        self._size = 0
        self._mid_line = False
        self._open("ab")
        self._queue: deque[str | None] = deque()
        self._queued = 0
        self._left_out = 0
        self._unfinished: Stream | None = None
        self._more = threading.Condition()
        self._thread = threading.Thread(
            target=self._write_all, name=f"log {path.name}", daemon=True
        )
        self._thread.start()

    def write(self, stream: Stream, piece: Piece) -> None:
        """Queues a piece of output; those of one line become one line again.

        Where the other stream comes in between, the unfinished line ends there.
        """
        text = piece.text if piece.partial else f"{piece.text}\n"
        with self._more:
            if self._queued > MAX_QUEUED_CHARACTERS:
                self._left_out += piece.count
                return
            if self._left_out:
                text = f"... {self._left_out} lines not written: the disk was too slow\n{text}"
                self._left_out = 0
            if self._unfinished not in (None, stream):
                text = f"\n{text}"
            self._unfinished = stream if piece.partial else None
            self._queue.append(text)
            self._queued += len(text)
            self._more.notify()

    async def close(self) -> None:
        """Writes what is queued and closes; leaves a disk that hangs behind after a while."""
        with self._more:
            self._queue.append(None)
            self._more.notify()
        with contextlib.suppress(TimeoutError):
            await in_thread(self._thread.join, CLOSE_SECONDS)

    def _write_all(self) -> None:
        writable = True
        while (text := self._next()) is not None:
            try:
                self._write_lines(text.encode("utf-8", "replace"))
                writable = True
            except OSError as error:
                if writable:  # said once, until it goes well again
                    logger.warning("cannot write %s: %s", self._path, error.strerror)
                writable = False
        self._close_file()

    def _next(self) -> str | None:
        with self._more:
            while not self._queue:
                self._more.wait()
            text = self._queue.popleft()
            self._queued -= len(text or "")
            return text

    def _write_lines(self, data: bytes) -> None:
        """Writes, and rotates between two lines where the limit is reached."""
        while self._max_bytes and self._size + len(data) > self._max_bytes:
            cut = data.rfind(b"\n", 0, max(0, self._max_bytes - self._size)) + 1
            if cut == 0 and (self._size == 0 or self._mid_line):
                # A line that is longer than a whole file, or has begun in this one, stays whole.
                cut = data.find(b"\n") + 1 or len(data)
            self._append(data[:cut])
            data = data[cut:]
            if not data:
                return
            self._rotate()
        self._append(data)

    def _append(self, data: bytes) -> None:
        if data:
            file = self._file or self._open("ab")
            file.write(data)
            file.flush()
            self._size += len(data)
            self._mid_line = not data.endswith(b"\n")

    def _rotate(self) -> None:
        self._close_file()
        for number in range(self._backups, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            newer = older.with_name(f"{self._path.name}.{number - 1}") if number > 1 else self._path
            if newer.exists():
                newer.replace(older)
        self._open("wb")

    def _open(self, mode: Literal["ab", "wb"]) -> BinaryIO:
        """Opens the file, making its folder; a later write tries again what fails here."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists() and not self._path.is_file():
            raise OSError(errno.EINVAL, "it is no regular file")
        self._file = self._path.open(mode)
        self._size = self._file.tell()
        return self._file

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()


def open_log_file(spec: ServerSpec) -> RotatingLogFile | None:
    """The log file of a server that has one; see `supervision.interfaces.LogFileOpener`."""
    if spec.logs.file is None:
        return None
    try:
        return RotatingLogFile(Path(spec.logs.file), spec.logs.max_bytes, spec.logs.backups)
    except OSError as error:
        raise CannotLaunch(
            Failure(
                FailureCode.SPAWN_FAILED,
                f"{spec.name} was not started: its log file {spec.logs.file} cannot be written "
                f"({error.strerror})",
                "Correct `logs.file`, or the permissions of its folder.",
            )
        ) from None
