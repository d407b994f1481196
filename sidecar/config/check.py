"""What a configuration means, in words for people, with notes on what looks wrong.

A note is no error: an interpreter or a folder that is missing now may well be made before the
start. The values of environment variables are never shown.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sidecar.config.command_line import command_line, quoted
from sidecar.config.loader import Configuration
from sidecar.config.web import WebSettings
from sidecar.domain.spec import HealthCheck, RestartSettings, ServerSpec, bracketed, url_of

# Below it, POSIX systems let only root listen unless they are told otherwise.
FIRST_UNPRIVILEGED_PORT = 1024

_HANDOFFS = {
    "socket": "the sidecar listens for it; connections wait during a restart",
    "overlap": "the sidecar listens for it; a new process is ready before the old one goes",
    "none": "it listens by itself; connections are refused during a restart",
}


def describe(path: Path, configuration: Configuration) -> str:
    """What the file at `path` configures; `configuration` is what was loaded from it."""
    specs = configuration.catalogue.specs.values()
    count = f"{len(specs)} server" + ("" if len(specs) == 1 else "s")
    blocks = [f"{path}: {count}", *map(_server, specs)]
    if not specs:
        blocks.append("note: nothing to run; add a server below [servers.NAME]")
    if configuration.web is not None:
        blocks.append(_web(configuration.web))
    return "\n\n".join(blocks)


def _web(web: WebSettings) -> str:
    host = bracketed(web.host)
    address = f"http://{host}:{web.port}" if web.port else f"{host}, any free port"
    return f"[web]\n  address    {address}; served by `sidecar web`"


def _server(spec: ServerSpec) -> str:
    lines = [spec.name, *(f"  {label:<10} {text}" for label, text in _facts(spec))]
    return "\n".join([*lines, *(f"  note: {note}" for note in _notes(spec))])


def _facts(spec: ServerSpec) -> Iterator[tuple[str, str]]:
    yield "runs", command_line(spec)
    yield "in", spec.cwd
    yield "address", _address(spec)
    if spec.has_port:
        yield "handoff", _HANDOFFS[spec.handoff]
    yield "ready", _ready(spec)
    if spec.health is not None:
        yield "health", _health(spec.health)
    yield "stop", f"asked to end, killed after {_seconds(spec.stop_timeout)}"
    yield "restart", _restart(spec.restart)
    if spec.reload:
        yield "reload", f"restarted when a file changes in {', '.join(map(quoted, spec.watch))}"
    yield "logs", _logs(spec)
    if spec.env:
        yield "env", ", ".join(sorted(spec.env))
    if spec.encoding != "utf-8":
        yield "encoding", spec.encoding
    yield "autostart", "yes" if spec.autostart else "no"


def _address(spec: ServerSpec) -> str:
    if not spec.has_port:
        return "none"
    if not spec.port:
        return f"{bracketed(spec.host)}, any free port"
    otherwise = "; the next free port if it is taken" if spec.port_conflict == "next" else ""
    return f"{url_of(spec, spec.port)}{otherwise}"


def _ready(spec: ServerSpec) -> str:
    check = spec.ready
    status = "with any status" if check.any_status else "with a status of 200 to 399"
    pattern = check.pattern.pattern if check.pattern else ""
    condition = {
        "http": f"GET {check.path} is answered {status}",
        "tcp": "it accepts a connection on its port",
        "log": f"a line of output matches {quoted(pattern)}",
        "none": f"the process has run for {_seconds(check.alive_for)}"
        if check.alive_for
        else "the process runs",
    }[check.kind]
    limit = "" if check.kind == "none" else f", within {_seconds(check.timeout)}"
    return condition + limit


def _health(check: HealthCheck) -> str:
    answer = f"answered within {_seconds(check.timeout)} with a status of 200 to 399"
    times = "a failure" if check.failures == 1 else f"{check.failures} failures in a row"
    action = {"alert": "an alert", "restart": "an alert and a restart"}[check.action]
    return f"GET {check.path} every {_seconds(check.interval)} is {answer}; after {times} {action}"


def _restart(settings: RestartSettings) -> str:
    if settings.policy == "never":
        return "only when asked for"
    occasion = {"on-failure": "ends with an error", "always": "ends by itself"}[settings.policy]
    delays = f"{_seconds(settings.first)} later"
    if settings.longest > settings.first and settings.factor > 1:
        growth = f"then {settings.factor:g} times as long each time"
        delays += f", {growth}, {_seconds(settings.longest)} at most"
    times = f"{settings.max} restart" + ("" if settings.max == 1 else "s")
    limit = f"given up after {times} in {_seconds(settings.window)}"
    return f"when it {occasion}: {delays}; {limit}"


def _logs(spec: ServerSpec) -> str:
    memory = f"{spec.logs.lines} lines in memory"
    if spec.logs.file is None:
        return memory
    rotation = f"rotated at {spec.logs.max_bytes} bytes, {spec.logs.backups} kept"
    return f"{memory}; {spec.logs.file}, {rotation}"


def _seconds(duration: float) -> str:
    return f"{duration:g} s"


def _notes(spec: ServerSpec) -> Iterator[str]:
    if not os.path.isdir(spec.cwd):
        yield f"cwd: there is no folder {spec.cwd}"
    program = spec.python if spec.command is None else spec.command[0]
    key = "python" if spec.command is None else "command"
    if shutil.which(program, path=spec.env.get("PATH")) is None:
        yield f"{key}: {_missing(program)}"
    if 0 < spec.port < FIRST_UNPRIVILEGED_PORT and _is_ordinary_user():
        yield f"port: {spec.port} is below {FIRST_UNPRIVILEGED_PORT}, which usually needs root"
    yield from _watch_notes(spec)


def _watch_notes(spec: ServerSpec) -> Iterator[str]:
    if spec.reload:
        missing = (path for path in spec.watch if not os.path.exists(path))
        yield from (f"watch: there is no {path}" for path in missing if path != spec.cwd)
    elif spec.watch != (spec.cwd,):
        yield "watch: nothing is watched unless `reload` is true"


def _missing(program: str) -> str:
    if os.path.isdir(program):
        return f"{program} is a folder"
    if os.path.exists(program):
        return f"{program} is not executable"
    return f"{program} was not found" + ("" if os.path.dirname(program) else " on PATH")


def _is_ordinary_user() -> bool:
    return os.name == "posix" and os.geteuid() != 0
