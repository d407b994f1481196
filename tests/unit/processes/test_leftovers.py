"""What a dead sidecar has left behind is ended, and nothing else ever is."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from sidecar.processes import leftovers
from sidecar.processes.guarding import system
from sidecar.processes.leftovers import clean_up
from tests.support.processes import PROJECT_ROOT
from tests.unit.processes.dead_sidecar import sidecar_with

LIMIT = 10.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "running"


async def test_whatever_a_dead_sidecar_has_left_behind_is_ended(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = ["server", "stubborn", "unmarked", "parent", "daemon"]
    with sidecar_with(folder, *names, expect=6) as sidecar:
        sidecar.is_killed()
        assert sidecar.living() == {*names, "nameless"}
        assert await clean_up(folder) == 6
        assert sidecar.living() == set()
        assert os.listdir(folder) == []
        (message,) = caplog.messages
        began = f"ended 6 processes that an earlier sidecar (pid {sidecar.popen.pid}) had left"
        assert message.startswith(began)
        assert f"server (pid {sidecar.pid('server')})" in message
        assert f"parent (pid {sidecar.pid('nameless')})" in message


async def test_they_are_asked_first(folder: Path) -> None:
    with sidecar_with(folder, "polite") as sidecar:
        sidecar.is_killed()
        assert await clean_up(folder) == 1
        assert folder.with_name("running-was-asked").exists()


async def test_what_a_living_sidecar_has_started_is_left_alone(folder: Path) -> None:
    with sidecar_with(folder, "server", "daemon") as sidecar:
        assert await clean_up(folder) == 0
        assert sidecar.living() == {"server", "daemon"}
        assert len(os.listdir(folder)) == 1
        sidecar.is_killed()
        assert await clean_up(folder) == 2


async def test_a_neighbour_that_lives_is_left_alone_while_the_dead_ones_are_ended(
    folder: Path,
) -> None:
    with sidecar_with(folder, "server") as dead, sidecar_with(folder, "server") as living:
        dead.is_killed()
        assert await clean_up(folder) == 1
        assert living.living() == {"server"}
        assert len(os.listdir(folder)) == 1


async def test_another_process_with_the_same_pid_is_left_alone(folder: Path) -> None:
    with sidecar_with(folder, "recycled", "stranger") as sidecar:
        sidecar.is_killed()
        assert await clean_up(folder) == 0
        assert sidecar.living() == {"recycled", "stranger"}
        assert os.listdir(folder) == []


async def test_what_was_noted_before_the_system_started_again_is_left_alone(folder: Path) -> None:
    with sidecar_with(folder, "server") as sidecar:
        sidecar.is_killed()
        with patch.object(system, "current_boot", lambda: "another"):
            assert await clean_up(folder) == 0
        assert sidecar.living() == {"server"}
        assert os.listdir(folder) == []


async def test_where_the_system_does_not_tell_when_it_was_started_marks_alone_are_proof(
    folder: Path,
) -> None:
    with sidecar_with(folder, "server", "unmarked") as sidecar:
        sidecar.is_killed()
        with patch.object(system, "current_boot", lambda: ""):
            assert await clean_up(folder) == 1
        assert sidecar.living() == {"unmarked"}
        assert os.listdir(folder) == []


async def test_a_file_that_cannot_be_read_is_removed_and_nobody_is_ended(folder: Path) -> None:
    with sidecar_with(folder, "server") as sidecar:
        sidecar.is_killed()
        (name,) = os.listdir(folder)
        os.truncate(folder / name, 99)
        assert await clean_up(folder) == 0
        assert sidecar.living() == {"server"}
        assert os.listdir(folder) == []


# Cleans up in a process with a parent and a marked child; tells who they are, and who lives on.
CLEANER = """
import asyncio, os, subprocess, sys
from pathlib import Path
from sidecar.processes.leftovers import clean_up
from sidecar.processes.guarding.marks import VARIABLE
if os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
print(os.getpid(), os.getppid(), flush=True)
mark = input()
child = subprocess.Popen(["sleep", "60"], env={**os.environ, VARIABLE: mark})
print(asyncio.run(clean_up(Path(sys.argv[1]))), child.poll(), flush=True)
child.kill()
"""


def test_who_cleans_up_ends_neither_itself_nor_its_parents_nor_its_children(folder: Path) -> None:
    # A sidecar that a server of a dead one has started would be in this place.
    with subprocess.Popen(
        [sys.executable, "-c", CLEANER, str(folder)],
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as cleaner:
        assert cleaner.stdout
        family = cleaner.stdout.readline().split()
        with sidecar_with(folder, "server", *family, expect=1) as sidecar:
            sidecar.is_killed()
            said, _ = cleaner.communicate(f"{sidecar.mark}\n", LIMIT)
            assert said == "1 None\n"
            assert cleaner.returncode == 0
            assert sidecar.living() == set()


async def test_of_two_that_clean_up_at_once_one_does(folder: Path) -> None:
    with sidecar_with(folder, "server", "stubborn") as sidecar:
        sidecar.is_killed()
        ended = await asyncio.gather(clean_up(folder), clean_up(folder))
        assert sorted(ended) == [0, 2]
        assert sidecar.living() == set()


async def test_where_nothing_was_ever_noted_nothing_is_done(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert await clean_up(folder) == 0
    assert os.listdir(folder.parent) == []
    assert not caplog.messages


async def test_a_user_without_a_home_has_nothing_left_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    assert await clean_up() == 0
    assert not caplog.messages


async def test_a_failure_is_logged_and_no_reason_not_to_start(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with patch.object(leftovers, "abandoned_files", side_effect=ValueError("unforeseen")):
        assert await clean_up(folder) == 0
    assert "unforeseen" in caplog.text


async def test_a_start_waits_only_so_long(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "CLEAN_UP_SECONDS", 0.1)
    with sidecar_with(folder, "stubborn") as sidecar:
        sidecar.is_killed()
        assert await clean_up(folder) == 0
        assert "takes long" in caplog.messages[0]
        async with asyncio.timeout(LIMIT):  # it goes on beside the start
            while os.listdir(folder):
                await asyncio.sleep(0.02)
        assert sidecar.living() == set()
