"""The log file of a server: what it holds, and how it is rotated."""

from pathlib import Path
from typing import Any

from tests.support.servers import stepped
from tests.support.sidecar import LaunchSidecar


async def run_to_its_end(
    sidecar: LaunchSidecar, folder: Path, code: str, logs: dict[str, Any], **settings: Any
) -> None:
    """Runs a server that executes `code` and exits, with the given log settings."""
    s = await sidecar({"api": stepped(folder, code + "\nos._exit(0)", logs=logs, **settings)})
    await s.request("start")
    await s.until("python-server-stopped")
    await s.finish()


def log_files(folder: Path) -> list[str]:
    """The names of the log file and its backups."""
    return sorted(path.name for path in folder.glob("server.log*"))


async def test_it_holds_the_lines_of_both_streams(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    # The pauses keep the two streams apart: each is read on its own.
    code = "out(b'to stdout\\n'); time.sleep(0.05); err('오류\\n'.encode())"
    code += "; time.sleep(0.05); out(b'end\\n')"
    await run_to_its_end(sidecar, tmp_path, code, {"file": "server.log"})
    text = (tmp_path / "server.log").read_text(encoding="utf-8")
    assert text == "to stdout\n오류\nend\n"


async def test_its_path_is_relative_to_the_configuration_and_its_folder_is_made(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    await run_to_its_end(
        sidecar, tmp_path, "out(b'here\\n')", {"file": "logs/deep/server.log"}, cwd=str(elsewhere)
    )
    assert (tmp_path / "logs" / "deep" / "server.log").read_text() == "here\n"


async def test_unfinished_and_long_lines_are_whole_and_ansi_stays(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    code = "out(b'\\x1b[1munfin'); time.sleep(0.5); out(b'ished\\n' + b'x' * 100000 + b'\\nlast')"
    await run_to_its_end(sidecar, tmp_path, code, {"file": "server.log"})
    text = (tmp_path / "server.log").read_text()
    assert text == "\x1b[1munfinished\n" + "x" * 100_000 + "\nlast\n"


async def test_another_encoding_becomes_utf_8(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    code = "out('한글\\n'.encode('cp949'))"
    await run_to_its_end(sidecar, tmp_path, code, {"file": "server.log"}, encoding="cp949")
    assert (tmp_path / "server.log").read_text(encoding="utf-8") == "한글\n"


async def test_it_is_rotated_and_the_oldest_backup_is_given_up(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    code = "for n in range(200): out(b'line %04d of some length\\n' % n); time.sleep(0.001)"
    logs = {"file": "server.log", "max_bytes": 1000, "backups": 2}
    await run_to_its_end(sidecar, tmp_path, code, logs)
    files = log_files(tmp_path)
    assert files == ["server.log", "server.log.1", "server.log.2"]
    texts = [(tmp_path / name).read_text() for name in reversed(files)]
    assert all(len(text) <= 1000 and text.endswith("\n") for text in texts)
    everything = "".join(f"line {number:04d} of some length\n" for number in range(200))
    assert everything.endswith("".join(texts))
    assert len(texts[0]) > 900


async def test_a_flood_in_one_write_is_rotated_too(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    code = "out(b''.join(b'line %06d\\n' % n for n in range(5000)))"
    logs = {"file": "server.log", "max_bytes": 20_000, "backups": 1}
    await run_to_its_end(sidecar, tmp_path, code, logs)
    new, old = (tmp_path / "server.log").read_text(), (tmp_path / "server.log.1").read_text()
    everything = "".join(f"line {number:06d}\n" for number in range(5000))
    assert everything.endswith(old + new)
    assert len(old) <= 20_000
    assert len(new) <= 20_000


async def test_without_backups_the_file_starts_anew(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    code = "for n in range(100): out(b'line %04d\\n' % n); time.sleep(0.001)"
    logs = {"file": "server.log", "max_bytes": 200, "backups": 0}
    await run_to_its_end(sidecar, tmp_path, code, logs)
    assert log_files(tmp_path) == ["server.log"]
    assert (tmp_path / "server.log").read_text().endswith("line 0099\n")
    assert (tmp_path / "server.log").stat().st_size <= 200


async def test_it_is_appended_to_by_later_runs(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    for run in ("one", "two"):
        await run_to_its_end(
            sidecar, tmp_path, f"out(b'run {run}\\n')", {"file": str(tmp_path / "server.log")}
        )
    assert (tmp_path / "server.log").read_text() == "run one\nrun two\n"


async def test_clear_logs_leaves_it_alone(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    s = await sidecar({"api": stepped(tmp_path, "out(b'kept\\n')", logs={"file": "server.log"})})
    await s.request("start")
    await s.logs_until("kept")
    assert (await s.request("clear_logs"))["cleared"] == 1
    assert await s.finish() == 0
    assert (tmp_path / "server.log").read_text() == "kept\n"
