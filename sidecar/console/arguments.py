"""How the arguments of a console command are read: each function turns them into a request.

Knows the protocol's parameter names and nothing of how a request is sent or shown.
"""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

# What a person wants to see of a log without asking for a number.
LOG_LINES = 40

Json = Any


class UsageError(Exception):
    """A line that is not a command; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One line understood: `method` and `params` are the request, if it is one."""

    command: str
    method: str = ""
    params: Mapping[str, Json] = field(default_factory=dict[str, Json])
    follow: bool = False


def _words(rest: str) -> list[str]:
    try:
        return shlex.split(rest)
    except ValueError as error:
        raise UsageError(f"the quotes do not match ({error})") from None


def _name_and_flags(rest: str, allowed: tuple[str, ...] = ()) -> tuple[dict[str, Json], set[str]]:
    """Split into ``{"name": …}``, empty when none is given, and the flags."""
    words = _words(rest)
    flags = {word for word in words if word.startswith("-")}
    names = [word for word in words if word not in flags]
    if unknown := flags.difference(allowed):
        raise UsageError(f"unknown option {min(unknown)}")
    if len(names) > 1:
        raise UsageError(f"one name at a time, not {' '.join(names)}")
    return ({"name": names[0]} if names else {}), flags


def plain(command: str, method: str) -> Callable[[str], Invocation]:
    """A command with nothing but a name."""

    def parse_plain(rest: str) -> Invocation:
        return Invocation(command, method, _name_and_flags(rest)[0])

    return parse_plain


def forcible(command: str) -> Callable[[str], Invocation]:
    """A command that takes ``--force``."""

    def parse_forcible(rest: str) -> Invocation:
        params, flags = _name_and_flags(rest, ("--force",))
        return Invocation(command, command, {**params, "force": True} if flags else params)

    return parse_forcible


def status(rest: str) -> Invocation:
    """One server by name, or all of them."""
    params, _ = _name_and_flags(rest)
    return Invocation("status", "get_status" if params else "list_servers", params)


def logs(rest: str) -> Invocation:
    """The newest lines; ``-n`` tells how many, ``-f`` follows."""
    words = _words(rest)
    limit = LOG_LINES
    if "-n" in words:
        at = words.index("-n")
        number = words[at + 1 : at + 2]
        if not number or not number[0].isdecimal() or number[0] == "0":
            raise UsageError("-n needs a number of lines")
        limit = int(number[0])
        del words[at : at + 2]
    params, flags = _name_and_flags(shlex.join(words), ("-f",))
    return Invocation("logs", "get_logs", {**params, "limit": limit}, follow=bool(flags))


def change(rest: str) -> Invocation:
    """Settings as ``key=value``, nested ones as ``stop.timeout=5``."""
    words = _words(rest)
    named = bool(words) and "=" not in words[0]
    changes: dict[str, Json] = {}
    for word in words[1:] if named else words:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise UsageError(f"`{word}` is not of the form key=value")
        _put(changes, [_camel(part) for part in key.split(".", 1)], key, text)
    if not changes:
        raise UsageError("nothing to change")
    name = {"name": words[0]} if named else {}
    return Invocation("set", "update_server", {**name, "changes": changes})


def _put(changes: dict[str, Json], path: list[str], key: str, text: str) -> None:
    """Enter ``stop.timeout=5`` as ``{"stop": {"timeout": 5}}``; variables stay text as they are."""
    if path[0] == "env" and len(path) > 1:
        changes.setdefault("env", {})[key.removeprefix("env.")] = text
    elif len(path) > 1:
        changes.setdefault(path[0], {})[path[1]] = _value(text)
    else:
        changes[path[0]] = _value(text)


def _camel(key: str) -> str:
    """People know the keys from the TOML file; on the wire they are camelCase."""
    first, *others = key.split("_")
    return first + "".join(word.capitalize() for word in others)


def _value(text: str) -> Json:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def any_request(rest: str) -> Invocation:
    """A method and its parameters as JSON."""
    method, _, text = rest.partition(" ")
    if not method:
        raise UsageError("which method?")
    try:
        params: Json = orjson.loads(text) if text.strip() else {}
    except orjson.JSONDecodeError as error:
        raise UsageError(f"the parameters are not valid JSON ({error})") from None
    if not isinstance(params, dict):
        raise UsageError("the parameters must be a JSON object")
    return Invocation("call", method, cast("dict[str, Json]", params))


def bare(command: str) -> Callable[[str], Invocation]:
    """A command without arguments."""
    return lambda _rest: Invocation(command)
