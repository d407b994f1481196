"""The kinds of values that are numbers, or lists of them; as strict as the other `kinds`.

A whole number is a fine duration, but `true` is none, though Python would take it for 1.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from sidecar.config.kinds import Kind, unquoted
from sidecar.config.problems import Problem, Style

# Beyond this (31 years) a duration is a slip of the pen, and timers of the platform overflow.
LONGEST_SECONDS = 1e9


class Whole(Kind):
    """A whole number from `low` to `high`."""

    annotation = int

    def __init__(self, low: int, high: int) -> None:
        super().__init__(f"a whole number from {low} to {high}", {"ge": low, "le": high})
        self._low = low
        self._high = high

    def accepts(self, value: object) -> bool:
        return type(value) is int and self._low <= value <= self._high

    def problems(self, value: object, style: Style) -> Iterator[Problem]:
        return unquoted(super().problems(value, style), value)


class Number(Kind):
    """A number from `low` to `high`, with a fraction or without."""

    annotation = float

    def __init__(self, low: float, high: float) -> None:
        super().__init__(f"a number from {low:g} to {high:g}", {"ge": low, "le": high})
        self._low = low
        self._high = high

    def accepts(self, value: object) -> bool:
        # nan compares as false with everything
        return type(value) in (int, float) and self._low <= cast(float, value) <= self._high

    def problems(self, value: object, style: Style) -> Iterator[Problem]:
        return unquoted(super().problems(value, style), value)


class Seconds(Kind):
    """A duration."""

    annotation = float

    def __init__(self) -> None:
        limits = {"gt": 0, "le": LONGEST_SECONDS}
        super().__init__("a number of seconds above 0, at most 1e9", limits)

    def accepts(self, value: object) -> bool:
        return type(value) in (int, float) and 0 < cast(float, value) <= LONGEST_SECONDS

    def problems(self, value: object, style: Style) -> Iterator[Problem]:
        return unquoted(super().problems(value, style), value)


class Place(NamedTuple):
    """One place of a `Row`: what the value there is called, and its kind."""

    name: str
    kind: Kind


class Row(Kind):
    """A list with a meaning for each of its places, none of which may be left out."""

    def __init__(self, expected: str, *places: Place) -> None:
        super().__init__(expected)
        self.places = places

    def accepts(self, value: object) -> bool:
        return isinstance(value, list) and len(cast(list[Any], value)) == len(self.places)

    def problems(self, value: object, style: Style) -> Iterator[Problem]:
        if not self.accepts(value):
            yield from super().problems(value, style)
            return
        items = zip(self.places, cast(list[object], value), strict=True)
        for index, (place, item) in enumerate(items):
            for problem in place.kind.problems(item, style):
                yield Problem((index, *problem.path), f"{place.name} {problem.message}")
