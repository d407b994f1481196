"""Bytes become text: UTF-8 unless told otherwise, never damaged by where a read ends."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.logs import log_lines, whole_lines
from tests.support.servers import stepped
from tests.support.sidecar import LaunchSidecar

TEXT = "서버가 시작됨 — é 🐍 끝"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


async def printed(
    sidecar: LaunchSidecar, folder: Path, code: str, **settings: Any
) -> tuple[list[str], int]:
    """The lines that `code` printed before it exited, and in how many pieces they came."""
    s = await sidecar({"api": stepped(folder, code + "\nos._exit(0)", **settings)})
    await s.request("start")
    await s.until("python-server-stopped")
    pieces = log_lines(s.since_mark("python-log"))
    return whole_lines(pieces), len(pieces)


async def test_characters_cut_by_read_boundaries_are_whole(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    code = f"for byte in ({TEXT!r} + chr(10)).encode():\n  out(bytes([byte])); time.sleep(0.004)"
    lines, _ = await printed(sidecar, tmp_path, code)
    assert lines == [TEXT]


async def test_a_character_cut_for_longer_than_unfinished_lines_wait_is_whole(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    code = r"out(b'x\xed\x95'); time.sleep(0.5); out(b'\x9c\n')"
    lines, pieces = await printed(sidecar, tmp_path, code)
    assert lines == ["x한"]
    assert pieces == 2


async def test_every_way_to_cut_a_large_write_is_harmless(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    # Odd lengths put the cuts of 64 KiB reads into every position of a character.
    code = f"out(b''.join(b'%d ' % n + {TEXT!r}.encode() * 7 + b'\\n' for n in range(20000)))"
    code = f"data = memoryview({code[4:-1]})\nwhile data: data = data[os.write(1, data[:65521]):]"
    lines, _ = await printed(sidecar, tmp_path, code)
    assert lines == [f"{number} " + TEXT * 7 for number in range(20000)]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (rb"a\xffb\n", f"a{REPLACEMENT}b"),
        (rb"\xc3(\n", f"{REPLACEMENT}("),
        (rb"end \xed\x95\n", f"end {REPLACEMENT}"),
        (rb"lost at exit \xed\x95", f"lost at exit {REPLACEMENT}"),
        (rb"\xef\xbb\xbfno mark is lost\n", "\ufeffno mark is lost"),
    ],
)
async def test_bytes_that_are_no_utf_8_are_replaced(
    data: bytes, text: str, sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    lines, _ = await printed(sidecar, tmp_path, f"out(b'{data.decode()}')")
    assert lines == [text]


async def test_a_server_may_print_in_another_encoding(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    text = "한국어 로그 ABC 힣"
    code = f"line = {text!r}.encode('cp949')\n"
    code += "for byte in line + b'\\n':\n  out(bytes([byte])); time.sleep(0.004)\n"
    code += "out(line + b'\\r\\n')"
    lines, _ = await printed(sidecar, tmp_path, code, encoding="cp949")
    assert lines == [text, text]


async def test_bytes_bad_in_that_encoding_are_replaced(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    lines, _ = await printed(sidecar, tmp_path, r"out(b'\xc7\xd1\xff\xff ok\n')", encoding="cp949")
    assert lines[0].startswith("한" + REPLACEMENT)
    assert lines[0].endswith(" ok")


async def test_both_streams_are_decoded_on_their_own(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    code = r"out(b'\xed\x95'); err(b'\xec\x84'); time.sleep(0.05); out(b'\x9c\n'); err(b'\x9c\n')"
    s = await sidecar({"api": stepped(tmp_path, code)})
    await s.request("start")
    await s.logs_until("한", stream="stdout")
    assert "서" in await s.logs_until("서", stream="stderr")


async def test_python_servers_print_utf_8_without_being_told(sidecar: LaunchSidecar) -> None:
    from tests.support.servers import portless

    code = f"print({TEXT!r})\nimport time\nwhile True: time.sleep(60)"
    spec = portless(code)
    spec["command"].remove("-u")  # the sidecar is to care for buffering as well
    s = await sidecar({"api": spec}, env={"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0"})
    await s.request("start")
    assert (await s.logs_until("끝")).splitlines() == [TEXT]
