"""When a server's files change: what counts, how often it is told, and how it ends."""

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sidecar.domain.spec import LogSettings, ReadyCheck, ServerSpec
from sidecar.folders import running_folder
from sidecar.processes.sources import watch_sources
from sidecar.supervision.interfaces import SourceChange

LIMIT = 10.0
# These sort behind every other name, so that they are told after the others of their burst.
LAST = "zz"
SENTINEL = "zzz"
SENTINEL_INTERVAL = 0.1


def spec_for(*watch: Path, log_file: Path | None = None) -> ServerSpec:
    return ServerSpec(
        name="api",
        app=None,
        command=("serve",),
        python=sys.executable,
        cwd="/",
        ready=ReadyCheck("none"),
        logs=LogSettings(file=str(log_file) if log_file else None),
        reload=True,
        watch=tuple(map(str, watch)),
    )


def change(file: Path) -> None:
    file.write_text(os.urandom(4).hex())


class Watch:
    """What a watcher has told so far, without the sentinel."""

    def __init__(self) -> None:
        self.bursts: list[tuple[SourceChange, ...]] = []
        self._told: asyncio.Queue[str] = asyncio.Queue()

    def changed(self, changes: tuple[SourceChange, ...]) -> None:
        self.bursts.append(changes)
        for change in changes:
            self._told.put_nowait(change.name)

    def certain(self, name: str) -> bool:
        """Whether what was told last of `name` can only be somebody's work."""
        told = [change for burst in self.bursts for change in burst if change.name == name]
        return told[-1].certain

    async def next(self) -> str:
        """The name of the next file that changed."""
        async with asyncio.timeout(LIMIT):
            while (path := await self._told.get()) == SENTINEL:
                pass
        return path

    async def is_up(self, touch: Path) -> None:
        """Returns when changes of `touch` are seen, and so everything else is."""
        async with asyncio.timeout(LIMIT):
            while True:
                change(touch)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SENTINEL_INTERVAL):
                        while await self._told.get() != touch.name:
                            pass
                        return

    async def until_last(self, folder: Path) -> list[str]:
        """Whatever was told up to now: up to one last change."""
        told: list[str] = []
        (folder / LAST).write_text("the last")
        while (path := await self.next()) != LAST:
            told.append(path)
        return told


@contextlib.asynccontextmanager
async def watching(
    folder: Path, *watch: Path, log_file: Path | None = None
) -> AsyncIterator[Watch]:
    """A watcher that is up; `folder` is one of those watched."""
    watch_ = Watch()
    end = watch_sources(spec_for(*(watch or [folder]), log_file=log_file), watch_.changed)
    try:
        await watch_.is_up(folder / SENTINEL)
        yield watch_
    finally:
        end()
        await no_thread_is_left()


async def no_thread_is_left() -> None:
    async with asyncio.timeout(LIMIT):
        while any(thread.name == "watch api" for thread in threading.enumerate()):
            await asyncio.sleep(0.01)


async def test_a_changed_file_is_told_as_seen_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    source = tmp_path / "package" / "main.py"
    source.write_text("before")
    async with watching(tmp_path) as watch:
        source.write_text("after")
        assert await watch.next() == "package/main.py"


@pytest.mark.parametrize("event", ["new", "deleted", "renamed", "replaced"])
async def test_every_way_to_change_a_file_counts(tmp_path: Path, event: str) -> None:
    old = tmp_path / "old.py"
    if event != "new":
        old.write_text("before")
    async with watching(tmp_path) as watch:
        match event:
            case "new":
                old.write_text("now")
            case "deleted":
                old.unlink()
            case "renamed":
                old.rename(tmp_path / "a.py")
            case _:
                (tmp_path / "old.py.tmp").write_text("after")
                (tmp_path / "old.py.tmp").rename(old)
        assert await watch.next() == ("a.py" if event == "renamed" else "old.py")


