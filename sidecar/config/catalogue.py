"""The servers that are configured now: from the file, from `initialize`, changed by a client.

Owns what was written for each server, so that a part of it can be changed and the whole be checked
again. A request changes everything it asks for or nothing. Runs no server.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, cast

from sidecar.config.clashes import clashes
from sidecar.config.merge import merged, without_removed
from sidecar.config.problems import JSON, Problem, Style, below, dotted
from sidecar.config.resolve import resolve
from sidecar.config.rules import name_problem, problems_of
from sidecar.config.shape import Given, build, read_server
from sidecar.domain.errors import InvalidSetting, UnknownServer
from sidecar.domain.spec import ServerSpec


class Server(NamedTuple):
    """One server as written, where its relative paths start, and what it means."""

    given: Given
    base: Path
    spec: ServerSpec


class Catalogue:
    """All configured servers by name."""

    def __init__(self) -> None:
        self._servers: dict[str, Server] = {}

    @property
    def specs(self) -> dict[str, ServerSpec]:
        """What is configured now; a copy."""
        return {name: server.spec for name, server in self._servers.items()}

    def put(
        self, servers: Mapping[str, object], base: Path, style: Style
    ) -> tuple[dict[str, ServerSpec], list[Problem]]:
        """Adds or replaces whole servers if none of them has a problem; paths start at them."""
        added: dict[str, Server] = {}
        problems: list[Problem] = []
        for name, raw in servers.items():
            server = _read(name, raw, base, style)
            if isinstance(server, Server):
                added[name] = server
            else:
                problems += below((name,), server)
        after = self._servers | added
        problems += _clash_problems(after, list(added))
        if not problems:
            self._servers = after
        return {name: server.spec for name, server in added.items()}, problems

    def put_json(self, servers: Mapping[str, object]) -> dict[str, ServerSpec]:
        """Adds or replaces the servers of an `initialize` request: all of them or none."""
        if not isinstance(cast(object, servers), Mapping):
            raise InvalidSetting("servers", f"should be {JSON.table} of servers by name")
        specs, problems = self.put(servers, _working_directory(), JSON)
        if problems:
            raise _refusal(problems, "servers")
        return specs

    def change(self, name: str, changes: Mapping[str, object]) -> ServerSpec:
        """Changes some settings of one server; what is not named stays as it is."""
        old = self._servers.get(name)
        if old is None:
            raise UnknownServer(name, list(self._servers))
        if isinstance(cast(object, changes), Mapping) and "name" in changes:
            raise InvalidSetting("changes.name", "a server cannot be renamed; add a new one")
        partial, problems = read_server(without_removed(changes), JSON)
        if problems:
            raise _refusal(problems, "changes")
        given = merged(old.given, partial, changes)
        server = _make(name, given, old.base)
        if not isinstance(server, Server):
            raise _refusal(server, "changes")
        after = self._servers | {name: server}
        for problem in _clash_problems(after, [name]):
            key = "port" if "port" in changes or "host" not in changes else "host"
            raise InvalidSetting(f"changes.{key}", problem.message)
        self._servers = after
        return server.spec


def _read(name: str, raw: object, base: Path, style: Style) -> Server | list[Problem]:
    given, problems = read_server(raw, style)
    wrong_name = name_problem(name)
    if wrong_name is not None:
        problems.insert(0, Problem((), wrong_name))
    if problems:
        # The sound part is looked at too, so that all problems are told at once, but not with
        # conclusions from what is missing: that may be the part that is not sound.
        return problems + [
            item
            for item in problems_of(build(given))
            if not any(known.path[: len(item.path)] == item.path for known in problems)
        ]
    return _make(name, given, base)


def _make(name: str, given: Given, base: Path) -> Server | list[Problem]:
    settings = build(given)
    problems = problems_of(settings)
    if problems:
        return problems
    spec = resolve(name, settings, base)
    return spec if isinstance(spec, list) else Server(given, base, spec)


def _clash_problems(servers: Mapping[str, Server], newcomers: list[str]) -> list[Problem]:
    specs = {name: server.spec for name, server in servers.items()}
    return [Problem((clash.newcomer, "port"), clash.message) for clash in clashes(specs, newcomers)]


def _refusal(problems: list[Problem], prefix: str) -> InvalidSetting:
    """The answer to a request: its first problem, since an error names one field."""
    first = problems[0]
    return InvalidSetting(dotted((prefix, *first.path)), first.message)


def _working_directory() -> Path:
    try:
        return Path.cwd()
    except OSError:
        raise InvalidSetting(
            "servers", "the sidecar's working directory is gone; start it in one that exists"
        ) from None
