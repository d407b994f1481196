"""What is wrong with a setting, and how the writer of each format spells keys and tables.

Owns no rules: it only carries and prints what others found.
"""

from collections.abc import Iterable
from typing import NamedTuple

KeyPath = tuple[str | int, ...]

# A key out of a broken or hostile message may be of any length; an error stays one readable line.
LONGEST_SHOWN = 100


class Problem(NamedTuple):
    """`message` says what is wrong with the setting at `path`, and the cure."""

    path: KeyPath
    message: str


class Style(NamedTuple):
    """How a format writes settings, so that errors speak the language of their reader."""

    table: str
    camel_case: bool

    def spell(self, key: str) -> str:
        """The key `port_conflict` as this format writes it."""
        return camel_case(key) if self.camel_case else key


TOML = Style(table="a table", camel_case=False)
JSON = Style(table="an object", camel_case=True)


def camel_case(key: str) -> str:
    """`port_conflict` as JSON writes it: `portConflict`."""
    first, *others = key.split("_")
    return first + "".join(word.capitalize() for word in others)


def below(prefix: KeyPath, problems: Iterable[Problem]) -> list[Problem]:
    """The same problems, with paths that start further up."""
    return [Problem((*prefix, *problem.path), problem.message) for problem in problems]


def dotted(path: KeyPath) -> str:
    """`path` on one printable line: `servers.api.command.0`."""
    return ".".join(shown(part) for part in path)


def shown(part: str | int) -> str:
    """A key from outside, made fit for a message."""
    text = str(part)
    if len(text) > LONGEST_SHOWN:
        text = text[: LONGEST_SHOWN - 1] + "…"
    return text if text.isprintable() else repr(text)[1:-1]


def unknown_key(key: str, known: Iterable[str]) -> str:
    """What to say of a key that nobody knows."""
    return unknown("key", key, known)


def unknown(what: str, given: str, known: Iterable[str]) -> str:
    """What to say of a word that is none of the `known` ones."""
    import difflib  # only needed once something is wrong

    near = difflib.get_close_matches(given[:LONGEST_SHOWN], list(known), n=1)
    cure = f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(known)}"
    return f"unknown {what}; {cure}"
