"""Checks that what crosses the pipe is JSON-RPC 2.0 and has the shapes of the protocol's models."""

from typing import Any

import orjson

_TOPIC_PREFIX = "python-"


def parse_strictly(data: bytes) -> Any:
    """The one JSON value in `data`; NaN, Infinity and bytes that are not UTF-8 are refused."""
    value = orjson.loads(data)
    assert b"\n" not in data, f"a message spans several lines: {data[:200]!r}"
    return value


def check_envelope(message: Any) -> None:
    """Asserts that `message`, or each message of a batch, is one that a server may send."""
    if isinstance(message, list):
        assert message, "an empty batch was answered"
        for one in message:
            check_envelope(one)
        return
    assert isinstance(message, dict), f"not an object: {message!r:.200}"
    assert message.get("jsonrpc") == "2.0", f"no jsonrpc 2.0 in {message!r:.200}"
    if "method" in message:
        _check_notification(message)
    else:
        _check_response(message)


def _check_notification(message: dict[str, Any]) -> None:
    assert set(message) == {"jsonrpc", "method", "params"}, f"odd keys in {message!r:.200}"
    assert message["method"].startswith(_TOPIC_PREFIX), f"odd topic in {message!r:.200}"
    assert isinstance(message["params"], dict), f"odd params in {message!r:.200}"


def _check_response(message: dict[str, Any]) -> None:
    keys = set(message)
    assert keys in ({"jsonrpc", "id", "result"}, {"jsonrpc", "id", "error"}), (
        f"odd keys in {message!r:.200}"
    )
    assert isinstance(message["id"], str | int | float | None), f"odd id in {message!r:.200}"
    if "error" in message:
        check_error(message["error"])


def check_error(error: Any) -> None:
    """Asserts the shape of an error object, and that nothing of the inside shows in it."""
    assert isinstance(error, dict), f"odd error: {error!r}"
    assert {"code", "message"} <= set(error) <= {"code", "message", "data"}, f"odd keys: {error!r}"
    assert isinstance(error["code"], int), f"odd code: {error!r}"
    assert isinstance(error["message"], str), f"odd message: {error!r}"
    assert error["message"], f"an error without a message: {error!r}"
    shown = str(error)
    for secret in ("Traceback", 'File "', "site-packages", "sidecar/", "pydantic"):
        assert secret not in shown, f"{secret!r} shows in the error: {shown}"
