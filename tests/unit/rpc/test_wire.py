"""Domain values as JSON."""

from typing import NamedTuple

import orjson
import pytest

from sidecar.domain.errors import (
    InvalidSetting,
    ShuttingDown,
    SidecarError,
    UnknownServer,
)
from sidecar.domain.events import ServerStatus
from sidecar.domain.phases import Status
from sidecar.protocol import codes
from sidecar.rpc.errors import to_wire_error
from sidecar.rpc.wire import encode, to_wire


class Inner(NamedTuple):
    a_long_name: int
    may_be_absent: str | None = None


class Outer(NamedTuple):
    first_things: tuple[Inner, ...]
    plain: list[object]
    flag: bool = False


def test_keys_are_camel_case_and_absent_values_are_absent_keys_at_every_depth() -> None:
    assert to_wire(Outer((Inner(1), Inner(2, "x")), [Inner(0), "text", None])) == {
        "firstThings": [{"aLongName": 1}, {"aLongName": 2, "mayBeAbsent": "x"}],
        "plain": [{"aLongName": 0}, "text", None],
        "flag": False,
    }


def test_values_that_are_false_are_not_absent() -> None:
    status = ServerStatus(name="api", status=Status.STOPPED, port=0, host="", exit_code=0)
    wire = to_wire(status)
    assert (wire["port"], wire["host"], wire["exitCode"], wire["logs"]) == (0, "", 0, [])
    assert wire["conditions"] == []
    assert not {"pid", "url", "uptime", "lastError", "signal"} & wire.keys()


def test_a_state_is_written_as_its_word() -> None:
    assert encode(to_wire((Status.RUNNING,))) == b'["running"]'


def test_text_is_utf_8_and_not_escaped() -> None:
    assert encode({"text": "한글 \x1b[31m"}) == '{"text":"한글 \\u001b[31m"}'.encode()


def test_half_a_surrogate_pair_is_replaced_wherever_it_stands() -> None:
    message = {"\ud800": ["a\udcffb", {"deep": "\udfff"}], "n": 1, "ok": "한", "none": None}
    assert orjson.loads(encode(message)) == {
        "?": ["a?b", {"deep": "?"}],
        "n": 1,
        "ok": "한",
        "none": None,
    }


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_json_has_no_number_for_is_never_written(number: float) -> None:
    assert encode([number]) == b"[null]"


def test_a_message_holds_no_newline_of_its_own() -> None:
    assert b"\n" not in encode({"text": "one\ntwo\r\n"})


@pytest.mark.parametrize(
    ("error", "code", "message", "data"),
    [
        (InvalidSetting("port", "is too large"), -32602, "port: is too large", {"field": "port"}),
        (UnknownServer("x", ["api"]), -32001, "configured: api", {"field": "name"}),
        (ShuttingDown(), -32002, "shutting down", None),
        (SidecarError("nothing to be done"), -32602, "nothing to be done", None),
    ],
)
def test_an_error_that_a_client_can_mend_is_told_in_its_own_words(
    error: SidecarError, code: int, message: str, data: dict[str, str] | None
) -> None:
    told = to_wire_error(error)
    assert (told.code, told.data) == (code, data)
    assert message in told.message
    assert ("data" in told.as_object()) == (data is not None)


def test_an_unexpected_error_is_logged_and_told_in_general_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = to_wire_error(ValueError("/home/kim/.secret"))
    assert told.code == codes.INTERNAL_ERROR
    assert "secret" not in told.message
    assert told.data is None
    assert "/home/kim/.secret" in caplog.text
