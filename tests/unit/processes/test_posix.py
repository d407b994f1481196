"""Pipes for output, and what the kernel says of memory."""

import fcntl
import os
from pathlib import Path

import pytest

from sidecar.processes import posix


def test_output_that_is_not_there_yet_keeps_nobody_waiting() -> None:
    reader, writer = posix.output_pipe()
    try:
        with pytest.raises(BlockingIOError):
            os.read(reader, 1)
        assert os.get_blocking(writer), "the program's end is like any other"
        assert not os.get_inheritable(reader)
        assert not os.get_inheritable(writer)
    finally:
        os.close(reader)
        os.close(writer)


def test_a_program_that_prints_in_bursts_is_not_held_up() -> None:
    if not hasattr(fcntl, "F_GETPIPE_SZ"):
        pytest.skip("needs pipes whose size can be told")
    reader, writer = posix.output_pipe()
    try:
        assert fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ) >= posix.PIPE_BYTES
    finally:
        os.close(reader)
        os.close(writer)


def test_a_user_without_room_for_larger_pipes_has_ordinary_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posix, "PIPE_BYTES", 1 << 40)
    reader, writer = posix.output_pipe()
    try:
        os.write(writer, b"heard")
        assert os.read(reader, 10) == b"heard"
    finally:
        os.close(reader)
        os.close(writer)


def vmstat(folder: Path, kills: int, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "vmstat"
    file.write_text(f"nr_free_pages 12\noom_kill {kills}\noom_kill_other 99\n")
    monkeypatch.setattr(posix, "_VMSTAT", file)


def test_what_the_kernel_has_killed_for_memory_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vmstat(tmp_path, 7, monkeypatch)
    assert posix.out_of_memory_kills() == 7


def test_where_the_kernel_does_not_tell_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posix, "_VMSTAT", tmp_path / "missing")
    assert posix.out_of_memory_kills() == 0
