"""JSON-RPC 2.0 to the letter: the examples of its specification, and the corners beside them."""

from typing import Any

import pytest

from tests.support.raw import call, framed, lines, run_bytes

PING = "list_servers"


def exchange(*messages: Any) -> list[Any]:
    """What a sidecar without servers answers to `messages`."""
    result = run_bytes(lines(*messages))
    assert result.exit_code == 0
    return result.messages


def error_of(answer: Any) -> tuple[Any, int]:
    """The id and the code of an error answer."""
    assert set(answer) == {"jsonrpc", "id", "error"}, answer
    return answer["id"], answer["error"]["code"]


def test_a_request_is_answered_with_its_id_and_a_result() -> None:
    assert exchange(call(PING, 1)) == [{"jsonrpc": "2.0", "id": 1, "result": []}]


def test_an_id_comes_back_as_it_was_sent() -> None:
    ids = ["", "text", "1", 0, -7, 1.5, 2**53, 2**63, None]
    echoed = [answer["id"] for answer in exchange(*(call(PING, one) for one in ids))]
    assert sorted(map(repr, echoed)) == sorted(map(repr, ids))


def test_a_notification_is_not_answered() -> None:
    messages = [
        {"jsonrpc": "2.0", "method": PING},
        {"jsonrpc": "2.0", "method": "foobar"},
        {"jsonrpc": "2.0", "method": "get_status", "params": {"name": "nobody"}},
        {"jsonrpc": "2.0", "method": "get_status", "params": {"nonsense": 1}},
    ]
    assert exchange(*messages) == []


def test_a_method_that_does_not_exist() -> None:
    (answer,) = exchange(call("foobar", "1"))
    assert error_of(answer) == ("1", -32601)


def test_only_the_documented_names_are_methods() -> None:
    names = ["", "__init__", "__class__", "rpc.", "rpc.unknown", "Start", "start ", "서버", "_stop"]
    answers = exchange(*(call(name, name) for name in names))
    assert sorted(map(error_of, answers)) == sorted((name, -32601) for name in names)


@pytest.mark.parametrize(
    ("message", "echoed"),
    [
        ({"jsonrpc": "2.0", "method": 1, "params": "bar"}, None),
        ({"jsonrpc": "2.0", "id": 7, "method": 1}, 7),
        ({"jsonrpc": "2.0", "id": "a", "method": None}, "a"),
        ({"jsonrpc": "2.0", "id": 7}, 7),
        ({"jsonrpc": "1.0", "id": 7, "method": PING}, 7),
        ({"jsonrpc": 2.0, "id": 7, "method": PING}, 7),
        ({"id": 7, "method": PING}, 7),
        ({"jsonrpc": "2.0", "id": 7.5, "method": []}, 7.5),
        ({"jsonrpc": "2.0", "id": None, "method": {}}, None),
        ({}, None),
        ({"jsonrpc": "2.0", "id": True, "method": PING}, None),
        ({"jsonrpc": "2.0", "id": [1], "method": PING}, None),
        ({"jsonrpc": "2.0", "id": {"a": 1}, "method": PING}, None),
        ({"jsonrpc": "2.0", "id": 8, "method": PING, "params": "text"}, 8),
        ({"jsonrpc": "2.0", "id": 8, "method": PING, "params": 5}, 8),
        ({"jsonrpc": "2.0", "id": 8, "method": PING, "params": True}, 8),
        ("text", None),
        (17, None),
        (True, None),
        (None, None),
    ],
)
def test_an_invalid_request_is_answered_with_its_id_where_that_is_valid(
    message: Any, echoed: Any
) -> None:
    (answer,) = exchange(message)
    assert error_of(answer) == (echoed, -32600)


def test_params_that_are_null_are_an_invalid_request() -> None:
    (answer,) = run_bytes(
        b'{"jsonrpc":"2.0","id":8,"method":"list_servers","params":null}\n'
    ).messages
    assert error_of(answer) == (8, -32600)


def test_empty_params_of_either_kind_are_no_params() -> None:
    answers = exchange(
        *({"jsonrpc": "2.0", "id": 1, "method": PING, "params": p} for p in ({}, []))
    )
    assert [answer["result"] for answer in answers] == [[], []]


def test_a_batch_is_answered_with_a_batch() -> None:
    (batch,) = exchange([call(PING, 1), call("foobar", 2)])
    by_id = {answer["id"]: answer for answer in batch}
    assert by_id[1]["result"] == []
    assert by_id[2]["error"]["code"] == -32601


def test_a_batch_of_one_is_answered_with_a_batch_of_one() -> None:
    assert exchange([call(PING, 1)]) == [[{"jsonrpc": "2.0", "id": 1, "result": []}]]


def test_an_empty_batch_is_one_invalid_request() -> None:
    (answer,) = exchange([])
    assert error_of(answer) == (None, -32600)


@pytest.mark.parametrize("batch", [[1], [1, 2, 3], [[], {}, None]])
def test_a_batch_of_nonsense_is_answered_element_by_element(batch: list[Any]) -> None:
    (answers,) = exchange(batch)
    assert [error_of(answer) for answer in answers] == [(None, -32600)] * len(batch)


def test_the_mixed_batch_of_the_specification() -> None:
    (answers,) = exchange(
        [
            call(PING, "1"),
            {"jsonrpc": "2.0", "method": PING},
            call("get_status", "2", name="nobody"),
            {"foo": "boo"},
            {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
            call(PING, "9"),
        ]
    )
    outcomes = {answer["id"]: answer.get("error", {}).get("code", "fine") for answer in answers}
    assert outcomes == {"1": "fine", "2": -32001, None: -32600, "5": -32601, "9": "fine"}
    assert len(answers) == 5


def test_a_batch_of_notifications_alone_is_not_answered() -> None:
    notifications = [{"jsonrpc": "2.0", "method": PING}, {"jsonrpc": "2.0", "method": "foobar"}]
    assert exchange(notifications, call(PING, 1)) == [{"jsonrpc": "2.0", "id": 1, "result": []}]


def test_a_batch_that_is_not_json_is_one_parse_error() -> None:
    text = (
        b'[{"jsonrpc": "2.0", "method": "list_servers", "id": "1"}, {"jsonrpc": "2.0", "method"\n'
    )
    (answer,) = run_bytes(text).messages
    assert error_of(answer) == (None, -32700)


def test_batches_work_in_the_other_framing_too() -> None:
    (batch,) = run_bytes(framed([call(PING, 1), 5])).framed_messages
    assert {answer["id"]: answer.get("result") for answer in batch} == {1: [], None: None}


def test_the_same_id_may_be_used_again() -> None:
    assert len(exchange(call(PING, 1), call(PING, 1))) == 2


def test_a_batch_of_hundreds_is_answered_whole() -> None:
    (batch,) = exchange([call(PING, number) for number in range(500)])
    assert sorted(answer["id"] for answer in batch) == list(range(500))


def test_a_response_sent_by_the_client_is_an_invalid_request() -> None:
    (answer,) = exchange({"jsonrpc": "2.0", "id": 4, "result": "unasked"})
    assert error_of(answer) == (4, -32600)
