"""Says in a sentence why a server's process ended, from its exit and its last lines.

Pure guesswork with rules: each looks for a text that Python, uvicorn or the system is known to
print, and turns it into a cause and a next step. What no rule knows is told by exit code or signal.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sidecar.domain.outcome import Exit
from sidecar.domain.spec import ServerSpec, bracketed

_GROUP_MARGIN = re.compile(r"^[ ]+[|+][ ]?", re.MULTILINE)
"""How Python indents the members of an exception group."""

_SIGNALLED = "Another program or person sent that signal: find out who, then start it again."

MOST_CHARACTERS = 500
"""A cause stands at the beginning of its line; searching the rest of a long one would take long."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why, as the end of a sentence; and what to do next, as a sentence of its own."""

    why: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    explain: Callable[[re.Match[str], ServerSpec, int], Cause]
    for_app: bool = False  # what uvicorn says, which any other program may mean differently


def explain_exit(spec: ServerSpec, port: int, ended: Exit, tail: Sequence[str]) -> Cause:
    """The likeliest cause of an exit nobody asked for."""
    lines = (line[:MOST_CHARACTERS] for line in tail)
    text = _GROUP_MARGIN.sub("", _ANSI.sub("", "\n".join(lines)))
    if ended.signal is not None and ended.signal != "SIGABRT":
        return _explain_signal(ended)
    if not ended.clean:
        cause = _last_cause(spec, port, text)
        if cause is not None:
            return cause
    if ended.signal is not None:
        return _explain_signal(ended)
    return _explain_code(ended.code or 0, text)


def _last_cause(spec: ServerSpec, port: int, text: str) -> Cause | None:
    """The cause that was printed last, by the first rule that knows the line.

    A traceback names its own end last, chained ones the outermost; what came earlier may have been
    handled.
    """
    found: tuple[int, _Rule, re.Match[str]] | None = None
    for rule in _RULES:
        if rule.for_app and not spec.app:
            continue
        for match in rule.pattern.finditer(text):
            line = text.count("\n", 0, match.end())
            if found is None or line > found[0]:
                found = (line, rule, match)
    return None if found is None else found[1].explain(found[2], spec, port)


def _explain_signal(ended: Exit) -> Cause:
    if ended.out_of_memory:
        return Cause(
            "killed by SIGKILL, most likely because the system ran out of memory",
            "Give it more memory, or let it use less.",
        )
    known = {
        "SIGKILL": Cause(
            "killed by SIGKILL",
            "Someone killed it, or the system did, most often for want of memory.",
        ),
        "SIGSEGV": Cause(
            "killed by SIGSEGV: it crashed in native code",
            "Look for a C extension that was updated; `python -X faulthandler` shows where.",
        ),
        "SIGABRT": Cause("killed by SIGABRT: it aborted itself", "Its last lines say why."),
        "SIGBUS": Cause("killed by SIGBUS", "A file it had mapped shrank, or the disk is full."),
        "SIGILL": Cause(
            "killed by SIGILL: an instruction this processor does not have",
            "Install a build made for this processor.",
        ),
        "SIGTERM": Cause("ended by SIGTERM, which the sidecar did not send", _SIGNALLED),
        "SIGINT": Cause("ended by SIGINT, which the sidecar did not send", _SIGNALLED),
    }
    return known.get(ended.signal or "", Cause(f"killed by {ended.signal}", _SIGNALLED))


def _explain_code(code: int, text: str) -> Cause:
    if code == 0:
        return Cause(
            "exited with code 0",
            "A server is expected to keep running: see that its command does not detach or end.",
        )
    words = {
        126: "exited with code 126: found, but could not be executed",
        127: "exited with code 127: a command was not found",
    }
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
    why = words.get(code) or f"exited with code {code}"
    return Cause(f"{why}: {last}" if last and code not in words else why, "See its last lines.")


def _missing_module(match: re.Match[str], spec: ServerSpec, _port: int) -> Cause:
    module = match["module"]
    if spec.app and module.split(".")[0] == spec.app.split(":")[0].split(".")[0]:
        return Cause(
            f"module {module!r} was not found",
            f"Look at `app` ({spec.app}) and at `cwd`, where modules are looked for first.",
        )
    interpreter = spec.python if spec.app else "the interpreter it runs in"
    return Cause(
        f"module {module!r} is not installed",
        f"Install the package that has it for {interpreter}, or set `python` to the one that has.",
    )


def _missing_app_module(match: re.Match[str], spec: ServerSpec, _port: int) -> Cause:
    return Cause(
        f"the app's module {match['module']!r} was not found",
        f"Look at `app` ({spec.app}) and at `cwd`, where modules are looked for first.",
    )


def _missing_attribute(match: re.Match[str], _spec: ServerSpec, _port: int) -> Cause:
    return Cause(
        f"module {match['module']!r} has no attribute {match['attribute']!r}",
        "`app` is written module:attribute; name the variable that holds the ASGI app.",
    )


