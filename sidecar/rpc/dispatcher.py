"""JSON-RPC 2.0 by jsonrpcserver, and what it leaves to its user. The only file that imports it.

jsonrpcserver 5.0.9 calls methods and builds answers. Three things are done here instead: a batch is
taken apart, since its schema check would refuse all of it for one bad element; requests are checked
by hand, since the schema's library costs 60 ms of start; and exceptions become errors in
`rpc.errors`, since it would send their text to the client.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec, module_from_spec
from typing import Any, cast

import orjson

from sidecar.protocol import codes
from sidecar.rpc.errors import WireError, to_wire_error
from sidecar.rpc.wire import encode

Handler = Callable[[Any], Awaitable[object]]
"""Takes `params`, an object or an array; returns what goes into `result`."""


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
    from jsonrpcserver import async_dispatcher, response, result, sentinels

    return async_dispatcher, result, response, sentinels


_async_dispatcher, _result, _response, _sentinels = _import_jsonrpcserver()


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; `may_overtake` says that notifications need not be waited for."""

    body: bytes
    may_overtake: bool


class Dispatcher:
    """Answers messages for one client."""

    def __init__(self, handlers: Mapping[str, Handler], commands: frozenset[str]) -> None:
        """`commands` are the methods that cause notifications, which their answers must follow."""
        self._methods = {name: _as_method(handler) for name, handler in handlers.items()}
        self._commands = commands

    async def answer(self, message: bytes) -> Answer | None:
        """The answer to a request or a batch; None if nothing is to be answered."""
        try:
            parsed: object = orjson.loads(message)
        except orjson.JSONDecodeError:
            return Answer(encode(parse_error("the message is not valid JSON")), may_overtake=True)
        if not isinstance(parsed, list):
            answer = await self._answer_one(parsed)
            return None if answer is None else Answer(encode(answer), self._may_overtake(parsed))
        elements = cast(list[object], parsed)
        if not elements:
            return Answer(encode(invalid_request("a batch must not be empty")), may_overtake=True)
        answers = await asyncio.gather(*map(self._answer_one, elements))
        told = [answer for answer in answers if answer is not None]
        if not told:
            return None
        return Answer(encode(told), all(map(self._may_overtake, elements)))

    async def _answer_one(self, request: object) -> dict[str, Any] | None:
        wrong = _what_is_wrong(request)
        if wrong is not None:
            return invalid_request(wrong, _echoed_id(request))
        return await _async_dispatcher.dispatch_to_response_pure(
            deserializer=_as_it_is,
            validator=_as_it_is,
            methods=self._methods,
            context=_sentinels.NOCONTEXT,
            post_process=_response.to_serializable_one,
            request=request,
        )

    def _may_overtake(self, request: object) -> bool:
        if not isinstance(request, dict):
            return True
        return cast(dict[str, object], request).get("method") not in self._commands


def parse_error(what: str) -> dict[str, Any]:
    """The answer to something that is not JSON."""
    return WireError(codes.PARSE_ERROR, what).response(None)


def invalid_request(what: str, request_id: object = None) -> dict[str, Any]:
    """The answer to JSON that is not a request."""
    return WireError(codes.INVALID_REQUEST, what).response(request_id)


def _as_method(handler: Handler) -> Callable[..., Awaitable[Any]]:
    """`handler` as jsonrpcserver calls it, with its exceptions turned into results."""

    async def method(*args: object, **kwargs: object) -> Any:
        try:
            return _result.Success(await handler(kwargs or list(args)))
        except Exception as exception:  # noqa: BLE001 - `to_wire_error` logs what nobody expected
            error = to_wire_error(exception)
            if error.data is None:
                return _result.Error(error.code, error.message)
            return _result.Error(error.code, error.message, error.data)

    return method


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
