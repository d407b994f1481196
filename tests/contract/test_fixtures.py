"""The sample messages in `fixtures/`, which the clients' tests read too, fit the protocol's models.

A file is named `METHOD.request.json`, `METHOD.response.json`, `TOPIC.notification.json` or
`error--WHAT.response.json`, with `--VARIANT` before the kind where there are several.
"""

from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from sidecar.protocol import codes
from tests.support.models import METHOD_NAMES, TOPICS, check_params, check_request, check_result
from tests.support.wire import check_envelope

FOLDER = Path(__file__).parent / "fixtures"


class Sample(NamedTuple):
    """A file taken apart: `start--cancelled.response.json` is a response, and to `start`."""

    path: Path
    name: str
    kind: str

    @property
    def message(self) -> Any:
        """The message in it."""
        return orjson.loads(self.path.read_bytes())


def samples(kind: str) -> list[Sample]:
    """The samples of a kind, in order of their names."""
    found: list[Sample] = []
    for path in sorted(FOLDER.glob(f"*.{kind}.json")):
        stem = path.name.removesuffix(f".{kind}.json")
        found.append(Sample(path, stem.partition("--")[0], kind))
    return found


def identified(kind: str) -> Any:
    """The samples of a kind as parameters of a test."""
    return pytest.mark.parametrize("sample", samples(kind), ids=lambda sample: sample.path.stem)


@identified("request")
def test_a_request_is_one_that_the_sidecar_accepts(sample: Sample) -> None:
    message = sample.message
    assert message["jsonrpc"] == "2.0"
    assert message["method"] == sample.name
    assert set(message) <= {"jsonrpc", "id", "method", "params"}
    check_request(sample.name, message.get("params", {}))


@identified("response")
def test_a_response_is_one_that_the_sidecar_may_send(sample: Sample) -> None:
    message = sample.message
    check_envelope(message)
    assert ("error" in message) == (sample.name == "error")
    if "error" in message:
        assert message["error"]["code"] in codes.ERRORS
    else:
        check_result(sample.name, message["result"])


@identified("notification")
def test_a_notification_is_one_that_the_sidecar_may_send(sample: Sample) -> None:
    message = sample.message
    check_envelope(message)
    assert message["method"] == sample.name
    check_params(sample.name, message["params"])


def test_every_method_topic_and_error_has_a_sample() -> None:
    responses = samples("response")
    assert {sample.name for sample in samples("request")} == METHOD_NAMES
    assert {sample.name for sample in responses} == METHOD_NAMES | {"error"}
    assert {sample.name for sample in samples("notification")} == TOPICS
    shown = {sample.message["error"]["code"] for sample in responses if sample.name == "error"}
    assert shown == set(codes.ERRORS)


def test_every_file_is_read_by_a_test() -> None:
    kinds = ("request", "response", "notification")
    read = {sample.path for kind in kinds for sample in samples(kind)}
    assert read == set(FOLDER.iterdir())
