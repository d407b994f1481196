"""The file of a sidecar: whole at every moment, locked as long as it lives, and worth its word."""

import errno
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from unittest.mock import patch

import pytest

from sidecar.processes.guarding import system
from sidecar.processes.state_file import Notes, StateFile, abandoned_files
from tests.support.processes import PROJECT_ROOT
from tests.unit.processes.dead_sidecar import sidecar_with

MARK = "guardian:run"
WRITES = 300


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "running"


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def found(folder: Path) -> list[Notes | None]:
    """What the dead have noted; their files are gone afterwards."""
    files = abandoned_files(folder)
    for file in files:
        file.remove()
    return [file.notes for file in files]


def left_by_a_dead_one(folder: Path) -> bytes:
    """The content of a sound file."""
    with sidecar_with(folder, "server") as sidecar:
        sidecar.is_killed()
    return only_file(folder).read_bytes()


def test_a_file_is_made_when_there_is_something_to_note(folder: Path) -> None:
    state = StateFile(folder)
    assert not folder.exists()
    state.remember("api", 100, 5, MARK)
    assert only_file(folder).is_file()
    state.close()
    assert list(folder.iterdir()) == []


def test_nobody_else_may_read_it(folder: Path) -> None:
    state = StateFile(folder)
    state.remember("api", 100, 5, MARK)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(folder).stat().st_mode) == 0o600
    state.close()


def test_it_says_what_runs(folder: Path) -> None:
    state = StateFile(folder)
    state.remember("api", 100, 5, "first:run")
    state.remember("worker", 200, 6, "first:run")
    state.remember("unseen", 300, None, "second:run")
    state.forget(100)
    state.forget(999)
    said = json.loads(only_file(folder).read_bytes())
    assert said == {
        "sidecar": os.getpid(),
        "boot": system.current_boot(),
        "guardians": ["first", "second"],
        "processes": [{"server": "worker", "pid": 200, "since": 6}],
    }
    state.close()


def test_what_a_dead_one_has_noted_is_found(folder: Path) -> None:
    with sidecar_with(folder, "server") as sidecar:
        assert found(folder) == []
        sidecar.is_killed()
        (notes,) = found(folder)
        assert notes
        assert notes.sidecar == sidecar.popen.pid
        assert notes.guardians == (sidecar.mark.partition(":")[0],)
        assert [(it.server, it.pid) for it in notes.processes] == [
            ("server", sidecar.pid("server"))
        ]
        assert list(folder.iterdir()) == []


def test_a_living_one_is_never_taken_for_dead_whatever_it_is_writing(folder: Path) -> None:
    state = StateFile(folder)
    state.remember("api", 1, 1, MARK)
    file = only_file(folder)
    done = threading.Event()

    def write() -> None:
        for number in range(WRITES):
            state.remember("api", 1, number, MARK)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    looks = 0
    while not done.is_set() or not looks:
        assert not any(found(folder))  # at most what is not locked yet, and so empty
        assert json.loads(file.read_bytes())["processes"]
        looks += 1
    writer.join()
    assert os.listdir(folder) == [file.name]
    state.close()


def test_a_file_taken_away_before_it_is_locked_is_written_again(folder: Path) -> None:
    state = StateFile(folder)
    taken: list[str] = []
    rename = Path.rename

    def rename_too_late(self: Path, target: Path) -> Path:
        if not taken:
            taken.append(self.name)
            self.unlink()
        return rename(self, target)

    with patch.object(Path, "rename", rename_too_late):
        state.remember("api", 100, 5, MARK)
    assert taken
    assert found(folder) == []
    assert json.loads(only_file(folder).read_bytes())["processes"]
    state.close()


