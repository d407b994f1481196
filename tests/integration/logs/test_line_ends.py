"""Where lines end, and what becomes of lines that are too long or unfinished."""

from pathlib import Path

from tests.support.logs import LogLine, assert_numbered_from, entry_lines, log_lines, whole_lines
from tests.support.servers import stepped
from tests.support.sidecar import LaunchSidecar, Sidecar

PIECE_LIMIT = 64 * 1024


async def started(sidecar: LaunchSidecar, folder: Path, code: str) -> Sidecar:
    """A sidecar whose server runs `code`, and then prints `END` to stderr."""
    s = await sidecar({"api": stepped(folder, code + "\nwait_for('end')\nerr(b'END\\n')")})
    assert (await s.request("start"))["success"]
    return s


async def pieces_of(s: Sidecar, folder: Path) -> list[LogLine]:
    """All pieces of stdout, once the server has printed everything."""
    (folder / "end").touch()
    await s.logs_until("END")
    everything = log_lines(s.since_mark("python-log"))
    assert_numbered_from(1, everything)
    return [piece for piece in everything if piece.stream == "stdout"]


async def test_newline_and_carriage_return_newline_end_a_line_a_lone_one_does_not(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s = await started(sidecar, tmp_path, r"out(b'a\nb\r\nc\rd\r\n\r\n10%\r100%\n\r\rx\n')")
    await s.logs_until("x\n")
    pieces = await pieces_of(s, tmp_path)
    assert [piece.text for piece in pieces] == ["a", "b", "c\rd", "", "10%\r100%", "\r\rx"]


async def test_only_newline_separates_lines_whatever_unicode_thinks(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    text = "one\x0btwo\x0cthree\x85four\u2028five\u2029six\x1cseven"
    s = await started(sidecar, tmp_path, f"out({text!r}.encode() + b'\\n')")
    await s.logs_until("seven")
    assert [piece.text for piece in await pieces_of(s, tmp_path)] == [text]


async def test_a_line_end_cut_between_its_two_bytes_is_one_line_end(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    code = r"out(b'one\r'); time.sleep(0.05); out(b'\ntwo\n')"
    s = await started(sidecar, tmp_path, code)
    await s.logs_until("two")
    assert [piece.text for piece in await pieces_of(s, tmp_path)] == ["one", "two"]


async def test_a_line_end_cut_for_longer_than_unfinished_lines_wait_is_one_line_end(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s = await started(sidecar, tmp_path, r"out(b'one\r'); wait_for('go'); out(b'\ntwo\n')")
    await s.logs_until("one")
    (tmp_path / "go").touch()
    await s.logs_until("two")
    assert whole_lines(await pieces_of(s, tmp_path)) == ["one", "two"]


async def test_ansi_and_other_control_characters_stay(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s = await started(sidecar, tmp_path, r"out(b'\x1b[31mred\x1b[0m \x00\x07\t end\n')")
    await s.logs_until("end")
    (piece,) = await pieces_of(s, tmp_path)
    assert piece.text == "\x1b[31mred\x1b[0m \x00\x07\t end"


async def test_a_line_over_64_kib_is_split_between_characters(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    long_line = "a" + "한" * 70_000
    s = await started(sidecar, tmp_path, f"out(('a' + {'한'!r} * 70000 + '\\nshort\\n').encode())")
    await s.logs_until("short")
    pieces = await pieces_of(s, tmp_path)
    assert whole_lines(pieces) == [long_line, "short"]
    sizes = [len(piece.text.encode()) for piece in pieces]
    assert max(sizes) <= PIECE_LIMIT
    assert len(pieces) == 5  # 210,001 bytes are four pieces; then the short line
    assert [piece.partial for piece in pieces] == [True, True, True, False, False]
    assert (await s.request("get_status"))["status"] == "running"


async def test_a_line_of_exactly_64_kib_is_whole(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    s = await started(sidecar, tmp_path, f"out(b'x' * {PIECE_LIMIT} + b'\\nnext\\n')")
    await s.logs_until("next")
    pieces = await pieces_of(s, tmp_path)
    assert [(len(piece.text), piece.partial) for piece in pieces] == [
        (PIECE_LIMIT, False), (4, False),
    ]  # fmt: skip


async def test_many_long_lines_at_once_keep_their_content(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    code = "out(b''.join(b'%d' % n * 30000 + b'\\n' for n in range(10, 40)) + b'tail\\n')"
    s = await started(sidecar, tmp_path, code)
    await s.logs_until("tail")
    pieces = await pieces_of(s, tmp_path)
    assert whole_lines(pieces) == [*(str(n) * 30000 for n in range(10, 40)), "tail"]


async def test_an_unfinished_line_is_told_and_then_its_end(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s = await started(sidecar, tmp_path, r"out(b'Pass'); wait_for('go'); out(b'word\nnext\n')")
    log = await s.until("python-log")
    assert (log["text"], log["partial"]) == ("Pass", True)
    (tmp_path / "go").touch()
    await s.logs_until("next")
    pieces = await pieces_of(s, tmp_path)
    assert [(piece.text, piece.partial) for piece in pieces] == [
        ("Pass", True), ("word", False), ("next", False),
    ]  # fmt: skip
    entries = entry_lines((await s.request("get_logs", stream="stdout"))["entries"])
    assert entries == pieces


async def test_an_unfinished_line_that_had_ended_is_closed_by_an_empty_piece(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s = await started(sidecar, tmp_path, r"out(b'50 %'); wait_for('go'); out(b'\nnext\n')")
    await s.until("python-log", lambda log: log.get("partial"))
    (tmp_path / "go").touch()
    await s.logs_until("next")
    assert [(piece.text, piece.partial) for piece in await pieces_of(s, tmp_path)] == [
        ("50 %", True), ("", False), ("next", False),
    ]  # fmt: skip


async def test_whole_lines_before_an_unfinished_one_do_not_wait_for_it(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    s = await started(sidecar, tmp_path, r"out(b'whole\nunfin'); wait_for('go'); out(b'ished\n')")
    await s.logs_until("unfin")
    (tmp_path / "go").touch()
    await s.logs_until("ished")
    assert whole_lines(await pieces_of(s, tmp_path)) == ["whole", "unfinished"]


async def test_the_other_stream_does_not_close_an_unfinished_line(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    code = r"out(b'a'); wait_for('1'); err(b'between\n'); wait_for('2'); out(b'b\n')"
    s = await started(sidecar, tmp_path, code)
    await s.until("python-log", lambda log: log.get("partial"))
    (tmp_path / "1").touch()
    await s.logs_until("between")
    (tmp_path / "2").touch()
    await s.logs_until("b\n", stream="stdout")
    assert whole_lines(await pieces_of(s, tmp_path)) == ["ab"]