async def test_a_burst_of_changes_is_told_once(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        for number in range(200):
            (tmp_path / f"module{number:03}.py").write_text("new")
        await watch.until_last(tmp_path)
        told = [[one.name for one in burst if one.name[0] == "m"] for burst in watch.bursts]
        assert [names for names in told if names] == [[f"module{n:03}.py" for n in range(200)]]


async def test_a_folder_that_is_moved_in_counts_if_it_holds_sources(tmp_path: Path) -> None:
    watched, elsewhere = tmp_path / "watched", tmp_path / "elsewhere"
    watched.mkdir()
    (elsewhere / "package").mkdir(parents=True)
    (elsewhere / "package" / "__init__.py").touch()
    (elsewhere / "empty").mkdir()
    async with watching(watched) as watch:
        (elsewhere / "empty").rename(watched / "empty")
        (elsewhere / "package").rename(watched / "package")
        assert await watch.next() == "package"
        assert watch.certain("package")


@pytest.mark.parametrize("name", ["settings.json", "page.html", "data/main.pyx"])
async def test_what_a_server_might_write_is_told_apart_from_code(tmp_path: Path, name: str) -> None:
    (tmp_path / "data").mkdir()
    async with watching(tmp_path) as watch:
        change(tmp_path / name)
        change(tmp_path / "main.py")
        await watch.until_last(tmp_path)
        assert watch.certain("main.py") and not watch.certain(name)


async def test_what_the_sidecar_keeps_for_itself_never_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    notes = running_folder() / "1.json"
    notes.parent.mkdir(parents=True)
    notes.touch()
    (tmp_path / "state" / "other").mkdir()
    async with watching(tmp_path, tmp_path, notes) as watch:
        change(notes)
        change(notes.parent.parent / "main.py")
        assert await watch.until_last(tmp_path) == []
        change(tmp_path / "state" / "other" / "1.json")
        assert await watch.next() == "state/other/1.json"


@pytest.mark.parametrize(
    "name",
    [
        ".git/HEAD",
        ".venv/lib/a.py",
        "__pycache__/main.cpython-311.pyc",
        "app.db",
        "app.db-journal",
        "app.log",
        "app.log.3",
        "app.pid",
        "app.sock",
        "app.sqlite3-wal",
        "app.sqlite-shm",
        "env/lib/python3.11/site-packages/a.py",
        "main.py.swp",
        "main.py~",
        "node_modules/a/index.js",
        "out.tmp",
        "output",
        "output.1",
    ],
)
async def test_what_is_written_in_passing_does_not_count(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    async with watching(tmp_path, log_file=tmp_path / "output") as watch:
        file.write_text("once")
        assert await watch.until_last(tmp_path) == []


@pytest.mark.parametrize("name", ["output.txt", "outputs", "app.db.py", "catalog", "logs/a.json"])
async def test_what_only_looks_like_that_counts(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    async with watching(tmp_path, log_file=tmp_path / "output") as watch:
        (tmp_path / name).write_text("once")
        assert await watch.next() == name


async def test_what_stands_above_the_watched_folder_does_not_matter(tmp_path: Path) -> None:
    folder = tmp_path / ".venv" / "node_modules" / "project"
    folder.mkdir(parents=True)
    async with watching(folder) as watch:
        (folder / "main.py").write_text("new")
        assert await watch.next() == "main.py"


async def test_a_file_that_is_named_counts_whatever_it_is_called(tmp_path: Path) -> None:
    settings = tmp_path / "etc" / "settings.log"
    settings.parent.mkdir()
    settings.write_text("before")
    sources = tmp_path / "sources"
    sources.mkdir()
    async with watching(sources, sources, settings) as watch:
        for _ in range(2):  # an editor that replaces it leads nobody astray
            settings.with_suffix(".new").write_text("after")
            settings.with_suffix(".new").rename(settings)
            assert await watch.next() == "settings.log"
            assert watch.certain("settings.log")
        (settings.parent / "other.py").write_text("new")
        assert await watch.until_last(sources) == []


async def test_reading_a_file_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("text")
    async with watching(tmp_path) as watch:
        (tmp_path / "main.py").read_text()
        os.listdir(tmp_path)
        assert await watch.until_last(tmp_path) == []


async def test_after_the_end_nothing_is_told_and_no_thread_is_left(tmp_path: Path) -> None:
    watch = Watch()
    end = watch_sources(spec_for(tmp_path), watch.changed)
    await watch.is_up(tmp_path / SENTINEL)
    told = len(watch.bursts)
    end()
    end()
    (tmp_path / "main.py").write_text("new")
    await no_thread_is_left()
    await asyncio.sleep(0)  # what the thread has passed to the loop is there now
    assert len(watch.bursts) == told


async def test_a_folder_that_is_replaced_is_watched_on(tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    async with watching(folder) as watch:
        folder.rename(tmp_path / "old")
        folder.mkdir()
        assert await watch.next() == "sources"
        assert watch.certain("sources")
        await watch.is_up(folder / "main.py")


async def test_a_name_that_is_no_text_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with watching(tmp_path) as watch:
        (tmp_path / os.fsdecode(b"\xff")).touch()
        async with asyncio.timeout(LIMIT):
            while "a change of its files may be missed" not in caplog.text:
                await asyncio.sleep(0.01)
        await watch.is_up(tmp_path / "main.py")


async def test_a_path_that_does_not_exist_is_said_and_the_others_are_watched(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with watching(tmp_path, tmp_path / "nowhere", tmp_path) as watch:
        (tmp_path / "main.py").write_text("new")
        assert await watch.next() == "main.py"
    assert f"api: {tmp_path / 'nowhere'} does not exist and is not watched" in caplog.messages


async def test_that_there_is_nothing_to_watch_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watch_sources(spec_for(tmp_path / "nowhere"), lambda _changes: None)()
    assert "nothing to watch" in caplog.messages[-1]


async def test_a_watcher_that_fails_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import watchfiles

    def refuse(*_paths: str, **_options: object) -> None:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr(watchfiles, "watch", refuse)
    end = watch_sources(spec_for(tmp_path), lambda _changes: None)
    await no_thread_is_left()
    end()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "OS file watch limit reached" in caplog.messages[0]


async def test_without_its_library_one_line_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)  # as if it could not be imported
    (tmp_path / "sources").mkdir()
    (tmp_path / "settings.toml").touch()
    spec = spec_for(tmp_path / "sources", tmp_path / "settings.toml")
    end = watch_sources(spec, lambda _changes: None)
    await no_thread_is_left()
    end()
    (record,) = caplog.records
    assert record.levelno == logging.ERROR and record.exc_info is None
    assert "`watchfiles` cannot be imported" in record.getMessage()
