"""From a server's pieces of text to numbered, published batches.

After a pause the first line is published at once; while more keep coming, lines are gathered for a
moment, so that a chatty server costs a few hundred messages a second and not one for each line.
Who reads the batches, and whether anyone can keep up, is not known here.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from sidecar.domain.events import LogBatch, Stream
from sidecar.domain.lines import Piece
from sidecar.supervision.log_ring import LogBlock, LogRing

GATHER_SECONDS = 0.005
"""How long lines are gathered once they come in quick succession: far below what an eye notices."""

MAX_BATCH_CHARACTERS = 64 * 1024
"""More than this is published without waiting for the moment to pass."""


def utc_now() -> str:
    """The wall clock as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class LogStream:
    """Numbers, keeps and publishes what one server writes."""

    def __init__(self, name: str, lines: int, publish: Callable[[LogBatch], None]) -> None:
        self.ring = LogRing(lines)
        self._name = name
        self._publish = publish
        self._gathered: list[LogBlock] = []
        self._gathered_characters = 0
        self._timer: asyncio.TimerHandle | None = None

    def append(self, stream: Stream, piece: Piece) -> None:
        """Takes a piece of output in."""
        block = self.ring.append(stream, piece, utc_now())
        if self._timer is None and not self._gathered:
            self._send([block])
            self._wait()
            return
        self._gathered.append(block)
        self._gathered_characters += len(block.text)
        if self._gathered_characters >= MAX_BATCH_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Publishes what is gathered; whatever is published next comes after it."""
        if self._gathered:
            blocks, self._gathered = self._gathered, []
            self._gathered_characters = 0
            self._send(blocks)

    def close(self) -> None:
        """Publishes what is gathered and stops the timer."""
        self.flush()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._moment_passed)

    def _moment_passed(self) -> None:
        self._timer = None
        if self._gathered:
            self.flush()
            self._wait()

    def _send(self, blocks: list[LogBlock]) -> None:
        """One batch for each run of blocks of one stream; an unfinished line ends a batch."""
        run: list[LogBlock] = []
        for block in blocks:
            if run and (run[-1].partial or run[-1].stream != block.stream):
                self._publish(self._batch(run))
                run = []
            run.append(block)
        self._publish(self._batch(run))

    def _batch(self, run: list[LogBlock]) -> LogBatch:
        first = run[0]
        return LogBatch(
            name=self._name,
            stream=first.stream,
            text=first.text if len(run) == 1 else "\n".join(block.text for block in run),
            count=sum(block.count for block in run),
            seq=first.seq,
            time=first.time,
            partial=run[-1].partial,
        )
