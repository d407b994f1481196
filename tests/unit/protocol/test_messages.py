"""The models refuse what the protocol rules out: nulls, unknown keys, messages that disagree."""

from types import ModuleType
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from sidecar.config.models import JsonModel
from sidecar.domain.errors import FailureCode
from sidecar.protocol import codes, failures, messages, notices
from sidecar.protocol.failures import FAILURES
from sidecar.protocol.values import Topic
from sidecar.supervision.server import STATUS_LOG_LINES

TIME = "2026-03-01T09:30:00.125Z"
STOPPED = {
    "name": "api",
    "kind": "local",
    "status": "stopped",
    "port": 8121,
    "host": "127.0.0.1",
    "restarts": 0,
    "conditions": [],
}
RUNNING = STOPPED | {"status": "running", "pid": 42, "uptime": 0.5}
LOG = {"name": "api", "stream": "stdout", "text": "a\nb", "count": 2, "seq": 1, "time": TIME}
STATUS = STOPPED | {"logs": []}
DONE = {"success": True, "message": "api is stopped", "status": STATUS}
FAILED = {"success": False, "message": "no", "error": {"code": "CANCELLED"}}


def models_of(module: ModuleType) -> list[type[JsonModel]]:
    """The models that a module defines."""
    found = [value for value in vars(module).values() if isinstance(value, type)]
    return [
        value
        for value in found
        if issubclass(value, JsonModel) and value.__module__ == module.__name__
    ]


MODELS = [model for module in (failures, messages, notices) for model in models_of(module)]
KEYS = [(model, field.alias) for model in MODELS for field in model.model_fields.values()]


def refusals(model: type[JsonModel], value: Any) -> set[tuple[Any, str]]:
    """The keys that the model finds fault with, and the kind of fault."""
    try:
        model.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as error:
        return {(item["loc"][0] if item["loc"] else "", item["type"]) for item in error.errors()}
    return set()


@pytest.mark.parametrize(("model", "key"), KEYS, ids=lambda part: getattr(part, "__name__", part))
def test_no_key_but_the_code_of_a_stopped_server_may_be_null(
    model: type[JsonModel], key: str
) -> None:
    faults = {where for where, kind in refusals(model, {key: None}) if kind != "missing"}
    assert faults == (set() if (model, key) == (notices.StoppedParams, "code") else {key})


@pytest.mark.parametrize("model", [m for m in MODELS if m is not messages.OpenRpcDocument])
def test_no_unknown_key_is_let_through(model: type[JsonModel]) -> None:
    assert ("surprise", "extra_forbidden") in refusals(model, {"surprise": 1})


def test_keys_are_in_camel_case_only() -> None:
    assert not refusals(messages.StatusParams, STOPPED | {"lastError": "it failed"})
    assert refusals(messages.StatusParams, STOPPED | {"last_error": "it failed"})


def test_a_notification_of_a_status_lacks_the_lines_and_nothing_else() -> None:
    lines_only = set(messages.ServerStatus.model_fields) - set(messages.StatusParams.model_fields)
    assert lines_only == {"logs"}
    assert not refusals(messages.ServerStatus, STATUS)
    assert refusals(messages.ServerStatus, STOPPED) == {("logs", "missing")}
    assert refusals(messages.StatusParams, STATUS) == {("logs", "extra_forbidden")}


@pytest.mark.parametrize(
    ("model", "sound"),
    [
        (messages.StatusParams, STOPPED),
        (messages.StatusParams, RUNNING),
        (messages.StatusParams, STOPPED | {"signal": "SIGKILL"}),
        (messages.StatusParams, STOPPED | {"status": "starting", "retryAt": TIME}),
        (messages.ServerControlResponse, DONE),
        (messages.ServerControlResponse, FAILED),
        (messages.UpdateServerResponse, DONE | {"restartRequired": False}),
        (notices.LogParams, LOG),
        (notices.LogParams, LOG | {"text": "", "count": 1}),
        (notices.LogParams, LOG | {"text": "", "count": 0, "dropped": 3}),
        (notices.StoppedParams, {"name": "api", "code": 0, "expected": True}),
        (
            notices.StoppedParams,
            {"name": "api", "code": None, "signal": "SIGTERM", "expected": True},
        ),
    ],
)
def test_what_the_protocol_allows_passes(model: type[JsonModel], sound: Any) -> None:
    assert not refusals(model, sound)


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (messages.StatusParams, RUNNING | {"status": "stopping"}),  # an uptime while stopping
        (messages.StatusParams, STOPPED | {"exitCode": 1, "signal": "SIGKILL"}),
        (messages.StatusParams, STOPPED | {"retryAt": TIME}),
        (messages.StatusParams, STOPPED | {"kind": "supervisor"}),  # but whose?
        (messages.StatusParams, STOPPED | {"status": "starting", "retryAt": "soon"}),
        (messages.StatusParams, STOPPED | {"signal": "9"}),
        (messages.ServerStatus, STOPPED | {"logs": ["line"] * 101}),
        (messages.ServerControlResponse, DONE | {"success": False}),
        (messages.ServerControlResponse, FAILED | {"success": True}),
        (messages.ServerControlResponse, DONE | {"message": ""}),
        (messages.UpdateServerResponse, DONE),
        (notices.LogParams, LOG | {"count": 1}),
        (notices.LogParams, LOG | {"count": 3}),
        (notices.LogParams, LOG | {"text": "", "count": 0}),  # tells nothing
        (notices.LogParams, LOG | {"count": 0, "dropped": 2}),
        (notices.LogParams, LOG | {"partial": False}),
        (notices.LogParams, LOG | {"time": "2026-03-01 09:30:00"}),
        (notices.StoppedParams, {"name": "api", "code": None, "expected": False}),
        (
            notices.StoppedParams,
            {"name": "api", "code": 1, "signal": "SIGTERM", "expected": False},
        ),
    ],
)
def test_a_message_that_disagrees_with_itself_is_refused(
    model: type[JsonModel], wrong: Any
) -> None:
    assert refusals(model, wrong)


@pytest.mark.parametrize(
    ("error", "fits"),
    [
        ({"code": "PORT_IN_USE", "data": {"port": 8121, "suggestedPort": 8122}}, True),
        ({"code": "PORT_IN_USE"}, False),
        ({"code": "PORT_IN_USE", "data": {"port": "8121"}}, False),
        ({"code": "EXITED_EARLY", "data": {"exitCode": 1, "tail": ["last words"]}}, True),
        ({"code": "EXITED_EARLY", "data": {"exitCode": 1}}, False),
        ({"code": "EXITED_EARLY", "data": {"tail": [], "exit_code": 1}}, False),
        ({"code": "READY_TIMEOUT", "data": {"tail": []}}, True),
        ({"code": "READY_TIMEOUT"}, True),
        ({"code": "NO_SUCH_CODE"}, False),
    ],
)
def test_the_details_of_a_failure_fit_its_code(error: Any, fits: bool) -> None:
    assert (not refusals(failures.ControlError, error)) == fits


def test_every_failure_code_has_a_meaning() -> None:
    assert set(FAILURES) == set(FailureCode)


def test_the_topics_are_those_of_the_sources() -> None:
    assert get_args(Topic) == codes.TOPICS


def test_a_status_may_hold_as_many_lines_as_are_put_in() -> None:
    assert messages.MOST_STATUS_LINES == STATUS_LOG_LINES
