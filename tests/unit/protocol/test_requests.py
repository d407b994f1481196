"""What is documented of params is what is read, and what the methods go by."""

import inspect
from dataclasses import MISSING, fields
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sidecar.config.problems import camel_case
from sidecar.domain.errors import InvalidSetting
from sidecar.protocol import params, requests
from sidecar.protocol.interface import METHODS, Method
from sidecar.rpc.methods import Methods
from sidecar.rpc.policy import LAUNCHER

BY_NAME = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
# Their content is looked at by the method itself, not when the params are read.
READ_LATER = {"servers", "changes", "notifications"}
# pydantic cannot say that a text must be free of NUL characters.
TEXT = st.text(st.characters(exclude_characters="\0"))
VALUES = st.recursive(
    # Not 1 and 1.0: for pydantic they equal the literal True.
    st.none() | st.booleans() | st.integers(2) | st.integers(-5, 0) | st.floats(2) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)


def dataclass_of(method: Method) -> type:
    """What the params of the method are read as."""
    return getattr(params, method.params.__name__)


def signature_of(method: Method) -> dict[str, inspect.Parameter]:
    """The params of the function that carries the method out."""
    name = method.name.removeprefix("rpc.")
    parameters = dict(inspect.signature(getattr(Methods, name)).parameters)
    del parameters["self"]
    return parameters


def test_every_method_that_can_be_called_is_documented_and_no_other() -> None:
    nothing = cast(Any, None)
    handlers = Methods(nothing, nothing, nothing, nothing, nothing).handlers(LAUNCHER)
    assert [method.name for method in METHODS] == list(handlers)


@BY_NAME
def test_params_have_the_names_and_the_order_of_the_function(method: Method) -> None:
    documented = [field.alias or name for name, field in method.params.model_fields.items()]
    assert documented == [item.name for item in fields(dataclass_of(method))]
    assert documented == list(signature_of(method))


@BY_NAME
def test_a_default_that_is_told_is_the_one_in_use(method: Method) -> None:
    told = {
        item.name: item.default
        for item in fields(dataclass_of(method))
        if item.default not in (None, MISSING)
    }
    used = {
        name: parameter.default
        for name, parameter in signature_of(method).items()
        if parameter.default not in (None, "")  # an absent value, not a default
    }
    assert told == used


PLAIN = sorted(
    {
        (method.params.__name__, item.name)
        for method in METHODS
        for item in fields(dataclass_of(method))
        if item.name not in READ_LATER
    }
)


@pytest.mark.parametrize(("cls", "name"), PLAIN, ids=str)
@given(value=VALUES)
@settings(deadline=None)  # the first use of a model builds it
def test_what_is_documented_is_what_is_read(cls: str, name: str, value: object) -> None:
    try:
        params.read_params(getattr(params, cls), {name: value})
        read = True
    except InvalidSetting:
        read = False
    try:
        model = getattr(requests, cls)
        model.model_validate({name: value}, by_alias=True, by_name=False)
        documented = True
    except ValidationError as error:
        documented = all(item["type"] == "missing" for item in error.errors())
    assert read == documented


def test_changes_are_a_server_of_which_nothing_is_required_and_nothing_assumed() -> None:
    written: list[dict[str, Any]] = [
        {},
        {"port": 8130},
        {"env": {"KEPT": "1", "REMOVED": None}},
        {"ready": {"timeout": 5}, "stop": {}, "logs": {"maxBytes": 1000}},
    ]
    for changes in written:
        model = requests.ServerChanges.model_validate(changes, by_alias=True, by_name=False)
        assert model.model_dump(by_alias=True, exclude_unset=True) == changes
    for wrong in ({"port": None}, {"max_bytes": 1}, {"ready": {"timeout": 0}}, {"env": {"A": 1}}):
        with pytest.raises(ValidationError):
            requests.ServerChanges.model_validate(wrong, by_alias=True, by_name=False)
    schema = requests.ServerChanges.model_json_schema()
    assert "required" not in schema
    assert not any("default" in about for about in schema["properties"].values())


def test_a_change_may_name_every_setting_of_a_server() -> None:
    settings = requests.InitializeParams.model_json_schema()["$defs"]["ServerSettings"]
    changes = requests.ServerChanges.model_json_schema()
    assert list(changes["properties"]) == list(settings["properties"])
    assert camel_case("port_conflict") in changes["properties"]


def test_changes_must_be_given() -> None:
    with pytest.raises(ValidationError):
        requests.UpdateServerParams.model_validate({"name": "api"})
