"""A server's lines in a file: whole, in order, rotated between lines."""

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.domain.events import Stream
from sidecar.domain.lines import Piece
from sidecar.domain.spec import LogSettings, ReadyCheck, ServerSpec
from sidecar.processes.log_file import RotatingLogFile, open_log_file
from sidecar.supervision.interfaces import CannotLaunch

LIMIT = 10.0


def piece(*lines: str, partial: bool = False) -> Piece:
    return Piece("\n".join(lines), len(lines), partial)


async def write(path: Path, pieces: Iterable[Piece], max_bytes: int = 0, backups: int = 0) -> None:
    """Writes everything to a log file and closes it."""
    file = RotatingLogFile(path, max_bytes, backups)
    for given_piece in pieces:
        file.write("stdout", given_piece)
    await file.close()


def files(path: Path) -> dict[str, str]:
    """What the log file and its older parts hold."""
    return {file.name: file.read_text(encoding="utf-8") for file in path.parent.iterdir()}


async def test_lines_are_appended_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "server.log"
    await write(path, [piece("one", "둘"), piece("")])
    await write(path, [piece("three")])
    assert files(path) == {"server.log": "one\n둘\n\nthree\n"}


async def test_a_full_file_becomes_the_newest_backup(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    await write(path, [piece(f"line {n}") for n in range(9)], max_bytes=21, backups=2)
    assert files(path) == {
        "server.log": "line 6\nline 7\nline 8\n",
        "server.log.1": "line 3\nline 4\nline 5\n",
        "server.log.2": "line 0\nline 1\nline 2\n",
    }


async def test_the_oldest_lines_are_given_up(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    await write(path, [piece(*[f"line {n}" for n in range(30)])], max_bytes=21, backups=1)
    assert files(path) == {
        "server.log": "line 29\n",
        "server.log.1": "line 27\nline 28\n",
    }


async def test_without_backups_a_full_file_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    await write(path, [piece(f"line {n}") for n in range(5)], max_bytes=21, backups=0)
    assert files(path) == {"server.log": "line 3\nline 4\n"}


async def test_what_was_there_counts_towards_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    path.write_text("of another run\n")
    await write(path, [piece("line 1")], max_bytes=20, backups=1)
    assert files(path) == {"server.log": "line 1\n", "server.log.1": "of another run\n"}


async def test_a_line_longer_than_a_file_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    long = "x" * 50
    await write(path, [piece("short", long, "after")], max_bytes=20, backups=5)
    assert files(path) == {
        "server.log": "after\n",
        "server.log.1": f"{long}\n",
        "server.log.2": "short\n",
    }


async def test_the_pieces_of_a_line_become_one_line_again(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    pieces = [piece("10%", partial=True), piece(" 20%", partial=True), piece(" done"), piece("x")]
    await write(path, pieces)
    assert files(path) == {"server.log": "10% 20% done\nx\n"}


async def test_a_line_of_the_other_stream_does_not_get_into_an_unfinished_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "server.log"
    file = RotatingLogFile(path, 0, 0)
    written: list[tuple[Stream, Piece]] = [
        ("stdout", piece("password: ", partial=True)),
        ("stderr", piece("warning")),
        ("stdout", piece("")),
    ]
    for stream, given_piece in written:
        file.write(stream, given_piece)
    await file.close()
    assert files(path)["server.log"].startswith("password: \nwarning\n")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.lists(st.text(alphabet="ab한", max_size=30), min_size=1, max_size=5), max_size=8),
    st.integers(1, 60),
)
def test_no_line_is_cut_or_lost_by_rotation(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]], max_bytes: int
) -> None:
    path = tmp_path_factory.mktemp("rotation") / "server.log"
    asyncio.run(write(path, [piece(*lines) for lines in batches], max_bytes, backups=1000))
    held = files(path)
    numbers = sorted(int(name.rpartition(".")[2]) for name in held if name != "server.log")
    parts = [held[f"server.log.{number}"] for number in reversed(numbers)] + [held["server.log"]]
    assert "".join(parts) == "".join(f"{line}\n" for lines in batches for line in lines)
    for part in parts:
        assert not part or part.endswith("\n")
        assert len(part.encode()) <= max_bytes or part.count("\n") == 1


async def test_half_a_surrogate_pair_does_not_stop_the_file(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    await write(path, [piece("a\ud800b"), piece("after")])
    assert files(path) == {"server.log": "a?b\nafter\n"}


async def test_what_a_disk_is_too_slow_for_is_counted_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    with patch("sidecar.processes.log_file.MAX_QUEUED_CHARACTERS", 10):
        file = RotatingLogFile(path, 0, 0)
        with file._more:  # the writing thread can take nothing
            for _ in range(3):
                file.write("stdout", piece("x" * 9, "y"))
        async with asyncio.timeout(LIMIT):
            while not path.read_text():
                await asyncio.sleep(0.005)
        file.write("stdout", piece("after"))
        await file.close()
    told = "... 4 lines not written: the disk was too slow"
    assert path.read_text() == f"{'x' * 9}\ny\n{told}\nafter\n"


async def test_an_error_of_the_disk_is_logged_and_the_next_lines_are_tried(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    path = tmp_path / "server.log"
    with patch.object(RotatingLogFile, "_append", full), caplog.at_level(logging.WARNING):
        await write(path, [piece("lost"), piece("lost too")])
    assert caplog.text.count("No space left on device") == 1, "said once, not for each line"


def spec(log_file: str | None) -> ServerSpec:
    return ServerSpec(
        name="api",
        app=None,
        command=("./serve",),
        python="python3",
        cwd="/",
        ready=ReadyCheck("none"),
        logs=LogSettings(file=log_file),
    )


def test_a_server_without_a_log_file_has_none() -> None:
    assert open_log_file(spec(None)) is None


@pytest.mark.parametrize("name", ["a-file/server.log", "a-folder"])
def test_a_log_file_that_cannot_be_written_is_told_before_the_server_starts(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder").mkdir()
    with pytest.raises(CannotLaunch) as caught:
        open_log_file(spec(str(tmp_path / name)))
    failure = caught.value.failure
    assert str(tmp_path / name) in failure.message
    assert failure.hint is not None
    assert "logs.file" in failure.hint
