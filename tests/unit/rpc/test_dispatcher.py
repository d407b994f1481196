"""JSON-RPC 2.0 to the letter: the examples of its specification, and what it leaves open."""

import asyncio
from typing import Any

import orjson
import pytest

from sidecar.domain.errors import InvalidSetting
from sidecar.rpc.dispatcher import Answer, Dispatcher

Json = Any


class Server:
    """The methods of the specification's examples, and a few that take their time."""

    def __init__(self) -> None:
        self.called: list[tuple[str, Json]] = []
        self.go_on = asyncio.Event()
        methods = ("subtract", "sum", "update", "notify_hello", "notify_sum", "get_data")
        handlers = {name: lambda params, name=name: self._call(name, params) for name in methods}
        handlers |= {"later": self._later, "refuse": self._refuse, "break": self._break}
        handlers |= {"refuse_later": self._refuse_later, "break_later": self._break_later}
        self.dispatcher = Dispatcher(handlers, frozenset({"update", "later"}))

    def begins(self, message: Json) -> Answer | Any | None:
        """What the dispatcher gives at once."""
        return self.dispatcher.answer(message if type(message) is bytes else orjson.dumps(message))

    async def answers(self, message: Json) -> Json:
        """The answer as JSON, None if there is none."""
        answer = self.begins(message)
        if answer is None:
            return None
        if not isinstance(answer, Answer):
            answer = await answer
        return orjson.loads(answer.body)

    def _call(self, name: str, params: Json) -> Json:
        self.called.append((name, params))
        match name, params:
            case "subtract", [minuend, subtrahend]:
                return minuend - subtrahend
            case "subtract", {"minuend": minuend, "subtrahend": subtrahend}:
                return minuend - subtrahend
            case "sum", list():
                return sum(params)
            case "get_data", _:
                return ["hello", 5]
            case _:
                return None

    async def _later(self, params: Json) -> str:
        await self.go_on.wait()
        self.called.append(("later", params))
        return "done"

    def _refuse(self, _: Json) -> None:
        raise InvalidSetting("port", "it must be below 65536")

    def _break(self, _: Json) -> None:
        raise RuntimeError("secret detail")

    async def _refuse_later(self, _: Json) -> None:
        raise InvalidSetting("port", "it must be below 65536")

    async def _break_later(self, _: Json) -> None:
        raise RuntimeError("secret detail")


@pytest.fixture
async def server() -> Server:
    return Server()


def request(method: str, params: Json = None, **more: Json) -> dict[str, Json]:
    message = {"jsonrpc": "2.0", "method": method, **more}
    return message if params is None else {**message, "params": params}


def result(value: Json, request_id: Json) -> dict[str, Json]:
    return {"jsonrpc": "2.0", "result": value, "id": request_id}


def code(answer: Json) -> int:
    assert answer.keys() == {"jsonrpc", "error", "id"}
    assert answer["jsonrpc"] == "2.0"
    assert answer["error"]["message"]
    return answer["error"]["code"]


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (request("subtract", [42, 23], id=1), result(19, 1)),
        (request("subtract", [23, 42], id=2), result(-19, 2)),
        (request("subtract", {"subtrahend": 23, "minuend": 42}, id=3), result(19, 3)),
        (request("get_data", id="9"), result(["hello", 5], "9")),
        (request("update", id=1.5), result(None, 1.5)),
        (request("get_data", id=None), result(["hello", 5], None)),
    ],
)
async def test_a_request_is_answered_under_its_id(
    server: Server, message: Json, answer: Json
) -> None:
    assert await server.answers(message) == answer


async def test_a_notification_is_done_and_not_answered(server: Server) -> None:
    assert await server.answers(request("update", [1, 2, 3])) is None
    assert await server.answers(request("no_such_method")) is None
    assert await server.answers(request("refuse")) is None
    assert server.called == [("update", [1, 2, 3])]


async def test_an_unknown_method_is_answered_as_that(server: Server) -> None:
    answer = await server.answers(request("foobar", id="1"))
    assert (code(answer), answer["id"]) == (-32601, "1")
    assert "'foobar'" in answer["error"]["message"]
    assert "data" not in answer["error"]


@pytest.mark.parametrize(
    "text",
    [
        b'{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]',
        b'[{"jsonrpc": "2.0", "method": "sum", "id": "1"}, {"jsonrpc": "2.0", "method"]',
        b"",
        b'{"jsonrpc": "2.0", "method": "sum", "id": NaN}',
        b'{"jsonrpc": "2.0", "method": "\xff", "id": 1}',
        b'{"jsonrpc": "2.0", "method": "\\ud800", "id": 1}',
        b"[" * 100_000,
    ],
    ids=["broken", "broken batch", "empty", "NaN", "not UTF-8", "half a pair", "nested"],
)
async def test_what_is_not_json_is_a_parse_error(server: Server, text: bytes) -> None:
    answer = await server.answers(text)
    assert (code(answer), answer["id"]) == (-32700, None)


