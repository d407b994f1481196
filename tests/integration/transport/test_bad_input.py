"""What is too long, too deep or not JSON gets a standard error, and the connection lives."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.raw import call, frame, framed, lines, open_raw, run_bytes

LIMIT = 8 * 1024 * 1024
PING = call("list_servers", "still here")
PONG = {"jsonrpc": "2.0", "id": "still here", "result": []}


def request_of_size(size: int) -> bytes:
    """A request for `list_servers` that is `size` bytes long, by blanks inside."""
    head, tail = b'{"jsonrpc":"2.0","id":1,', b'"method":"list_servers"}'
    return head + b" " * (size - len(head) - len(tail)) + tail


def codes(messages: list[Any]) -> list[tuple[Any, Any]]:
    """The (id, error code) of each message."""
    return [(message["id"], message.get("error", {}).get("code")) for message in messages]


def test_a_line_over_8_mib_is_refused_and_the_next_is_answered() -> None:
    result = run_bytes(request_of_size(LIMIT + 1) + b"\n" + lines(PING))
    assert codes(result.messages) == [(None, -32600), ("still here", None)]
    assert result.exit_code == 0


def test_a_body_over_8_mib_is_refused_and_the_next_is_answered() -> None:
    result = run_bytes(frame(request_of_size(LIMIT + 1)) + framed(PING))
    assert codes(result.framed_messages) == [(None, -32600), ("still here", None)]
    assert result.exit_code == 0


def test_exactly_8_mib_are_accepted_in_both_framings() -> None:
    assert codes(run_bytes(request_of_size(LIMIT) + b"\n").messages) == [(1, None)]
    assert codes(run_bytes(frame(request_of_size(LIMIT))).framed_messages) == [(1, None)]


def test_an_oversize_last_line_without_newline_is_refused_too() -> None:
    result = run_bytes(b"x" * (LIMIT + 1))
    assert codes(result.messages) == [(None, -32600)]
    assert result.exit_code == 0


async def test_skipping_a_huge_line_takes_no_memory() -> None:
    async with open_raw() as raw:
        await raw.write(lines(PING))
        assert await raw.read_line() == PONG
        before = peak_memory(raw.process.pid)
        for _ in range(64):
            await raw.write(b"x" * (1 << 20))
        await raw.write(b"\n" + lines(PING))
        assert (await raw.read_line())["error"]["code"] == -32600
        assert await raw.read_line() == PONG
        assert peak_memory(raw.process.pid) - before < 32 << 20


def peak_memory(pid: int) -> int:
    """The most that the process ever had in memory, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM in /proc/PID/status")


@pytest.mark.parametrize(
    "nested",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"jsonrpc":"2.0","id":1,"method":"get_status","params":{"name":'
        + b"[" * 100_000
        + b"]" * 100_000
        + b"}}",
    ],
    ids=["never closed", "arrays", "objects", "in a parameter"],
)
def test_a_hundred_thousand_brackets_do_no_harm(nested: bytes) -> None:
    result = run_bytes(nested + b"\n" + lines(PING))
    error, pong = result.messages
    assert error["error"]["code"] in {-32700, -32600, -32602}
    assert pong == PONG
    assert result.exit_code == 0


def test_a_moderately_nested_parameter_is_an_invalid_parameter() -> None:
    nested = b"[" * 500 + b"]" * 500
    request = b'{"jsonrpc":"2.0","id":1,"method":"get_status","params":{"name":%s}}\n' % nested
    (error,) = run_bytes(request).messages
    assert (error["id"], error["error"]["code"]) == (1, -32602)
    assert error["error"]["data"]["field"] == "name"


@pytest.mark.parametrize(
    "text",
    [
        b'{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]',
        b"nonsense",
        b"{",
        b'{"jsonrpc":"2.0","id":1,"method":"list_servers"} trailing',
        b'{"jsonrpc":"2.0","id":1,"method":"list_servers"}{}',
        b'{"jsonrpc":"2.0","id":NaN,"method":"list_servers"}',
        b'{"jsonrpc":"2.0","id":-Infinity,"method":"list_servers"}',
        b'{"jsonrpc":"2.0","id":"\\ud800","method":"list_servers"}',
        b'{"jsonrpc":"2.0","id":"\xff\xfe","method":"list_servers"}',
        b"{'jsonrpc':'2.0','id':1,'method':'list_servers'}",
        b"\x00",
    ],
)
def test_what_is_not_json_is_a_parse_error_with_id_null(text: bytes) -> None:
    result = run_bytes(lines(call("list_servers", 0)) + text + b"\n" + lines(PING))
    assert sorted(codes(result.messages), key=str) == sorted(
        [(0, None), (None, -32700), ("still here", None)], key=str
    )
    assert result.exit_code == 0


def test_a_number_too_large_for_a_float_never_comes_back_as_infinity() -> None:
    result = run_bytes(b'{"jsonrpc":"2.0","id":1e999,"method":"list_servers"}\n' + lines(PING))
    error, pong = result.messages
    assert error["error"]["code"] in {-32700, -32600}
    assert pong == PONG


def test_non_ascii_text_is_not_escaped() -> None:
    result = run_bytes(lines(call("list_servers", "한글 é 🐍")))
    assert "한글 é 🐍".encode() in result.stdout


def test_a_framed_body_cut_off_by_the_end_of_stdin_ends_the_sidecar_calmly() -> None:
    result = run_bytes(framed(PING) + b'Content-Length: 500\r\n\r\n{"jsonrpc"')
    assert result.framed_messages[0] == PONG
    assert result.exit_code == 0
    assert "Traceback" not in result.stderr