def test_a_full_disk_leaves_the_file_as_it_was(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    state = StateFile(folder)
    state.remember("api", 100, 5, MARK)
    before = only_file(folder).read_bytes()
    write = os.write

    def write_half(descriptor: int, data: bytes) -> int:
        return write(descriptor, data[: len(data) // 2])

    with patch.object(os, "write", write_half):
        state.remember("worker", 200, 6, MARK)
    assert only_file(folder).read_bytes() == before
    assert found(folder) == [], "it is locked as before"
    (message,) = caplog.messages
    assert "No space left on device" in message
    state.forget(100)
    (noted,) = json.loads(only_file(folder).read_bytes())["processes"]
    assert noted["server"] == "worker"
    state.close()


def test_a_file_that_cannot_be_read_is_let_go_of_and_stays(folder: Path) -> None:
    left_by_a_dead_one(folder)
    (folder / "000.json").write_bytes(b"{}")
    read = os.read
    descriptors = os.listdir("/dev/fd")
    failures = [OSError(errno.EIO, os.strerror(errno.EIO))]

    def fail_once(descriptor: int, size: int) -> bytes:
        if failures:
            raise failures.pop()
        return read(descriptor, size)

    with patch.object(os, "read", fail_once):
        (notes,) = found(folder)
    assert notes is not None
    assert only_file(folder).name == "000.json"
    assert len(os.listdir("/dev/fd")) == len(descriptors)
    assert found(folder) == [None]


def test_what_a_crash_left_unfinished_is_cleared_away(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "812-aa.json.bb.new").write_bytes(b'{"sidecar": 8')
    assert found(folder) == [None]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("where", ["file/running", "file"])
def test_where_nothing_can_be_noted_it_is_said_once(
    tmp_path: Path, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    state = StateFile(tmp_path / where)
    state.remember("api", 100, 5, MARK)
    state.remember("worker", 200, 6, MARK)
    state.forget(100)
    state.close()
    (message,) = caplog.messages
    assert "cannot be noted" in message
    assert found(tmp_path / where) == []


def test_a_user_without_a_home_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    state = StateFile()
    state.remember("api", 100, 5, MARK)
    state.remember("api", 100, 5, MARK)
    assert len(caplog.messages) == 1


CHANGES: list[dict[str, object]] = [
    {"sidecar": "812"},
    {"boot": None},
    {"guardians": [""]},
    {"guardians": [5]},
    {"guardians": 5},
    {"processes": 5},
    {"processes": [5]},
    {"processes": [{"server": "api", "pid": 5}]},
    {"processes": [{"server": "api", "pid": -1, "since": 5}]},
    {"processes": [{"server": "api", "pid": True, "since": 5}]},
    {"processes": [{"server": "api", "pid": 5.5, "since": 5}]},
    {"processes": [{"server": "api", "pid": 5, "since": "5"}]},
    {"processes": [{"server": None, "pid": 5, "since": 5}]},
    {"processes": [{"server": "api", "pid": 5, "since": 5, "more": 5}]},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_what_is_not_in_order_is_not_believed(folder: Path, change: dict[str, object]) -> None:
    sound: dict[str, object] = {"sidecar": 8, "boot": "b", "guardians": ["g"], "processes": []}
    folder.mkdir(parents=True)
    (folder / "sound.json").write_text(json.dumps(sound))
    (folder / "wrong.json").write_text(json.dumps({**sound, **change}))
    notes = found(folder)
    assert notes == [Notes(8, "b", ("g",), ()), None]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\x00\xff", b"[" * 5000])
def test_a_file_may_be_anything(folder: Path, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "some.json").write_bytes(content)
    assert found(folder) == [None]


def test_what_no_sidecar_has_made_stays(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    sound = tmp_path / "elsewhere.json"
    sound.write_text("{}")
    (folder / "notes.txt").write_text("{}")
    (folder / "folder.json").mkdir()
    (folder / "link.json").symlink_to(sound)
    os.mkfifo(folder / "pipe.json")
    before = sorted(folder.iterdir())
    assert found(folder) == []
    assert sorted(folder.iterdir()) == before


def test_the_word_of_another_user_is_no_proof(folder: Path) -> None:
    left_by_a_dead_one(folder)
    with patch.object(os, "geteuid", lambda: os.getuid() + 1):
        assert found(folder) == []
    assert len(found(folder)) == 1


def test_a_file_that_cannot_be_removed_is_said(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left_by_a_dead_one(folder)
    with patch.object(Path, "unlink", side_effect=PermissionError(13, "Permission denied")):
        assert len(found(folder)) == 1
    assert caplog.messages == [f"cannot remove {only_file(folder)}: Permission denied"]
    assert len(found(folder)) == 1


def test_it_costs_the_start_nothing() -> None:
    code = """
import sys
import sidecar.processes.state_file, sidecar.processes.leftovers
print(*{"ctypes", "json", "orjson", "psutil"} & sys.modules.keys())
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.stdout.strip(), done.stderr) == ("", "")
