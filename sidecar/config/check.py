"""What a configuration means, in words for people, with notes on what looks wrong.

A note is no error: an interpreter or a folder that is missing now may well be made before the
start. The values of environment variables are never shown, nor arguments that look like secrets,
as far as that can be told.
"""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from sidecar.config.catalogue import Catalogue
from sidecar.domain.spec import HOST_PLACEHOLDER, PORT_PLACEHOLDER, ServerSpec, bracketed, url_of

# Below it, POSIX systems let only root listen unless they are told otherwise.
FIRST_UNPRIVILEGED_PORT = 1024

_HIDDEN = "[hidden]"
_SECRET_NAME = (
    r"[\w-]*(?:pass|pwd|secret|token|auth|credential|(?:api|access|private|secret)[-_]?key)[\w-]*"
)
_SECRET_OPTION = re.compile(rf"^-*(?:{_SECRET_NAME}|key)$", re.I)
_WORD = r"[^\s&;'\"]+"
_SECRET_INSIDE = re.compile(rf"\b({_SECRET_NAME}[=:]\s*|Bearer\s+){_WORD}(?: {_WORD})?", re.I)
_SECRET_IN_URL = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")
_NEEDS_QUOTES = re.compile(r"[\s'\"\\$`&|;<>()*?!#]|^$")


def describe(path: Path, catalogue: Catalogue) -> str:
    """What the file at `path` configures; `catalogue` is what was loaded from it."""
    specs = catalogue.specs.values()
    count = f"{len(specs)} server" + ("" if len(specs) == 1 else "s")
    blocks = [f"{path}: {count}", *map(_server, specs)]
    if not specs:
        blocks.append("note: nothing to run; add a server below [servers.NAME]")
    return "\n\n".join(blocks)


def _server(spec: ServerSpec) -> str:
    lines = [spec.name, *(f"  {label:<10} {text}" for label, text in _facts(spec))]
    return "\n".join([*lines, *(f"  note: {note}" for note in _notes(spec))])


def _facts(spec: ServerSpec) -> Iterator[tuple[str, str]]:
    yield "runs", " ".join(_quoted(arg) for arg in without_secrets(_argv(spec)))
    yield "in", spec.cwd
    yield "address", _address(spec)
    yield "ready", _ready(spec)
    yield "stop", f"asked to end, killed after {_seconds(spec.stop_timeout)}"
    yield "logs", _logs(spec)
    if spec.env:
        yield "env", ", ".join(sorted(spec.env))
    if spec.encoding != "utf-8":
        yield "encoding", spec.encoding
    yield "autostart", "yes" if spec.autostart else "no"


def _argv(spec: ServerSpec) -> list[str]:
    if spec.app is not None:
        address = ["--host", spec.host, "--port", str(spec.port or PORT_PLACEHOLDER)]
        return [spec.python, "-m", "uvicorn", spec.app, *address, *spec.args]
    return [_filled_in(text, spec) for text in spec.command or ()]


def _filled_in(text: str, spec: ServerSpec) -> str:
    port = str(spec.port or PORT_PLACEHOLDER)
    return text.replace(PORT_PLACEHOLDER, port).replace(HOST_PLACEHOLDER, spec.host)


def without_secrets(argv: Sequence[str]) -> Iterator[str]:
    """`argv` for a screen: the values of options that sound like secrets are hidden."""
    hide_next = False
    for arg in argv:
        option, equals, _ = arg.partition("=")
        secret = _SECRET_OPTION.match(option) is not None
        if secret and equals:
            yield f"{option}={_HIDDEN}"
        elif hide_next:
            yield _HIDDEN
        else:
            shown = _SECRET_IN_URL.sub(rf"\1{_HIDDEN}@", arg)
            yield _SECRET_INSIDE.sub(rf"\1{_HIDDEN}", shown)
        hide_next = secret and not equals and arg.startswith("-")


def _quoted(arg: str) -> str:
    quoted = "'" + arg.replace("'", "'\\''") + "'" if _NEEDS_QUOTES.search(arg) else arg
    return quoted if quoted.isprintable() else repr(arg)


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
        "tcp": "the port accepts a connection",
        "log": f"a line of output matches {_quoted(pattern)}",
        "none": f"the process has run for {_seconds(check.alive_for)}"
        if check.alive_for
        else "the process runs",
    }[check.kind]
    limit = "" if check.kind == "none" else f", within {_seconds(check.timeout)}"
    return condition + limit


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


def _missing(program: str) -> str:
    if os.path.isdir(program):
        return f"{program} is a folder"
    if os.path.exists(program):
        return f"{program} is not executable"
    return f"{program} was not found" + ("" if os.path.dirname(program) else " on PATH")


def _is_ordinary_user() -> bool:
    return os.name == "posix" and os.geteuid() != 0
