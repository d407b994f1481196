"""JSON-RPC 2.0 by jsonrpcserver, and what it leaves to its user. The only file that imports it.

jsonrpcserver 5.0.9 finds the method, calls it and builds the answer. Done here instead: a batch is
taken apart, since its schema check would refuse all of it for one bad element; requests are checked
by hand, since the schema's library costs 60 ms of start; and exceptions become errors in
`rpc.errors`, since it would send their text to the client.

Its synchronous dispatch is used for all methods: each begins when its request arrives, in order,
and most are done then, without a turn of the event loop. What takes longer returns an awaitable.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from importlib.util import find_spec, module_from_spec
from inspect import Parameter, Signature, isawaitable
from typing import Any, NamedTuple, cast

import orjson

from sidecar.protocol import codes
from sidecar.rpc.errors import WireError, to_wire_error
from sidecar.rpc.wire import encode

Json = Any

Handler = Callable[[Any], object]
"""Takes `params`, an object or an array; returns what goes into `result`, or an awaitable of it."""


def _import_jsonrpcserver() -> tuple[Any, ...]:
    """The modules needed, without the package's `__init__`.

    That one compiles a JSON schema and imports an HTTP server: 70 ms, more than all the rest of the
    sidecar. The package is put in place unexecuted while its submodules are imported, and taken
    away again, so that anyone else's import of it still gets the whole.
    """
    if "jsonrpcserver" not in sys.modules:
        spec = find_spec("jsonrpcserver")
        assert spec is not None
        sys.modules["jsonrpcserver"] = module_from_spec(spec)
        try:
            return _submodules()
        finally:
            del sys.modules["jsonrpcserver"]
    return _submodules()


def _submodules() -> tuple[Any, ...]:
    from jsonrpcserver import dispatcher, response, result, sentinels

    return dispatcher, response, result, sentinels


_dispatcher, _response, _result, _sentinels = _import_jsonrpcserver()


_ANY_PARAMS = Signature(
    [
        Parameter("args", Parameter.VAR_POSITIONAL),
        Parameter("kwargs", Parameter.VAR_KEYWORD),
    ]
)


class Answer(NamedTuple):
    """What goes back; `may_overtake` says that notifications need not be waited for."""

    body: bytes
    may_overtake: bool


class Dispatcher:
    """Answers messages for one client."""

    def __init__(self, handlers: Mapping[str, Handler], commands: frozenset[str]) -> None:
        """`commands` are the methods that cause notifications, which their answers must follow."""
        self._methods = {name: self._as_method(handler) for name, handler in handlers.items()}
        self._commands = commands
        self._under_way: set[asyncio.Task[dict[str, Json]]] = set()

    def answer(self, message: bytes) -> Answer | Awaitable[Answer] | None:
        """Begins what is asked; the answer, now or later, or None if none is wanted."""
        try:
            parsed: object = orjson.loads(message)
        except orjson.JSONDecodeError:
            return Answer(encode(parse_error("the message is not valid JSON")), may_overtake=True)
        if parsed == []:
            return Answer(encode(invalid_request("a batch must not be empty")), may_overtake=True)
        elements = cast(list[object], parsed) if isinstance(parsed, list) else [parsed]
        begun = [answer for answer in map(self._begin, elements) if answer is not None]
        if not begun:
            return None
        may_overtake = not any(map(self._is_command, elements))
        if any(isinstance(answer.get("result"), asyncio.Task) for answer in begun):
            return self._complete(begun, is_batch=parsed is elements, may_overtake=may_overtake)
        return Answer(encode(begun if parsed is elements else begun[0]), may_overtake)

    def _begin(self, request: object) -> dict[str, Json] | None:
        """The answer to one request, in which a task may stand for the result."""
        wrong = _what_is_wrong(request)
        if wrong is not None:
            return invalid_request(wrong, _echoed_id(request))
        return _dispatcher.dispatch_to_response_pure(
            deserializer=_as_it_is,
            validator=_as_it_is,
            methods=self._methods,
            context=_sentinels.NOCONTEXT,
            post_process=_to_object,
            request=request,
        )

    async def _complete(
        self, begun: list[dict[str, Json]], *, is_batch: bool, may_overtake: bool
    ) -> Answer:
        for answer in begun:
            if isinstance(answer.get("result"), asyncio.Task):
                answer.update(await answer.pop("result"))
        return Answer(encode(begun if is_batch else begun[0]), may_overtake)

    def _as_method(self, handler: Handler) -> Callable[..., Any]:
        """`handler` as jsonrpcserver calls it, with its exceptions turned into results."""

        def method(*args: object, **kwargs: object) -> Any:
            try:
                result = handler(kwargs or list(args))
            except Exception as exception:  # noqa: BLE001 - logged if nobody expected it
                error = to_wire_error(exception)
                return _result.Error(error.code, error.message, _or_none_at_all(error.data))
            return _result.Success(self._as_task(result) if isawaitable(result) else result)

        # jsonrpcserver asks for it at every call, and to work it out takes a third of the call.
        method.__signature__ = _ANY_PARAMS  # pyright: ignore[reportFunctionMemberAccess]
        return method

    def _as_task(self, result: Awaitable[object]) -> asyncio.Task[dict[str, Json]]:
        """Sees a result through, whether an answer is wanted or not."""
        task = asyncio.create_task(_outcome(result))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    def _is_command(self, request: object) -> bool:
        if not isinstance(request, dict):
            return False
        method = cast(dict[str, object], request).get("method")
        return isinstance(method, str) and method in self._commands


async def _outcome(result: Awaitable[object]) -> dict[str, Json]:
    """The part of an answer that tells how it went."""
    try:
        return {"result": await result}
    except Exception as exception:  # noqa: BLE001 - logged if nobody expected it
        return {"error": to_wire_error(exception).as_object()}


def _to_object(response: Any) -> dict[str, Json]:
    """An answer of jsonrpcserver's as JSON; one of its own errors names the method in `data`."""
    answer: dict[str, Json] = _response.to_serializable_one(response)
    error = answer.get("error", {})
    if error.get("code") == codes.METHOD_NOT_FOUND:
        error["message"] = f"there is no method {error.pop('data')!r}; rpc.discover lists them"
    return answer


def _or_none_at_all(data: dict[str, Json] | None) -> Any:
    return _sentinels.NODATA if data is None else data


def parse_error(what: str) -> dict[str, Any]:
    """The answer to something that is not JSON."""
    return WireError(codes.PARSE_ERROR, what).response(None)


def invalid_request(what: str, request_id: object = None) -> dict[str, Any]:
    """The answer to JSON that is not a request."""
    return WireError(codes.INVALID_REQUEST, what).response(request_id)


def _as_it_is(value: object) -> object:
    return value


def _what_is_wrong(request: object) -> str | None:
    """Why `request` is none by JSON-RPC 2.0, in a few words; None if it is one."""
    if not isinstance(request, dict):
        return "a request must be an object"
    given = cast(dict[str, object], request)
    if given.get("jsonrpc") != "2.0":
        return '"jsonrpc" must be "2.0"'
    if not isinstance(given.get("method"), str):
        return '"method" must be a string'
    if not isinstance(given.get("params", []), list | dict):
        return '"params" must be an array or an object'
    if "id" in given and not _is_id(given["id"]):
        return '"id" must be a string, a number or null'
    return None


def _is_id(value: object) -> bool:
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))


def _echoed_id(request: object) -> object:
    if not isinstance(request, dict):
        return None
    request_id = cast(dict[str, object], request).get("id")
    return request_id if _is_id(request_id) else None
