"""``sidecar call``: one request from a script; the exit code tells whether it succeeded.

Owns what is printed where: the result as JSON on stdout, everything for people on stderr.
Knows nothing of the methods but that some start a server which ends with this command.
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any, cast

import orjson

from sidecar.client import RpcError, SidecarClient, SidecarGone
from sidecar.console.refusals import refusal_text

SUCCEEDED = 0
FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130

STARTS_A_SERVER = frozenset({"start", "restart"})


def call(method: str, params_text: str | None, stdio_args: Sequence[str]) -> int:
    """Send one request to a sidecar of its own and print the result; returns the exit code."""
    try:
        params = None if params_text is None else orjson.loads(params_text)
    except orjson.JSONDecodeError as error:
        _tell(f'the parameters are not valid JSON: {error}; expected e.g. \'{{"name": "api"}}\'')
        return WRONG_USAGE
    try:
        return asyncio.run(_call(method, params, stdio_args))
    except KeyboardInterrupt:
        return INTERRUPTED


async def _call(method: str, params: Any, stdio_args: Sequence[str]) -> int:
    async with await SidecarClient.launch(*stdio_args) as client:
        try:
            # The sidecar limits every operation by the server's own settings.
            result = await client.request(method, params, timeout=None)
        except RpcError as error:
            _tell(f"{method}: {refusal_text(error.message, error.data)} ({error.code})")
            return FAILED
        except SidecarGone as error:
            return _gone(error, await client.wait())
        _print(result)
        if isinstance(result, dict) and "success" in result:
            return _judge(method, cast("dict[str, Any]", result))
        return SUCCEEDED


def _judge(method: str, response: dict[str, Any]) -> int:
    if not response["success"]:
        hint = response["error"].get("hint")
        _tell(f"{response['message']}" + (f" — {hint}" if hint else ""))
        return FAILED
    if method in STARTS_A_SERVER:
        _tell("the server stops with this command; `sidecar console` keeps one running")
    return SUCCEEDED


def _gone(error: SidecarGone, exit_code: int) -> int:
    if exit_code == WRONG_USAGE:  # it has said what is wrong on the stderr that we share
        return WRONG_USAGE
    _tell(str(error))
    return FAILED


def _print(result: object) -> None:
    # Bytes, so that non-ASCII text survives whatever encoding the terminal claims.
    sys.stdout.buffer.write(orjson.dumps(result, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def _tell(message: str) -> None:
    sys.stderr.write(f"sidecar call: {message}\n")
