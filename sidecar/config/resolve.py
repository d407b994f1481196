"""From sound settings to a complete `ServerSpec`: paths made absolute, defaults filled in.

Looks at no file: whether an interpreter or a folder exists is seen when the server starts, since
it may well be made later (`check` notes it).
"""

import os
import re
import sys
from pathlib import Path
from typing import cast

from sidecar.config.problems import Problem
from sidecar.config.rules import kinds_given
from sidecar.config.settings import ReadySettings, ServerSettings
from sidecar.domain.spec import LogSettings, ReadyCheck, ReadyKind, ServerSpec

ALIVE_SECONDS = 0.3
"""A command of which nothing can be asked has to live this long: one that fails at once is told so.

Who writes `ready.none = true` wants no wait at all.
"""

_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))


def resolve(name: str, settings: ServerSettings, base: Path) -> ServerSpec | Problem:
    """The spec of the server `name`, whose relative paths start at the folder `base`."""
    logs = settings.logs
    spec = ServerSpec(
        name=name,
        app=settings.app,
        command=_command(settings.command, base),
        python=sys.executable if settings.python is None else _program(settings.python, base),
        cwd=_path(settings.cwd, base),
        ready=ReadyCheck("none"),
        args=tuple(settings.args),
        host=settings.host,
        port=settings.port,
        port_conflict=settings.port_conflict,
        env=dict(settings.env),
        autostart=settings.autostart,
        encoding=settings.encoding,
        stop_timeout=float(settings.stop.timeout),
        logs=LogSettings(
            lines=logs.lines,
            file=None if logs.file is None else _path(logs.file, base),
            max_bytes=logs.max_bytes,
            backups=logs.backups,
        ),
    )
    ready = _ready(settings.ready, spec)
    return ready if isinstance(ready, Problem) else spec._replace(ready=ready)


def _path(written: str, base: Path) -> str:
    # Joined, never resolved: the python of a virtual environment is a link that must stay one,
    # and ".." after a link means what the operating system makes of it.
    return str(base / os.path.expanduser(written))


def _program(written: str, base: Path) -> str:
    """A bare name is left to be found on PATH, anything else is a path."""
    is_path = written.startswith("~") or any(mark in written for mark in _SEPARATORS)
    return _path(written, base) if is_path else written


def _command(written: list[str] | None, base: Path) -> tuple[str, ...] | None:
    return None if written is None else (_program(written[0], base), *written[1:])


def _ready(settings: ReadySettings, spec: ServerSpec) -> ReadyCheck | Problem:
    timeout = float(settings.timeout)
    given = cast(list[ReadyKind], kinds_given(settings))
    if not given:
        return _default_ready(spec, timeout)
    kind = given[0]
    if kind in ("http", "tcp") and not spec.has_port:
        return Problem(
            ("ready", kind),
            "needs a port: set `port`, or let `{port}` stand in `command` or `env`",
        )
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
