"""One client on a pair of pipes: from its first byte until it is gone and everything is stopped."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass

from sidecar.rpc.dispatcher import invalid_request, parse_error
from sidecar.rpc.session import Session
from sidecar.rpc.wire import encode
from sidecar.streams import Streams
from sidecar.supervision.manager import Manager
from sidecar.transports.exit_signals import catch_exit_signals
from sidecar.transports.framing import (
    MAX_MESSAGE_BYTES,
    BadHeader,
    FramingName,
    TooLarge,
    Unframer,
    frame,
)
from sidecar.transports.parent import ParentWatch
from sidecar.transports.pipe_reader import PipeReader
from sidecar.transports.pipe_writer import PipeWriter

logger = logging.getLogger(__name__)

DEFAULT_FRAMING: FramingName = "ndjson"

FIRST_BYTE_SECONDS = 1.0
"""How long notifications wait for a client to show which framing it speaks; then lines it is."""

FLUSH_SECONDS = 2.0
"""A client that has not taken anything for so long is not waited for at the end."""

WIND_UP_SECONDS = 10.0
"""More than stopping quickly ever takes; if it does, ending is better than hanging."""

CONGESTION_LOOK_SECONDS = 0.05
"""How often a client that leaves its answers unread is looked at again."""


@dataclass(slots=True)
class End:
    """Why it is over; with `patient`, a `shutdown` asked for before keeps its full grace."""

    reason: str
    exit_code: int = 0
    patient: bool = True


class StdioTransport:
    """Owns the pipes. `serve` runs until the client is gone, by whatever sign."""

    def __init__(
        self, streams: Streams, session: Session, manager: Manager, framing: FramingName | None
    ) -> None:
        self._session = session
        self._manager = manager
        self._streams = streams
        self._unframer = Unframer(framing)
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[End] = self._loop.create_future()
        self._hurry = asyncio.Event()
        self._writer: PipeWriter | None = None
        self._reader: PipeReader | None = None

    async def serve(self) -> int:
        """Serves the client, then stops every server; returns the exit code."""
        if self._unframer.framing is not None:
            self._begin_writing()
        else:
            self._loop.call_later(FIRST_BYTE_SECONDS, self._begin_writing)
        self._reader = PipeReader(self._streams.input, self._on_data)
        gone = End("the client is gone")
        parent = ParentWatch(lambda: self._end(gone), self._streams.parent)
        catch_exit_signals(self._end_by_signal)
        shut_down = asyncio.create_task(self._await_shutdown(), name="await shutdown")
        end = await self._ended
        logger.info("ending: %s", end.reason)
        self._reader.stop()
        parent.close()
        await self._wind_up()
        shut_down.cancel()
        return end.exit_code

    def _on_data(self, data: bytes) -> None:
        if not data:
            self._on_end_of_input()
            return
        try:
            for message in self._unframer.feed(data):
                self._take_in(message)
        except BadHeader:
            self._end_for_bad_header()
        if self._unframer.framing is not None:
            self._begin_writing()
        self._hold_back_a_client_that_does_not_read()

    def _on_end_of_input(self) -> None:
        try:
            if (rest := self._unframer.close()) is not None:
                self._take_in(rest)
        except BadHeader:
            self._end_for_bad_header()
        self._end(End("the client closed its end"))

    def _end_for_bad_header(self) -> None:
        self._refuse(parse_error("a header block needs one valid Content-Length"))
        self._end(End("the client's framing is broken", exit_code=1))

    def _take_in(self, message: bytes | TooLarge) -> None:
        if isinstance(message, TooLarge):
            self._refuse(invalid_request(f"a message may have {MAX_MESSAGE_BYTES} bytes at most"))
        else:
            self._session.receive(message)

    def _refuse(self, answer: dict[str, object]) -> None:
        self._session.outbox.put_answer(encode(answer))

    def _hold_back_a_client_that_does_not_read(self) -> None:
        if self._reader is None or self._ended.done():
            return
        if self._session.outbox.congested and not self._reader.hung_up:
            self._reader.pause()
            self._loop.call_later(
                CONGESTION_LOOK_SECONDS, self._hold_back_a_client_that_does_not_read
            )
        else:
            self._reader.resume()

    def _begin_writing(self) -> None:
        """Starts the writer, once; a client that shows its framing later is followed from there."""
        if self._writer is not None:
            return
        self._writer = PipeWriter(
            self._streams.output,
            self._session.outbox,
            lambda message: frame(message, self._unframer.framing or DEFAULT_FRAMING),
            lambda: self._loop.call_soon_threadsafe(self._end, End("nobody reads any more")),
        )

    def _end(self, end: End) -> None:
        if not end.patient:
            self._hurry.set()
        if not self._ended.done():
            self._ended.set_result(end)

    def _end_by_signal(self, name: str) -> None:
        self._end(End(f"{name} was received", patient=False))

    async def _await_shutdown(self) -> None:
        await self._session.shut_down.wait()
        await self._session.finish(FLUSH_SECONDS)
        self._end(End("the client asked for it"))

    async def _wind_up(self) -> None:
        session = self._session
        if not session.shut_down.is_set():
            if self._manager.closing:  # a `shutdown` under way has its full grace
                await _first_of(session.shut_down.wait(), self._hurry.wait())
            closing = asyncio.ensure_future(self._manager.close_soon())
            await asyncio.wait([closing], timeout=WIND_UP_SECONDS)
            await session.finish(FLUSH_SECONDS)
        session.close()
        self._begin_writing()
        if self._writer is not None:
            await asyncio.to_thread(self._writer.close, FLUSH_SECONDS)


async def _first_of(*waits: Coroutine[None, None, object]) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
