"""What a client may put into an HTTP request, so that it stays one request to one server."""

import pytest

from sidecar.domain.errors import InvalidSetting
from sidecar.protocol.http_kinds import MOST_BODY_BYTES
from sidecar.protocol.params import SendRequestParams, read_params


def refusal(**given: object) -> tuple[str, str]:
    """The field and the message of what is refused."""
    with pytest.raises(InvalidSetting) as refused:
        read_params(SendRequestParams, given)
    return refused.value.field, str(refused.value)


def test_what_is_sound_is_taken_as_it_is() -> None:
    given = {
        "method": "PATCH",
        "path": "/items/1?q=%EC%97%B0&x=[1]",
        "headers": {"X-A_b.c": "연필\tand more", "accept-encoding": "gzip", "Empty": ""},
        "body": "연" * (MOST_BODY_BYTES // 3),
        "timeout": 0.5,
    }
    assert read_params(SendRequestParams, given) == given


@pytest.mark.parametrize(
    "path",
    ["", "items", "http://example.org/", "*", "/a b", "/a\r\nX: y", "/연필", "/a\0", "/a\x7f", 5],
)
def test_a_path_is_a_path_and_nothing_that_ends_a_line(path: object) -> None:
    assert refusal(path=path) == (
        "path",
        'should be a path that begins with "/", with all but visible ASCII percent-encoded',
    )


@pytest.mark.parametrize("method", ["get", "TRACE", "CONNECT", "GET / HTTP/1.1\r\n", "", None])
def test_only_the_methods_that_servers_are_asked_by_are_known(method: object) -> None:
    field, message = refusal(method=method)
    assert field == "method"
    assert message.startswith("should be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\rb", "a\0b", "a\x7f", "\x1b[31m"])
def test_a_header_stays_on_its_line_and_its_value_is_never_told(value: str) -> None:
    field, message = refusal(headers={"X-Token": value})
    assert field == "headers.X-Token"
    assert "control characters" in message or "NUL" in message
    assert value not in message


@pytest.mark.parametrize("name", ["", "X Y", "X:", "X\r\nY", "X\n", "이름", "(x)"])
def test_the_name_of_a_header_is_a_token(name: str) -> None:
    _, message = refusal(headers={name: "1"})
    assert message == "is no name of a header: letters, digits and hyphens make one"


@pytest.mark.parametrize(
    "name", ["Host", "HOST", "content-length", "Transfer-Encoding", "Connection"]
)
def test_headers_that_say_whose_and_how_long_the_request_is_are_not_the_clients(name: str) -> None:
    assert refusal(headers={name: "1"}) == (
        f"headers.{name}",
        "is set by the sidecar; leave it out",
    )


@pytest.mark.parametrize("headers", [[], "X: y", {"X": 1}, {"X": None}, {"X": ["y"]}, None])
def test_headers_are_strings_by_name(headers: object) -> None:
    field, _ = refusal(headers=headers)
    assert field in ("headers", "headers.X")


@pytest.mark.parametrize("body", ["x" * (MOST_BODY_BYTES + 1), "가" * (MOST_BODY_BYTES // 2)])
def test_a_body_is_measured_in_bytes(body: str) -> None:
    assert refusal(body=body) == ("body", "should be a string of at most 1 MiB as UTF-8")


@pytest.mark.parametrize("timeout", [0, -1, "30", True, None, 1e10])
def test_a_timeout_is_some_time(timeout: object) -> None:
    assert refusal(timeout=timeout)[0] == "timeout"
