"""TOML, JSON and the documentation agree on what a server's settings are."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sidecar.config import models
from sidecar.config.loader import load
from sidecar.config.problems import JSON, TOML, camel_case
from sidecar.config.shape import read_server
from sidecar.domain.spec import ServerSpec

TABLES = ("ready", "health", "stop", "restart", "logs")

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
PLAIN = TEXT.filter(lambda text: "{fd}" not in text)
SECONDS = st.floats(0, 1e9, exclude_min=True) | st.integers(1, 10**9)
NAMES = st.text(
    st.characters(categories=["L", "N"]) | st.sampled_from("-_."), min_size=1, max_size=100
)
ENV = st.dictionaries(TEXT.filter(lambda name: "=" not in name), PLAIN, max_size=3)
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "cwd": TEXT,
    "host": st.sampled_from(["127.0.0.1", "::1", "localhost", "0.0.0.0", "example.com"]),
    "port": st.integers(1, 65535),
    "port_conflict": st.sampled_from(["fail", "next"]),
    "env": ENV,
    "autostart": st.booleans(),
    "encoding": st.sampled_from(["utf-8", "cp949", "latin-1"]),
    "handoff": st.sampled_from(["socket", "overlap", "none"]),
    "reload": st.booleans(),
    "watch": st.lists(TEXT, min_size=1, max_size=3),
    "health": st.fixed_dictionaries(
        {"http": st.sampled_from(["/", "/health"])},
        optional={
            "interval": SECONDS,
            "timeout": SECONDS,
            "failures": st.integers(1, 1000),
            "action": st.sampled_from(["alert", "restart"]),
        },
    ),
    "restart": st.fixed_dictionaries(
        {},
        optional={
            "policy": st.sampled_from(["never", "on-failure", "always"]),
            "max": st.integers(1, 10**6),
            "window": SECONDS,
            "backoff": st.builds(
                lambda delays, factor: [min(delays), factor, max(delays)],
                st.tuples(SECONDS, SECONDS),
                st.floats(1, 1000) | st.integers(1, 1000),
            ),
        },
    ),
    "stop": st.fixed_dictionaries({}, optional={"timeout": SECONDS}),
    "logs": st.fixed_dictionaries(
        {},
        optional={
            "lines": st.integers(1, 10**7),
            "file": TEXT,
            "max_bytes": st.integers(1, 10**12),
            "backups": st.integers(0, 1000),
        },
    ),
    "ready": st.one_of(
        *(
            st.fixed_dictionaries(kind, optional={"timeout": SECONDS})
            for kind in (
                {},
                {"http": st.sampled_from(["/", "/health"])},
                {"tcp": st.just(True)},
                {"log": st.sampled_from(["up", r"port \d+"])},
                {"none": st.just(True)},
            )
        )
    ),
}
SERVERS = st.fixed_dictionaries(
    {"app": st.sampled_from(["main:app", "a.b_c:d.e", "서버:앱"])},
    optional=COMMON | {"python": TEXT, "args": st.lists(TEXT.map("-x{}".format), max_size=3)},
) | st.fixed_dictionaries(
    {"command": st.lists(PLAIN, min_size=1, max_size=4), "port": st.integers(1, 65535)},
    optional={key: values for key, values in COMMON.items() if key != "port"},
)


def in_camel_case(server: Mapping[str, Any]) -> dict[str, Any]:
    return {
        camel_case(key): in_camel_case(value) if key in TABLES else value
        for key, value in server.items()
    }


def in_toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(map(escaped, value)) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(in_toml, cast(list[Any], value))) + "]"
    if isinstance(value, dict):
        items = cast(dict[str, Any], value).items()
        return "{" + ", ".join(f"{in_toml(key)} = {in_toml(item)}" for key, item in items) + "}"
    return repr(value)


def escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def loaded(folder: str, servers: Mapping[str, Any]) -> dict[str, ServerSpec]:
    path = Path(folder, "sidecar.toml")
    path.write_text(f"servers = {in_toml(dict(servers))}\n", encoding="utf-8")
    return load(path).specs


@given(name=NAMES, server=SERVERS)
def test_both_formats_give_the_same_spec(name: str, server: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        specs = loaded(folder, {name: server})
        catalogue = load(Path(folder, "sidecar.toml"))
        assert catalogue.put_json({name: in_camel_case(server)}) == specs
    spec = specs[name]
    assert spec.name == name
    assert spec.port == server.get("port", 0)
    assert spec.env == server.get("env", {})
    assert spec.autostart == server.get("autostart", False)
    assert spec.stop_timeout == server.get("stop", {}).get("timeout", 10)
    assert spec.logs.max_bytes == server.get("logs", {}).get("max_bytes", 5_000_000)
    assert spec.ready.timeout == server.get("ready", {}).get("timeout", 30)
    assert spec.reload == server.get("reload", False)
    assert (spec.health is None) == ("health" not in server)
    first, factor, longest = server.get("restart", {}).get("backoff", [0.1, 2, 30])
    assert spec.restart[3:] == (first, factor, longest)
    assert all(Path(path).is_absolute() for path in spec.watch)
    assert Path(spec.cwd).is_absolute()
    models.ServerSettings.model_validate(in_camel_case(server), by_alias=True, by_name=False)


@given(server=SERVERS)
def test_sending_everything_again_as_a_change_changes_nothing(server: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        specs = loaded(folder, {"api": server})
        assert (
            load(Path(folder, "sidecar.toml")).change("api", in_camel_case(server)) == specs["api"]
        )


KEYS = [(key,) for key in models.ServerSettings.model_fields if key not in TABLES] + [
    (table, key)
    for table, model in (
        ("ready", models.ReadySettings),
        ("health", models.HealthSettings),
        ("stop", models.StopSettings),
        ("restart", models.RestartSettings),
        ("logs", models.LogsSettings),
    )
    for key in model.model_fields
]
ASCII = st.text(st.characters(min_codepoint=33, max_codepoint=126))
# Not 1 and 1.0: for pydantic they equal the literal True.
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(2)
    | st.integers(-5, 0)
    | st.floats().filter(lambda number: number != 1)
    | ASCII
    | st.sampled_from(["a:b", "/x", "fail", "next", "socket", "always", "restart"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ASCII, inner, max_size=3),
    max_leaves=4,
)


def accepted_and_documented(server: dict[str, object]) -> tuple[bool, bool]:
    try:
        models.ServerSettings.model_validate(server, by_alias=True, by_name=False)
        documented = True
    except ValidationError as error:
        # What is required is asked for by the rules, once the settings have their shape.
        documented = {(item["type"], *item["loc"]) for item in error.errors()} == {
            ("missing", "health", "http")
        }
    _, problems = read_server(server, JSON)
    return not problems, documented


@pytest.mark.parametrize("path", KEYS, ids=".".join)
@given(value=VALUES)
def test_what_is_documented_is_what_is_accepted(path: tuple[str, ...], value: object) -> None:
    server: dict[str, object] = {camel_case(path[-1]): value}
    if len(path) == 2:
        server = {path[0]: server}
    accepted, documented = accepted_and_documented(server)
    assert accepted == documented


@given(backoff=st.tuples(*[st.floats() | st.integers(-1, 2000) | st.booleans()] * 3).map(list))
def test_delays_are_documented_as_they_are_accepted(backoff: list[object]) -> None:
    accepted, documented = accepted_and_documented({"restart": {"backoff": backoff}})
    assert accepted == documented


def test_every_setting_is_documented_under_the_name_it_has_in_json() -> None:
    schema = models.ServerSettings.model_json_schema()
    assert schema["title"] == "ServerSpec"
    assert schema["additionalProperties"] is False
    assert schema["properties"]["port"] == {
        "default": 0,
        "description": "The port that the server listens on; 0: any free one.",
        "maximum": 65535,
        "minimum": 0,
        "type": "integer",
    }
    assert schema["properties"]["portConflict"]["enum"] == ["fail", "next"]
    assert schema["$defs"]["HealthSettings"]["required"] == ["http"]
    backoff = schema["$defs"]["RestartSettings"]["properties"]["backoff"]
    assert (backoff["default"], backoff["minItems"], backoff["maxItems"]) == ([0.1, 2, 30], 3, 3)
    assert backoff["prefixItems"][1] == {"type": "number", "minimum": 1, "maximum": 1000}
    parts = [schema, *schema["$defs"].values()]
    assert {part["title"] for part in parts} == {
        "ServerSpec",
        "ReadySpec",
        "HealthSpec",
        "StopSpec",
        "RestartSpec",
        "LogsSpec",
    }
    for part in parts:
        assert part["description"]
        for about in part["properties"].values():
            assert about["description"]
            assert about.get("default", 0) is not None


def test_each_format_knows_only_its_own_spelling() -> None:
    camel, snake = {"portConflict": "next"}, {"port_conflict": "next"}
    assert [len(read_server(camel, style)[1]) for style in (JSON, TOML)] == [0, 1]
    assert [len(read_server(snake, style)[1]) for style in (JSON, TOML)] == [1, 0]
