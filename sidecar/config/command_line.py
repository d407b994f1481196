"""The command line of a server for a screen: quoted as a shell wants it, secrets hidden.

What looks like a secret is told by the names of options, so that not every one can be known.
"""

import re
from collections.abc import Iterator, Sequence

from sidecar.domain.spec import HOST_PLACEHOLDER, PORT_PLACEHOLDER, ServerSpec

_HIDDEN = "[hidden]"
_SECRET_NAME = (
    r"[\w-]*(?:pass|pwd|secret|token|auth|credential|(?:api|access|private|secret)[-_]?key)[\w-]*"
)
_SECRET_OPTION = re.compile(rf"^-*(?:{_SECRET_NAME}|key)$", re.I)
_WORD = r"[^\s&;'\"]+"
_SECRET_INSIDE = re.compile(rf"\b({_SECRET_NAME}[=:]\s*|Bearer\s+){_WORD}(?: {_WORD})?", re.I)
_SECRET_IN_URL = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")
_NEEDS_QUOTES = re.compile(r"[\s'\"\\$`&|;<>()*?!#]|^$")


def command_line(spec: ServerSpec) -> str:
    """What is run, in one line."""
    return " ".join(quoted(arg) for arg in without_secrets(_argv(spec)))


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


def quoted(arg: str) -> str:
    """`arg` as one word that can be printed."""
    quoted = "'" + arg.replace("'", "'\\''") + "'" if _NEEDS_QUOTES.search(arg) else arg
    return quoted if quoted.isprintable() else repr(arg)
