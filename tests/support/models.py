"""Validates results and notifications against the models of `sidecar.protocol.messages`."""

from typing import Any


def check_params(topic: str, params: Any) -> None:
    """Asserts that `params` are what the protocol promises for notifications of `topic`."""


def check_result(method: str, result: Any) -> None:
    """Asserts that `result` is what the protocol promises for `method`."""
