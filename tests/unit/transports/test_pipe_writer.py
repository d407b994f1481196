"""Writing to whatever stdout may be, and to a client that does not read or is gone."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.rpc.outbox import Outbox
from sidecar.transports.framing import frame
from sidecar.transports.pipe_writer import PipeWriter

LIMIT = 10.0
MORE_THAN_A_PIPE_HOLDS = 1_500_000


class Writing:
    """A writer of lines, and what is put before it."""

    def __init__(self, descriptor: int) -> None:
        self.outbox = Outbox()
        self.broken = threading.Event()
        self.writer = PipeWriter(
            descriptor, self.outbox, lambda m: frame(m, "ndjson"), self.broken.set
        )

    def put(self, *messages: bytes) -> None:
        for message in messages:
            self.outbox.put_notification("api", message)


class Pipe:
    """A pipe, of which the test reads."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self._open = {self.reader, self.writer}

    def close(self, *descriptors: int) -> None:
        for descriptor in self._open & set(descriptors or self._open):
            os.close(descriptor)
            self._open.discard(descriptor)

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes."""
        data = b""
        while len(data) < size:
            data += os.read(self.reader, size - len(data))
        return data


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.close()


def test_what_is_put_is_written_in_order(pipe: Pipe) -> None:
    writing = Writing(pipe.writer)
    for number in range(100):
        writing.put(b"%d" % number)
    expected = b"".join(b"%d\n" % number for number in range(100))
    assert pipe.read(len(expected)) == expected
    assert writing.writer.close(LIMIT)


def test_what_was_put_before_there_was_a_writer_is_written_too(pipe: Pipe) -> None:
    outbox = Outbox()
    outbox.put_answer(b"early")
    writer = PipeWriter(pipe.writer, outbox, lambda m: frame(m, "ndjson"), lambda: None)
    assert pipe.read(6) == b"early\n"
    assert writer.close(LIMIT)


def test_a_message_larger_than_a_pipe_is_written_whole(pipe: Pipe) -> None:
    writing = Writing(pipe.writer)
    writing.put(b"x" * MORE_THAN_A_PIPE_HOLDS, b"small")
    expected = b"x" * MORE_THAN_A_PIPE_HOLDS + b"\nsmall\n"
    assert pipe.read(len(expected)) == expected
    assert writing.writer.close(LIMIT)


def test_whoever_shares_the_pipe_may_have_made_it_non_blocking(pipe: Pipe) -> None:
    os.set_blocking(pipe.writer, False)
    writing = Writing(pipe.writer)
    writing.put(b"x" * MORE_THAN_A_PIPE_HOLDS)
    assert len(pipe.read(MORE_THAN_A_PIPE_HOLDS + 1)) == MORE_THAN_A_PIPE_HOLDS + 1
    assert writing.writer.close(LIMIT)


def test_a_client_that_does_not_read_holds_up_nobody_who_puts(pipe: Pipe) -> None:
    writing = Writing(pipe.writer)
    message = b"x" * 1000
    for _ in range(2000):
        writing.put(message)
    assert not writing.writer.close(0.05), "it is still waiting for the client"
    assert not writing.broken.is_set()

    assert pipe.read(2000 * 1001) == (message + b"\n") * 2000
    assert writing.writer.close(LIMIT)


def test_a_client_that_reads_slowly_gets_everything_at_the_end(pipe: Pipe) -> None:
    writing = Writing(pipe.writer)
    writing.put(*[b"x" * 100_000] * 20)
    closed: list[bool] = []
    closing = threading.Thread(target=lambda: closed.append(writing.writer.close(LIMIT)))
    closing.start()
    assert len(pipe.read(20 * 100_001)) == 20 * 100_001
    closing.join(LIMIT)
    assert closed == [True]


def test_a_client_that_is_gone_is_told_once_and_nothing_waits_for_it(pipe: Pipe) -> None:
    writing = Writing(pipe.writer)
    pipe.close(pipe.reader)
    writing.put(b"one")
    assert writing.broken.wait(LIMIT)
    writing.put(b"two", b"three")
    assert writing.writer.close(LIMIT)


def test_a_socket_can_be_written_to() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        writing = Writing(ours.fileno())
        writing.put(b"x" * MORE_THAN_A_PIPE_HOLDS)
        with theirs.makefile("rb") as reading:
            assert len(reading.readline()) == MORE_THAN_A_PIPE_HOLDS + 1
        assert writing.writer.close(LIMIT)


def test_a_file_can_be_written_to(tmp_path: Path) -> None:
    file = tmp_path / "answers"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)
    try:
        writing = Writing(descriptor)
        writing.put(b"one", b"two")
        assert writing.writer.close(LIMIT)
    finally:
        os.close(descriptor)
    assert file.read_bytes() == b"one\ntwo\n"
