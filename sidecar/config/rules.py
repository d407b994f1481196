"""What must hold for the settings of a server beyond their shape.

Every rule yields problems with paths that start at the server. The values of `env` and of
arguments never get into a message: they may be secrets.
"""

import codecs
import re
import socket
from collections.abc import Iterator

from sidecar.config.problems import KeyPath, Problem
from sidecar.config.settings import ServerSettings
from sidecar.config.tables import HealthSettings, ReadySettings, RestartSettings
from sidecar.domain.spec import FD_PLACEHOLDER

READY_KINDS = ("http", "tcp", "log", "none")
LONGEST_NAME = 100
LONGEST_LABEL = 63  # of the parts of a host name, by RFC 1035

# Options of uvicorn that would take the server out of the sidecar's hands, and the cures.
OWNED_ARGS = {
    "--host": "set `host` instead",
    "--port": "set `port` instead",
    "--fd": "set `host` and `port` instead",
    "--uds": "set `host` and `port` instead",
    "--reload": "set `reload` to true instead",
    "--reload-dir": "set `watch` instead",
}
RELOAD_ARG = "--reload"

_IDENTIFIERS = re.compile(r"[\w-]+(\.[\w-]+)*:\w+(\.\w+)*")


def name_problem(name: str) -> str | None:
    """What is wrong with the name of a server, if anything."""
    if 1 <= len(name) <= LONGEST_NAME and all(map(_may_be_in_name, name)):
        return None
    return f'a server\'s name is 1 to {LONGEST_NAME} letters, digits, "-", "_" and "."'


def _may_be_in_name(char: str) -> bool:
    if char.isalnum() or char in "-_.":
        return True
    import unicodedata  # for the few names that need it: the vowel signs of some scripts

    return unicodedata.category(char).startswith("M")


def problems_of(settings: ServerSettings) -> list[Problem]:
    """Everything that is wrong with `settings`, which have the right shape."""
    return [
        *_what_runs(settings),
        *_args(settings),
        *host_problems(settings.host),
        *_env(settings.env),
        *_encoding(settings.encoding),
        *_ready(settings.ready),
        *_health(settings.health),
        *_restart(settings.restart),
        *_watch(settings.watch),
        *_handoff(settings),
    ]


def _what_runs(settings: ServerSettings) -> Iterator[Problem]:
    app, command = settings.app, settings.command
    if app is None and command is None:
        yield Problem((), "has nothing to run; give it `app` or `command`")
    elif app is not None and command is not None:
        yield Problem(("command",), "excludes `app`; keep one of them")
    elif app is not None:
        module = app.partition(":")[0]
        if not _IDENTIFIERS.fullmatch(app) or module.endswith(".py"):
            yield Problem(
                ("app",), 'should name a module as Python imports it, such as "myserver.main:app"'
            )
    elif command is not None:
        if not command[0]:
            yield Problem(("command", 0), "should be a program, not empty")
        if settings.python is not None:
            cure = "leave it out, or let `command` begin with the interpreter"
            yield Problem(("python",), f"is only used with `app`; {cure}")


def _args(settings: ServerSettings) -> Iterator[Problem]:
    if settings.args and settings.app is None and settings.command is not None:
        yield Problem(("args",), "is only used with `app`; add the arguments to `command`")
    for index, arg in enumerate(settings.args):
        option = arg.partition("=")[0]
        if option in OWNED_ARGS or option.startswith(RELOAD_ARG):
            cure = OWNED_ARGS.get(option, OWNED_ARGS[RELOAD_ARG])
            yield Problem(("args", index), f"{option} is up to the sidecar; {cure}")


def host_problems(host: str) -> Iterator[Problem]:
    """What is wrong with an address or a host name to listen on, as a setting named `host`."""
    if host.startswith("["):
        yield Problem(("host",), 'should be written without brackets, as in "::1"')
    elif ":" in host and canonical_ipv6(host) is None:
        yield Problem(("host",), "is no IPv6 address; a port is set with `port`")
    elif not _is_host_name(host):
        yield Problem(("host",), "is no host name: its parts have 1 to 63 characters each")


