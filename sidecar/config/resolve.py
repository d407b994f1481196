"""From sound settings to a complete `ServerSpec`: paths made absolute, defaults filled in.

Looks at no file: whether an interpreter or a folder exists is seen when the server starts, since
it may well be made later (`check` notes it).
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from sidecar.config import tables
from sidecar.config.problems import KeyPath, Problem
from sidecar.config.rules import fd_places, kinds_given
from sidecar.config.settings import ServerSettings
from sidecar.domain.spec import (
    Handoff,
    HealthCheck,
    LogSettings,
    ReadyCheck,
    ReadyKind,
    RestartSettings,
    ServerSpec,
)

ALIVE_SECONDS = 0.3
"""A command of which nothing can be asked has to live this long: one that fails at once is told so.

Who writes `ready.none = true` wants no wait at all.
"""

_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))


def resolve(name: str, settings: ServerSettings, base: Path) -> ServerSpec | list[Problem]:
    """The spec of the server `name`, whose relative paths start at the folder `base`."""
    cwd = _path(settings.cwd, base)
    spec = ServerSpec(
        name=name,
        app=settings.app,
        command=_command(settings.command, base),
        python=sys.executable if settings.python is None else _program(settings.python, base),
        cwd=cwd,
        ready=ReadyCheck("none"),
        args=tuple(settings.args),
        host=settings.host,
        port=settings.port,
        port_conflict=settings.port_conflict,
        env=dict(settings.env),
        autostart=settings.autostart,
        encoding=settings.encoding,
        stop_timeout=float(settings.stop.timeout),
        logs=_logs(settings.logs, base),
        handoff=_handoff(settings),
        health=_health(settings.health),
        restart=_restart(settings.restart),
        reload=settings.reload,
        # What a server imports is found from where it runs, which need not be beside the file.
        watch=(cwd,) if settings.watch is None else _paths(settings.watch, base),
    )
    problems = [] if spec.has_port else list(_port_needed(settings))
    return problems or spec._replace(ready=_ready(settings.ready, spec))


def _path(written: str, base: Path) -> str:
    # Joined, never resolved: the python of a virtual environment is a link that must stay one,
    # and ".." after a link means what the operating system makes of it.
    return str(base / os.path.expanduser(written))


def _paths(written: list[str], base: Path) -> tuple[str, ...]:
    return tuple(_path(path, base) for path in written)


def _program(written: str, base: Path) -> str:
    """A bare name is left to be found on PATH, anything else is a path."""
    is_path = written.startswith("~") or any(mark in written for mark in _SEPARATORS)
    return _path(written, base) if is_path else written


def _command(written: list[str] | None, base: Path) -> tuple[str, ...] | None:
    return None if written is None else (_program(written[0], base), *written[1:])


def _logs(settings: tables.LogsSettings, base: Path) -> LogSettings:
    file = None if settings.file is None else _path(settings.file, base)
    return LogSettings(settings.lines, file, settings.max_bytes, settings.backups)


def _handoff(settings: ServerSettings) -> Handoff:
    if settings.handoff is not None:
        return settings.handoff
    takes_socket = settings.app is not None or fd_places(settings)
    return "socket" if takes_socket else "none"


def _health(settings: tables.HealthSettings | None) -> HealthCheck | None:
    if settings is None or settings.http is None:
        return None
    return HealthCheck(
        path=settings.http,
        interval=float(settings.interval),
        timeout=float(settings.timeout),
        failures=settings.failures,
        action=settings.action,
    )


def _restart(settings: tables.RestartSettings) -> RestartSettings:
    first, factor, longest = map(float, settings.backoff)
    return RestartSettings(
        policy=settings.policy,
        max=settings.max,
        window=float(settings.window),
        first=first,
        factor=factor,
        longest=longest,
    )


def _port_needed(settings: ServerSettings) -> Iterator[Problem]:
    """What cannot be had of a server that listens nowhere."""
    needing: list[KeyPath] = [
        ("ready", kind) for kind in kinds_given(settings.ready) if kind in ("http", "tcp")
    ]
    if settings.health is not None:
        needing.append(("health", "http"))
    cure = "set `port`, or let `{port}` stand in `command` or `env`"
    return (Problem(path, f"needs a port: {cure}") for path in needing)


def _ready(settings: tables.ReadySettings, spec: ServerSpec) -> ReadyCheck:
    timeout = float(settings.timeout)
    given = cast(list[ReadyKind], kinds_given(settings))
    if not given:
        return _default_ready(spec, timeout)
    kind = given[0]
    if kind == "http":
        return ReadyCheck("http", timeout, path=settings.http or "/")
    if kind == "log":
        return ReadyCheck("log", timeout, pattern=re.compile(settings.log or ""))
    return ReadyCheck(kind, timeout)


def _default_ready(spec: ServerSpec, timeout: float) -> ReadyCheck:
    if spec.app is not None:
        return ReadyCheck("http", timeout, path="/", any_status=True)
    if spec.has_port:
        return ReadyCheck("tcp", timeout)
    return ReadyCheck("none", timeout, alive_for=min(ALIVE_SECONDS, timeout / 2))
