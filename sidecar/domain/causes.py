"""The causes that Python, uvicorn or the system are known to print, and what to do about them.

Each rule looks for a text and turns it into a cause and a next step. Knows nothing of exit codes
and signals.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from sidecar.domain.spec import ServerSpec, bracketed


class Cause(NamedTuple):
    """Why, as the end of a sentence; and what to do next, as a sentence of its own.

    `permanent` says that another start would end the same way, unless somebody mends something.
    """

    why: str
    hint: str | None = None
    permanent: bool = False


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    explain: Callable[[re.Match[str], ServerSpec, int], Cause]
    permanent: bool | None  # None if the text does not tell
    for_app: bool  # what uvicorn says, which any other program may mean differently


def last_cause(spec: ServerSpec, port: int, text: str, *, permanent: bool) -> Cause | None:
    """The cause that was printed last, by the first rule that knows the line.

    A traceback names its own end last, chained ones the outermost; what came earlier may have been
    handled. `permanent` is what holds where the text does not tell.
    """
    found: tuple[int, _Rule, re.Match[str]] | None = None
    for rule in _RULES:
        if rule.for_app and not spec.app:
            continue
        for match in rule.pattern.finditer(text):
            line = text.count("\n", 0, match.end())
            if found is None or line > found[0]:
                found = (line, rule, match)
    if found is None:
        return None
    _, rule, match = found
    cause = rule.explain(match, spec, port)
    return cause._replace(permanent=permanent if rule.permanent is None else rule.permanent)


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


def _app_not_loaded(match: re.Match[str], spec: ServerSpec, _port: int) -> Cause:
    return Cause(
        f"the app could not be loaded: {match['what']}",
        f"Look at `app` ({spec.app}); it is written module:attribute.",
    )


def _tls_files(match: re.Match[str], _spec: ServerSpec, _port: int) -> Cause:
    return Cause(
        f"its TLS files cannot be used: {match['what']}",
        "See that certificate and key exist, can be read, and belong together.",
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
    permanent: bool | None,
    for_app: bool = False,
) -> _Rule:
    return _Rule(re.compile(pattern, re.MULTILINE), explain, permanent, for_app)


# The cause printed last wins; of the rules that know its line the first: specific before general.
_RULES = (
    _rule(
        r"(?:File \"(?P<file>[^\"]+)\", line (?P<line>\d+)\n(?:(?!  File ).*\n)*?)?"
        r"^(?P<kind>SyntaxError|IndentationError|TabError): (?P<what>.*)$",
        _syntax_error,
        permanent=True,
    ),
    _rule(
        r"^ModuleNotFoundError: No module named '(?P<module>[^']+)'",
        _missing_module,
        permanent=True,
    ),
    _rule(
        r"Could not import module \"(?P<module>[^\"]+)\"",
        _missing_app_module,
        permanent=True,
        for_app=True,
    ),
    _rule(
        r"Attribute \"(?P<attribute>[^\"]+)\" not found in module \"(?P<module>[^\"]+)\"",
        _missing_attribute,
        permanent=True,
        for_app=True,
    ),
    _rule(
        r"Error loading ASGI app(?: factory)?[.:] (?P<what>.*)$",
        _app_not_loaded,
        permanent=True,
        for_app=True,
    ),
    _rule(r"No module named (?P<module>[\w.]+)\s*$", _missing_module, permanent=True),
    _rule(r"^ImportError: (?P<what>.*)$", _import_error, permanent=True),
    _rule(
        r"(?i)address already in use|EADDRINUSE|WinError 10048",
        _address_in_use,
        permanent=False,
    ),
    _rule(
        r"(?i)(?:bind|listen)\b(?:.*\n){0,2}.*permission denied|permission denied.*\bbind|"
        r"EACCES.*(?:listen|bind|:\d+)|(?:listen|bind).*EACCES|WinError 10013",
        _permission_on_bind,
        permanent=True,
    ),
    # An address and a name may be missing only until the network is there.
    _rule(
        r"(?i)cannot assign requested address|EADDRNOTAVAIL|WinError 10049",
        _no_such_address,
        permanent=False,
    ),
    _rule(
        r"(?i)name or service not known|nodename nor servname|getaddrinfo failed",
        _unknown_host,
        permanent=False,
    ),
    _rule(
        r"(?:^Error: (?=No such option|Invalid value|Got unexpected|Missing |Option )|"
        r"\bImportFromStringError: |Error loading custom loop setup function\. )(?P<what>.*)$",
        _unknown_option,
        permanent=True,
        for_app=True,
    ),
    _rule(
        r"\b(?:load_cert_chain|load_verify_locations|set_ciphers)\(.*\n(?:[ ~^]+\n)?"
        r"(?P<what>(?:[A-Za-z_][\w.]*)?Error\b.*)$",
        _tls_files,
        permanent=True,
    ),
    _rule(r"^MemoryError\b", _out_of_memory, permanent=False),
    _rule(
        r"^(?:ERROR: +)?(?P<what>\S.*)\s*\n\s*ERROR: +Application startup failed",
        _lifespan,
        permanent=True,
    ),
    _rule(
        r"^(?P<what>(?:[A-Za-z_][\w.]*)?(?:Error|Exception|Exit)(?:: .*)?)$",
        _exception,
        permanent=None,
    ),
)