def _syntax_error(match: re.Match[str], _spec: ServerSpec, _port: int) -> Cause:
    place = f" in {match['file']}, line {match['line']}" if match["file"] else ""
    return Cause(f"{match['kind']}{place}: {match['what']}", "Correct the source and start again.")


def _import_error(match: re.Match[str], _spec: ServerSpec, _port: int) -> Cause:
    return Cause(
        f"an import failed: {match['what']}",
        "Correct the import, or install the version of the package that has it.",
    )


def _address_in_use(_match: re.Match[str], spec: ServerSpec, port: int) -> Cause:
    return Cause(
        f"the address {bracketed(spec.host)}:{port} is already in use",
        'Stop the program that holds the port, choose another `port`, or port_conflict = "next".',
    )


def _permission_on_bind(_match: re.Match[str], spec: ServerSpec, port: int) -> Cause:
    privileged = 0 < port < 1024
    return Cause(
        f"no permission to listen on {bracketed(spec.host)}:{port}"
        + (": ports below 1024 are privileged" if privileged else ""),
        "Choose a `port` from 1024 up." if privileged else "Choose another `port`.",
    )


def _no_such_address(_match: re.Match[str], spec: ServerSpec, _port: int) -> Cause:
    return Cause(
        f"{spec.host} is not an address of this machine",
        'Set `host` to an address of this machine, "127.0.0.1" for instance.',
    )


def _unknown_host(_match: re.Match[str], spec: ServerSpec, _port: int) -> Cause:
    return Cause(
        f"the host name {spec.host!r} is not known",
        'Correct `host`; "127.0.0.1" is this machine, for itself alone.',
    )


def _unknown_option(match: re.Match[str], _spec: ServerSpec, _port: int) -> Cause:
    return Cause(f"uvicorn does not take this: {match['what']}", "Correct `args`.")


def _out_of_memory(_match: re.Match[str], _spec: ServerSpec, _port: int) -> Cause:
    return Cause("it ran out of memory (MemoryError)", "Give it more memory, or let it use less.")


def _lifespan(match: re.Match[str], _spec: ServerSpec, _port: int) -> Cause:
    return Cause(f"its startup failed: {match['what']}", "Its last lines show where.")


def _exception(match: re.Match[str], _spec: ServerSpec, _port: int) -> Cause:
    return Cause(match["what"], "Its last lines show where.")


def _rule(
    pattern: str,
    explain: Callable[[re.Match[str], ServerSpec, int], Cause],
    *,
    for_app: bool = False,
) -> _Rule:
    return _Rule(re.compile(pattern, re.MULTILINE), explain, for_app)


# The cause printed last wins; of the rules that know its line the first: specific before general.
_RULES = (
    _rule(
        r"(?:File \"(?P<file>[^\"]+)\", line (?P<line>\d+)\n(?:(?!  File ).*\n)*?)?"
        r"^(?P<kind>SyntaxError|IndentationError|TabError): (?P<what>.*)$",
        _syntax_error,
    ),
    _rule(r"^ModuleNotFoundError: No module named '(?P<module>[^']+)'", _missing_module),
    _rule(r"Could not import module \"(?P<module>[^\"]+)\"", _missing_app_module, for_app=True),
    _rule(
        r"Attribute \"(?P<attribute>[^\"]+)\" not found in module \"(?P<module>[^\"]+)\"",
        _missing_attribute,
        for_app=True,
    ),
    _rule(r"No module named (?P<module>[\w.]+)\s*$", _missing_module),
    _rule(r"^ImportError: (?P<what>.*)$", _import_error),
    _rule(r"(?i)address already in use|EADDRINUSE|WinError 10048", _address_in_use),
    _rule(
        r"(?i)(?:bind|listen)\b(?:.*\n){0,2}.*permission denied|permission denied.*\bbind|"
        r"EACCES.*(?:listen|bind|:\d+)|(?:listen|bind).*EACCES|WinError 10013",
        _permission_on_bind,
    ),
    _rule(r"(?i)cannot assign requested address|EADDRNOTAVAIL|WinError 10049", _no_such_address),
    _rule(r"(?i)name or service not known|nodename nor servname|getaddrinfo failed", _unknown_host),
    _rule(
        r"^Error: (?P<what>(?:No such option|Invalid value|Got unexpected).*)$",
        _unknown_option,
        for_app=True,
    ),
    _rule(r"^MemoryError\b", _out_of_memory),
    _rule(
        r"^(?:ERROR: +)?(?P<what>\S.*)\s*\n\s*ERROR: +Application startup failed",
        _lifespan,
    ),
    _rule(
        r"^(?P<what>(?:[A-Za-z_][\w.]*)?(?:Error|Exception|Exit)(?:: .*)?)$",
        _exception,
    ),
)
