"""From a TOML file to what it configures, or to everything that is wrong with the file.

Owns how the file is read and how its problems are written, one line each:
`file: key: what is wrong, and the cure`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast

from sidecar.config.catalogue import Catalogue
from sidecar.config.problems import TOML, Problem, below, dotted, unknown_key
from sidecar.config.unsupported import TOP_LEVEL_KEYS, refusal
from sidecar.config.web import WebSettings, read_web
from sidecar.domain.errors import SidecarError

# More than this is not a configuration but a wrong path, and would only fill the memory.
MOST_BYTES = 4 * 1024 * 1024

_SERVERS = "servers"
_WEB = "web"
_POSITION = re.compile(r"^(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)$", re.S)


class ConfigFileError(SidecarError):
    """The file cannot be used; `problems` has one line for each thing that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Configuration(NamedTuple):
    """Everything that a file configures; `web` is None if it says nothing of it."""

    catalogue: Catalogue
    web: WebSettings | None


def load(path: Path) -> Catalogue:
    """The servers that the file at `path` configures, once all of it has been found sound."""
    return load_configuration(path).catalogue


def load_configuration(path: Path) -> Configuration:
    """Everything that the file at `path` configures. Raises ConfigFileError."""
    table = _parse(path, _read(path))
    catalogue = Catalogue()
    problems = list(_top_level_problems(table))
    servers = table.get(_SERVERS, {})
    if isinstance(servers, Mapping):
        named = cast(Mapping[str, object], servers)
        # Joined by hand, not resolved: the file may be a link, and paths start beside the link.
        _, found = catalogue.put(named, path.absolute().parent, TOML)
        problems += below((_SERVERS,), found)
    web = None
    if _WEB in table:
        web, found = read_web(table[_WEB])
        problems += below((_WEB,), found)
    if problems:
        raise ConfigFileError([_line(path, problem) for problem in problems])
    return Configuration(catalogue, web)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise _unusable(path, "no such file; check the path given to --config") from None
    except IsADirectoryError:
        raise _unusable(path, "is a folder; name the TOML file in it") from None
    except PermissionError:  # which is also what Windows says of a folder
        raise _unusable(path, "may not be read by this user; change its permissions") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise _unusable(path, f"cannot be read: {why or 'not a valid path'}") from None
    if len(content) > MOST_BYTES:
        raise _unusable(path, "is over 4 MiB; is it the right file?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unusable(path, f"line {line}: is not UTF-8; save the file as UTF-8") from None


def _parse(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _unusable(path, "is nested too deeply; flatten it") from None
    except tomllib.TOMLDecodeError as error:
        position = _POSITION.match(str(error))
        if position is None:
            raise _unusable(path, f"is not valid TOML: {error}") from None
        where = f"line {position['line']}, column {position['column']}"
        raise _unusable(path, f"{where}: is not valid TOML: {position['what']}") from None
    except ValueError:  # of int(), which tomllib lets through
        raise _unusable(path, "holds a number of thousands of digits; shorten it") from None


def _top_level_problems(table: Mapping[str, object]) -> Iterator[Problem]:
    for key, value in table.items():
        if key in TOP_LEVEL_KEYS:
            yield Problem((key,), refusal(f"[{key}]"))
        elif key not in (_SERVERS, _WEB):
            yield Problem((key,), unknown_key(key, [_SERVERS, _WEB]))
        elif key == _SERVERS and not isinstance(value, Mapping):
            yield Problem((key,), "should be a table; a server stands below [servers.NAME]")


def _unusable(path: Path, message: str) -> ConfigFileError:
    return ConfigFileError([f"{path}: {message}"])


def _line(path: Path, problem: Problem) -> str:
    return f"{path}: {dotted(problem.path)}: {problem.message}"
