"""Validates params, results and notifications against the models of the protocol."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sidecar.protocol.interface import METHODS, NOTIFICATIONS

METHOD_NAMES = frozenset(method.name for method in METHODS)
TOPICS = frozenset(notification.topic for notification in NOTIFICATIONS)


def check_request(method: str, params: Any) -> None:
    """Asserts that `params` are what `method` takes."""
    _check(_models()[0][method], params, f"params of {method}")


def check_result(method: str, result: Any) -> None:
    """Asserts that `result` is what the protocol promises for `method`."""
    _check(_models()[1][method], result, f"result of {method}")


def check_params(topic: str, params: Any) -> None:
    """Asserts that `params` are what the protocol promises for notifications of `topic`."""
    assert topic in TOPICS, f"there is no topic {topic}"
    _check(_models()[2][topic], params, f"params of {topic}")


Models = dict[str, TypeAdapter[Any]]


@cache
def _models() -> tuple[Models, Models, Models]:
    """What each method takes, what it answers, and what each notification carries."""
    return (
        {method.name: TypeAdapter(method.params) for method in METHODS},
        {method.name: TypeAdapter(method.result) for method in METHODS},
        {notice.topic: TypeAdapter(notice.params) for notice in NOTIFICATIONS},
    )


def _check(model: TypeAdapter[Any], value: Any, what: str) -> None:
    try:
        model.validate_python(value, by_alias=True, by_name=False)
    except ValidationError as error:
        raise AssertionError(f"{what}: {error}\n    in {value!r:.1000}") from None