@pytest.mark.parametrize(
    ("message", "echoed"),
    [
        ({"jsonrpc": "2.0", "method": 1, "params": "bar"}, None),
        (request("sum", "bar", id=1), 1),
        ({**request("sum", id="a"), "params": None}, "a"),
        ({"method": "sum", "id": 2}, 2),
        ({"jsonrpc": 2.0, "method": "sum", "id": 2}, 2),
        (request("sum", id={}), None),
        (request("sum", id=[1]), None),
        (request("sum", id=True), None),
        ({"foo": "boo"}, None),
        (1, None),
        ("text", None),
        (None, None),
        ([], None),
    ],
)
async def test_what_is_no_request_is_invalid(server: Server, message: Json, echoed: Json) -> None:
    answer = await server.answers(message)
    assert (code(answer), answer["id"]) == (-32600, echoed)
    assert server.called == []


async def test_every_element_of_an_invalid_batch_is_answered(server: Server) -> None:
    for batch in ([1], [1, 2, 3]):
        answers = await server.answers(batch)
        assert [(code(one), one["id"]) for one in answers] == [(-32600, None)] * len(batch)


async def test_a_batch_answers_what_is_good_and_refuses_what_is_not(server: Server) -> None:
    answers = await server.answers(
        [
            request("sum", [1, 2, 4], id="1"),
            request("notify_hello", [7]),
            request("subtract", [42, 23], id="2"),
            {"foo": "boo"},
            request("foo.get", {"name": "myself"}, id="5"),
            request("get_data", id="9"),
        ]
    )
    by_id = {answer["id"]: answer for answer in answers}
    assert by_id["1"] == result(7, "1")
    assert by_id["2"] == result(19, "2")
    assert code(by_id[None]) == -32600
    assert code(by_id["5"]) == -32601
    assert by_id["9"] == result(["hello", 5], "9")
    assert len(answers) == 5


async def test_a_batch_of_notifications_answers_nothing(server: Server) -> None:
    batch = [request("notify_sum", [1, 2, 4]), request("notify_hello", [7])]
    assert await server.answers(batch) is None
    assert [name for name, _ in server.called] == ["notify_sum", "notify_hello"]


async def test_a_batch_of_one_is_answered_by_a_batch_of_one(server: Server) -> None:
    assert await server.answers([request("sum", [1], id=1)]) == [result(1, 1)]


async def test_what_takes_time_is_answered_later_and_delays_nobody(server: Server) -> None:
    slow = asyncio.ensure_future(server.answers(request("later", {"a": 1}, id=1)))
    assert await server.answers(request("sum", [1, 1], id=2)) == result(2, 2)
    assert not slow.done()
    server.go_on.set()
    assert await slow == result("done", 1)
    assert server.called[-1] == ("later", {"a": 1})


async def test_a_batch_waits_for_its_slowest(server: Server) -> None:
    batch = [request("later", id=1), request("sum", [2], id=2), request("refuse_later", id=3)]
    answers = asyncio.ensure_future(server.answers(batch))
    await asyncio.sleep(0)
    server.go_on.set()
    first, second, third = await answers
    assert (first, second) == (result("done", 1), result(2, 2))
    assert code(third) == -32602


async def test_a_notification_that_takes_time_is_seen_through(server: Server) -> None:
    assert await server.answers(request("later")) is None
    assert await server.answers([request("later")]) is None
    server.go_on.set()
    for _ in range(3):
        await asyncio.sleep(0)
    assert server.called == [("later", []), ("later", [])]


@pytest.mark.parametrize("method", ["refuse", "refuse_later"])
async def test_a_refusal_names_the_field(server: Server, method: str) -> None:
    answer = await server.answers(request(method, id=1))
    assert answer["error"] == {
        "code": -32602,
        "message": "port: it must be below 65536",
        "data": {"field": "port"},
    }


@pytest.mark.parametrize("method", ["break", "break_later"])
async def test_an_unexpected_failure_gives_no_details_away(
    server: Server, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await server.answers(request(method, id=1))
    assert (code(answer), answer["id"]) == (-32603, 1)
    assert "data" not in answer["error"]
    assert "secret" not in str(answer)
    assert "secret detail" in caplog.text


async def test_a_notification_that_fails_later_is_logged_and_disturbs_nobody(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    assert await server.answers(request("break_later")) is None
    for _ in range(3):
        await asyncio.sleep(0)
    assert "secret detail" in caplog.text
    assert await server.answers(request("sum", [1], id=1)) == result(1, 1)


@pytest.mark.parametrize(
    ("message", "may_overtake"),
    [
        (request("sum", [1], id=1), True),
        (request("update", [1], id=1), False),
        ([request("sum", [1], id=1), request("update", id=2)], False),
        ([request("sum", [1], id=1), 1], True),
        (request("no_such_method", id=1), True),
        ({"method": []}, True),
        (b"no json", True),
    ],
)
async def test_only_what_commands_cause_is_waited_for(
    server: Server, message: Json, may_overtake: bool
) -> None:
    answer = server.begins(message)
    assert isinstance(answer, Answer)
    assert answer.may_overtake is may_overtake


async def test_a_command_that_takes_time_does_not_overtake_either(server: Server) -> None:
    server.go_on.set()
    answer = server.begins(request("later", id=1))
    assert not isinstance(answer, Answer)
    assert answer is not None
    assert (await answer).may_overtake is False


async def test_parameters_of_any_name_reach_the_method(server: Server) -> None:
    params = {"self": 1, "args": 2, "request": 3, "context": 4}
    await server.answers(request("update", params, id=1))
    assert server.called == [("update", params)]
