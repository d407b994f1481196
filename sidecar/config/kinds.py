"""The kinds of values that settings take: what each accepts, and what it says when it refuses.

Types are strict: the text "8121" and `true` are no port. Nothing here knows a key; numbers are in
`numeric`. `constraints` and `annotation` restate a kind for the documentation that
`models` makes; the checks themselves need no pydantic, whose import would be most of the time that
the sidecar takes to read its configuration. For the same reason these are no dataclasses.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypedDict, cast

from sidecar.config.problems import Problem, Style

NUL = "should not contain a NUL character"


class Kind(ABC):
    """One kind of value; `expected` completes the sentence "should be …"."""

    annotation: Any = object

    def __init__(self, expected: str, constraints: Mapping[str, Any] | None = None) -> None:
        self.expected = expected
        self.constraints = constraints or {}

    @abstractmethod
    def accepts(self, value: object) -> bool:
        """Whether `value` as a whole is of this kind."""

    def problems(self, value: object, style: Style) -> Iterator[Problem]:
        """What is wrong with `value`, with paths that start at it."""
        if not self.accepts(value):
            yield Problem((), f"should be {self.expected}{_hint(value)}")


def _hint(value: object) -> str:
    return ", not null; leave the key out for its default" if value is None else ""


class Text(Kind):
    """A string, not empty, that `pattern` matches as a whole."""

    annotation = str

    def __init__(self, expected: str, pattern: str | None = None) -> None:
        super().__init__(expected, {"pattern": f"^{pattern}$"} if pattern else {"min_length": 1})
        self._pattern = pattern

    def accepts(self, value: object) -> bool:
        if not isinstance(value, str) or not value:
            return False
        return self._pattern is None or re.fullmatch(self._pattern, value) is not None

    def problems(self, value: object, style: Style) -> Iterator[Problem]:
        yield from super().problems(value, style)
        if isinstance(value, str) and "\0" in value:
            yield Problem((), NUL)


class Choice(Kind):
    """One of a few words."""

    def __init__(self, expected: str, options: tuple[str, ...]) -> None:
        super().__init__(expected)
        self._options = options
        self.annotation = Literal[options]

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and value in self._options


class Flag(Kind):
    """True or false."""

    annotation = bool

    def __init__(self) -> None:
        super().__init__("true or false")

    def accepts(self, value: object) -> bool:
        return isinstance(value, bool)

    def problems(self, value: object, style: Style) -> Iterator[Problem]:
        return unquoted(super().problems(value, style), value)


class Yes(Kind):
    """Something that can only be chosen."""

    annotation = Literal[True]

    def __init__(self) -> None:
        super().__init__("true; leave the key out otherwise")

    def accepts(self, value: object) -> bool:
        return value is True


def unquoted(problems: Iterator[Problem], value: object) -> Iterator[Problem]:
    """The problems of a value that is written without quotes, with the cure if it has some."""
    cure = ", without quotes" if isinstance(value, str) else ""
    return (Problem(problem.path, problem.message + cure) for problem in problems)


class Texts(Kind):
    """A list of strings."""

    annotation = list[str]

    def __init__(self, expected: str, at_least: int = 0) -> None:
        super().__init__(expected, {"min_length": at_least} if at_least else {})
        self._at_least = at_least

    def accepts(self, value: object) -> bool:
        return isinstance(value, list) and len(cast(list[object], value)) >= self._at_least

    def problems(self, value: object, style: Style) -> Iterator[Problem]:
        yield from super().problems(value, style)
        if isinstance(value, list):
            for index, item in enumerate(cast(list[object], value)):
                yield from _string_problems(index, item)


class TextTable(Kind):
    """Strings by name."""

    annotation = dict[str, str]

    def accepts(self, value: object) -> bool:
        return isinstance(value, Mapping)

    def problems(self, value: object, style: Style) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield Problem((), f"should be {style.table} of {self.expected}{_hint(value)}")
            return
        for name, item in cast(Mapping[str, object], value).items():
            yield from _string_problems(name, item)


def _string_problems(key: str | int, value: object) -> Iterator[Problem]:
    # The value itself is never shown: it may be a secret.
    if isinstance(value, str):
        if "\0" in value:
            yield Problem((key,), NUL)
    elif isinstance(value, bool):
        yield Problem((key,), 'should be a string: put it in quotes, as in "true"')
    elif isinstance(value, int | float):
        yield Problem((key,), 'should be a string: put the number in quotes, as in "8000"')
    else:
        yield Problem((key,), f"should be a string{_hint(value)}")


class Table(Kind):
    """Settings of their own; `of` is the dataclass that lists them."""

    def __init__(self, of: type) -> None:
        super().__init__("settings")
        self.annotation = of
        self.of = of

    def accepts(self, value: object) -> bool:
        return isinstance(value, Mapping)


class About(TypedDict):
    """What goes with a key: the values it takes and the line that documents it."""

    kind: Kind
    description: str


def about(kind: Kind, description: str) -> About:
    """The metadata of a field."""
    return {"kind": kind, "description": description}