def _is_host_name(host: str) -> bool:
    if not host.isascii():  # the codec of such names takes longer to load than all the rest here
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return False
    labels = host.removesuffix(".").split(".")
    return ":" in host or all(0 < len(label) <= LONGEST_LABEL for label in labels)


def canonical_ipv6(host: str) -> str | None:
    """The one spelling of an IPv6 address, its zone left out; None if it is no such address."""
    try:
        return socket.inet_ntop(
            socket.AF_INET6, socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
        )
    except (OSError, ValueError):
        return None


def _env(env: dict[str, str]) -> Iterator[Problem]:
    for name in env:
        if not name:
            yield Problem(("env",), "holds a variable without a name; give it one")
        elif "=" in name or "\0" in name:
            yield Problem(("env", name), 'should be a name without "=" and NUL')


def _encoding(encoding: str) -> Iterator[Problem]:
    try:
        codecs.lookup(encoding)
    except (LookupError, ValueError):
        yield Problem(("encoding",), 'is not known to Python; "utf-8" is the usual one')
        return
    try:
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        newlines_survive = decoder.decode(b"\r\n") == "\r\n"
    except Exception:  # noqa: BLE001 - from bytes to bytes, not piece by piece: each objects its way
        newlines_survive = False
    if not newlines_survive:
        yield Problem(
            ("encoding",),
            "does not write line ends as ASCII does, so lines cannot be told apart; "
            'let the server write "utf-8"',
        )


def _ready(ready: ReadySettings) -> Iterator[Problem]:
    given = kinds_given(ready)
    if len(given) > 1:
        others = ", ".join(f"`{kind}`" for kind in given[:-1])
        yield Problem(("ready", given[-1]), f"excludes {others}; keep one of them")
    if ready.log is not None:
        try:
            re.compile(ready.log)
        except (re.error, OverflowError, RecursionError) as error:
            why = str(error) or "nested too deeply"
            yield Problem(("ready", "log"), f"is not a valid regular expression: {why}")


def kinds_given(ready: ReadySettings) -> list[str]:
    """The kinds of readiness that the settings ask for."""
    return [kind for kind in READY_KINDS if getattr(ready, kind) is not None]


def _health(health: HealthSettings | None) -> Iterator[Problem]:
    if health is not None and health.http is None:
        yield Problem(("health",), 'needs `http`, the path to ask for, such as "/health"')


def _restart(restart: RestartSettings) -> Iterator[Problem]:
    first, _, longest = restart.backoff
    if longest < first:
        yield Problem(
            ("restart", "backoff", 2),
            f"the longest delay should not be below the first one, which is {first:g}",
        )


def _watch(watch: list[str] | None) -> Iterator[Problem]:
    for index, path in enumerate(watch or ()):
        if not path:
            yield Problem(("watch", index), 'should be a path, not empty; "." is the folder itself')


def _handoff(settings: ServerSettings) -> Iterator[Problem]:
    places = fd_places(settings)
    if not places:
        return
    if settings.command is None:
        cure = "leave it out: an app is handed its socket anyway"
        yield Problem(places[0], f'"{FD_PLACEHOLDER}" is only filled in with `command`; {cure}')
    elif settings.handoff == "none":
        cure = f'set "socket" or "overlap", or take "{FD_PLACEHOLDER}" out'
        yield Problem(("handoff",), f'leaves no socket for "{FD_PLACEHOLDER}"; {cure}')


def fd_places(settings: ServerSettings) -> list[KeyPath]:
    """The settings that mention the descriptor of the listening socket."""
    texts: list[tuple[KeyPath, str]] = [
        *((("command", index), text) for index, text in enumerate(settings.command or ())),
        *((("env", name), text) for name, text in settings.env.items()),
    ]
    return [path for path, text in texts if FD_PLACEHOLDER in text]
