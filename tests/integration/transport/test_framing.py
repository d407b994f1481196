"""The two framings, and how the first byte chooses between them."""

import asyncio
from pathlib import Path

import pytest

from tests.support.raw import call, frame, framed, lines, open_raw, run_bytes
from tests.support.servers import sleeper
from tests.support.toml import write_config

BOM = b"\xef\xbb\xbf"
PING = call("list_servers")
PONG = {"jsonrpc": "2.0", "id": 1, "result": []}


def test_a_json_line_is_answered_with_a_json_line() -> None:
    result = run_bytes(lines(PING))
    assert result.stdout.endswith(b"}\n")
    assert result.messages == [PONG]
    assert result.exit_code == 0


def test_a_content_length_message_is_answered_with_a_content_length_message() -> None:
    result = run_bytes(framed(PING))
    assert result.stdout.startswith(b"Content-Length: ")
    assert result.framed_messages == [PONG]
    assert result.exit_code == 0


@pytest.mark.parametrize(
    "prefix", [BOM, b"\n", b"\r\n", b"\n\r\n \t\n", BOM + b"\r\n", b"\n" + BOM, b"  "]
)
def test_blanks_and_a_byte_order_mark_before_the_first_line_are_skipped(prefix: bytes) -> None:
    assert run_bytes(prefix + lines(PING)).messages == [PONG]


@pytest.mark.parametrize("prefix", [BOM, b"\r\n\r\n", BOM + b"\n"])
def test_blanks_and_a_byte_order_mark_before_the_first_header_are_skipped(prefix: bytes) -> None:
    assert run_bytes(prefix + framed(PING)).framed_messages == [PONG]


def test_lines_may_end_with_carriage_return_and_newline() -> None:
    data = lines(call("list_servers", 1), call("list_servers", 2)).replace(b"\n", b"\r\n")
    result = run_bytes(data)
    assert sorted(message["id"] for message in result.messages) == [1, 2]
    assert b"\r" not in result.stdout


def test_blank_lines_between_messages_are_skipped() -> None:
    data = b"\n\r\n   \n".join([lines(call("list_servers", 1)), lines(call("list_servers", 2))])
    assert sorted(message["id"] for message in run_bytes(data).messages) == [1, 2]


def test_a_last_line_without_newline_is_answered() -> None:
    result = run_bytes(lines(PING).rstrip(b"\n"))
    assert result.messages == [PONG]
    assert result.exit_code == 0


def test_a_message_may_start_with_blanks() -> None:
    assert run_bytes(b" \t" + lines(PING)).messages == [PONG]


def test_several_framed_messages_follow_each_other_without_separator() -> None:
    result = run_bytes(framed(call("list_servers", "a"), call("list_servers", "b")))
    assert sorted(message["id"] for message in result.framed_messages) == ["a", "b"]


def test_further_headers_and_any_case_of_the_name_are_accepted() -> None:
    body = lines(PING).rstrip()
    headers = (
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-LENGTH:%d\r\n\r\n"
    )
    assert run_bytes(headers % len(body) + body).framed_messages == [PONG]


def test_a_framed_body_may_hold_newlines() -> None:
    body = b'{\n  "jsonrpc": "2.0",\r\n  "id": 1,\n  "method": "list_servers"\n}\n'
    assert run_bytes(frame(body)).framed_messages == [PONG]


def test_content_length_counts_bytes_in_both_directions() -> None:
    result = run_bytes(framed(call("list_servers", "한글 🐍")))
    assert [message["id"] for message in result.framed_messages] == ["한글 🐍"]


def test_the_parse_error_of_a_framed_body_leaves_the_connection_alive() -> None:
    result = run_bytes(frame(b"{nonsense}") + framed(PING))
    error, pong = result.framed_messages
    assert (error["id"], error["error"]["code"]) == (None, -32700)
    assert pong == PONG
    assert result.exit_code == 0


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: many\r\n\r\n",
        b"Content-Length: -5\r\n\r\n",
        b"Content-Length:\r\n\r\n",
        b"Content-Type: application/json\r\n\r\n",
        b"Content-Length 12\r\n\r\n",
        b"Content-Length: 1.5\r\n\r\n",
    ],
)
def test_a_header_block_without_a_valid_length_is_answered_and_ends_the_sidecar(
    headers: bytes,
) -> None:
    result = run_bytes(headers + framed(PING))
    (error,) = result.framed_messages
    assert (error["id"], error["error"]["code"]) == (None, -32700)
    assert result.exit_code == 1


def test_what_was_asked_before_a_broken_header_block_is_still_answered() -> None:
    result = run_bytes(framed(PING) + b"Content-Length: x\r\n\r\n")
    assert PONG in result.framed_messages
    assert result.exit_code == 1


def test_a_header_block_that_never_ends_is_refused() -> None:
    result = run_bytes(b"Content-Length: 10\r\n" + b"X-Filler: y\r\n" * 1_000_000)
    assert [message["error"]["code"] for message in result.framed_messages] == [-32700]
    assert result.exit_code == 1


def test_the_ndjson_framing_can_be_chosen() -> None:
    result = run_bytes(b"Content-Length: 10\n" + lines(PING), "--framing", "ndjson")
    error, pong = result.messages
    assert error["error"]["code"] == -32700
    assert pong == PONG


def test_the_content_length_framing_can_be_chosen() -> None:
    result = run_bytes(framed(PING), "--framing", "content-length")
    assert result.framed_messages == [PONG]
    refused = run_bytes(lines(PING) + b"\n", "--framing", "content-length")
    assert [message["error"]["code"] for message in refused.framed_messages] == [-32700]
    assert refused.exit_code == 1


def test_automatic_choice_is_the_default_and_can_be_named() -> None:
    assert run_bytes(framed(PING), "--framing", "auto").framed_messages == [PONG]


def test_stdio_is_the_command_when_none_is_given() -> None:
    assert run_bytes(lines(PING), "stdio").messages == [PONG]


def test_notifications_before_the_first_answer_use_the_framing_of_the_client(
    tmp_path: Path,
) -> None:
    config = write_config(tmp_path / "sidecar.toml", {"api": sleeper(autostart=True)})
    result = run_bytes(framed(PING), "--config", str(config))
    topics = [message.get("method") for message in result.framed_messages]
    assert "python-server-status" in topics


async def test_a_client_may_take_its_time_before_its_first_byte() -> None:
    async with open_raw() as raw:
        await asyncio.sleep(1.5)  # longer than anyone would wait who guesses the framing
        await raw.write(framed(PING))
        assert await raw.read_framed() == PONG
