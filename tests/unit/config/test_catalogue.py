"""What clients may add to the catalogue and change in it."""

from pathlib import Path

import pytest

from sidecar.config.catalogue import Catalogue
from sidecar.config.loader import load
from sidecar.domain.errors import UnknownServer
from sidecar.domain.spec import HealthCheck, ReadyCheck, RestartSettings, ServerSpec
from tests.unit.config.catalogues import catalogue_of, refusal_of_change, refusal_of_put

NOT_AN_INTERPRETER = "should be the path or the name of a Python interpreter, in quotes"
NO_SOCKET = 'leaves no socket for "{fd}"; set "socket" or "overlap", or take "{fd}" out'
PARTED_LINES = (
    "does not write line ends as ASCII does, so lines cannot be told apart; "
    'let the server write "utf-8"'
)


def test_a_new_catalogue_is_empty() -> None:
    assert Catalogue().specs == {}


def test_paths_from_a_client_start_at_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    specs = Catalogue().put_json({"api": {"app": "a:b", "logs": {"file": "x.log", "maxBytes": 9}}})
    assert specs["api"].cwd == str(tmp_path)
    assert specs["api"].logs.file == f"{tmp_path}/x.log"
    assert specs["api"].logs.max_bytes == 9


def test_a_server_of_a_known_name_is_replaced_as_a_whole() -> None:
    catalogue = catalogue_of(api={"app": "a:b", "env": {"A": "1"}}, other={"command": ["x"]})
    replaced = catalogue.put_json({"api": {"app": "c:d"}})
    assert list(replaced) == ["api"]
    assert catalogue.specs["api"].env == {}
    assert list(catalogue.specs) == ["api", "other"]


@pytest.mark.parametrize(
    ("server", "field", "message"),
    [
        ({"app": "a:b", "port": 1 << 16}, ".port", "should be a whole number from 0 to 65535"),
        (
            {"app": "a:b", "port": None},
            ".port",
            "should be a whole number from 0 to 65535, not null; leave the key out for its default",
        ),
        (
            {"app": "a:b", "env": {"A": None}},
            ".env.A",
            "should be a string, not null; leave the key out for its default",
        ),
        (
            {"app": "a:b", "env": None},
            ".env",
            "should be an object of names and strings, not null; leave the key out for its default",
        ),
        (
            {"app": "a:b", "logs": {"max_bytes": 5}},
            ".logs.max_bytes",
            'unknown key; did you mean "maxBytes"?',
        ),
        (
            {"app": "a:b", "port_conflict": "next"},
            ".port_conflict",
            'unknown key; did you mean "portConflict"?',
        ),
        ({"app": "a:b", "portConflict": 1}, ".portConflict", 'should be "fail" or "next"'),
        (
            {"app": "a:b", "ready": {"timeout": 0}},
            ".ready.timeout",
            "should be a number of seconds above 0, at most 1e9",
        ),
        ({"app": "a:b", "ready": []}, ".ready", "should be an object"),
        (
            {"app": "a:b", "restart": {"Policy": "always"}},
            ".restart.Policy",
            'unknown key; did you mean "policy"?',
        ),
        (
            {"app": "a:b", "restart": {"backoff": [0.1, 0, 1]}},
            ".restart.backoff.1",
            "the factor should be a number from 1 to 1000",
        ),
        (
            {"app": "a:b", "health": None},
            ".health",
            "should be an object",
        ),
        (
            {"app": "a:b", "handoff": None},
            ".handoff",
            'should be "socket", "overlap" or "none", not null; leave the key out for its default',
        ),
        ({}, "", "has nothing to run; give it `app` or `command`"),
        ("app", "", "should be an object"),
    ],
)
def test_a_refused_server_is_named_as_json_writes_it(
    server: object, field: str, message: str
) -> None:
    assert refusal_of_put(Catalogue(), {"api": server}) == (f"servers.api{field}", message)


def test_one_wrong_server_keeps_the_others_out() -> None:
    servers = {"good": {"app": "a:b"}, "bad": {"app": "a"}}
    field, _ = refusal_of_put(catalogue_of(old={"command": ["x"]}), servers)
    assert field == "servers.bad.app"


def test_servers_are_an_object() -> None:
    assert refusal_of_put(Catalogue(), [1]) == ("servers", "should be an object of servers by name")


def test_a_name_from_a_client_is_checked_and_shown_on_one_line() -> None:
    field, message = refusal_of_put(Catalogue(), {"a\n" + "b" * 500: {"app": "a:b"}})
    assert field == "servers.a\\n" + "b" * 97 + "…"
    assert message == 'a server\'s name is 1 to 100 letters, digits, "-", "_" and "."'


def test_changes_are_merged_and_the_rest_stays() -> None:
    catalogue = catalogue_of(
        api={
            "app": "a:b",
            "port": 8121,
            "env": {"KEEP": "1", "DROP": "2", "SET": "3"},
            "ready": {"http": "/health", "timeout": 5},
            "logs": {"lines": 50, "maxBytes": 9},
        }
    )
    spec = catalogue.change(
        "api",
        {
            "port": 8122,
            "portConflict": "next",
            "env": {"DROP": None, "ABSENT": None, "SET": "4", "NEW": "5"},
            "ready": {"timeout": 7.5},
            "stop": {"timeout": 1},
            "logs": {"lines": 60},
        },
    )
    assert catalogue.specs == {"api": spec}
    assert (spec.app, spec.port, spec.port_conflict) == ("a:b", 8122, "next")
    assert spec.env == {"KEEP": "1", "SET": "4", "NEW": "5"}
    assert spec.ready == ReadyCheck("http", 7.5, path="/health")
    assert spec.stop_timeout == 1.0
    assert (spec.logs.lines, spec.logs.max_bytes) == (60, 9)


def test_health_and_restart_are_merged_key_by_key_and_the_delays_as_a_whole() -> None:
    catalogue = catalogue_of(
        api={
            "app": "a:b",
            "health": {"http": "/health", "failures": 2},
            "restart": {"policy": "always", "max": 9, "backoff": [1, 3, 9]},
        }
    )
    changes = {
        "health": {"interval": 1, "action": "restart"},
        "restart": {"policy": "on-failure", "backoff": [2, 2, 8]},
    }
    spec = catalogue.change("api", changes)
    assert spec.health == HealthCheck("/health", interval=1, failures=2, action="restart")
    assert spec.restart == RestartSettings("on-failure", max=9, first=2, factor=2, longest=8)


def test_what_only_the_sidecar_goes_by_needs_no_restart() -> None:
    catalogue = catalogue_of(api={"app": "a:b"})
    before = catalogue.specs["api"]
    changes: dict[str, object] = {
        "health": {"http": "/health"},
        "restart": {"policy": "always"},
        "reload": True,
        "watch": ["src"],
        "autostart": True,
    }
    for key, value in changes.items():
        assert not before.needs_restart_for(catalogue.change("api", {key: value}))
    assert before.needs_restart_for(catalogue.change("api", {"handoff": "none"}))


def test_the_default_handoff_follows_what_runs() -> None:
    catalogue = catalogue_of(api={"app": "a:b"})
    assert catalogue.specs["api"].handoff == "socket"
    assert catalogue.change("api", {"command": ["server"]}).handoff == "none"
    assert catalogue.change("api", {"env": {"FD": "{fd}"}}).handoff == "socket"


def test_no_changes_change_nothing() -> None:
    catalogue = catalogue_of(api={"app": "a:b", "ready": {"none": True}})
    assert catalogue.change("api", {}) == catalogue.specs["api"]
    assert catalogue.change("api", {"ready": {}, "env": {}}) == catalogue.specs["api"]


def test_changes_add_up() -> None:
    catalogue = catalogue_of(api={"app": "a:b"})
    catalogue.change("api", {"env": {"A": "1"}})
    catalogue.change("api", {"env": {"B": "2"}})
    assert catalogue.change("api", {"env": {"A": None}}).env == {"B": "2"}


def test_a_readiness_of_another_kind_replaces_the_old_one() -> None:
    catalogue = catalogue_of(api={"app": "a:b", "ready": {"http": "/health", "timeout": 5}})
    assert catalogue.change("api", {"ready": {"tcp": True}}).ready == ReadyCheck("tcp", 5.0)


def test_naming_a_command_drops_what_belongs_to_the_app() -> None:
    catalogue = catalogue_of(api={"app": "a:b", "python": "python3", "args": ["--no-access-log"]})
    spec = catalogue.change("api", {"command": ["server"]})
    assert (spec.app, spec.command, spec.args) == (None, ("server",), ())


def test_naming_an_app_drops_the_command() -> None:
    spec = catalogue_of(api={"command": ["server"]}).change("api", {"app": "a:b"})
    assert (spec.app, spec.command) == ("a:b", None)


def test_the_default_readiness_follows_what_runs() -> None:
    catalogue = catalogue_of(api={"command": ["server"]})
    assert catalogue.specs["api"].ready.kind == "none"
    assert catalogue.change("api", {"port": 8121}).ready.kind == "tcp"
    assert catalogue.change("api", {"app": "a:b"}).ready.any_status


def test_changed_paths_still_start_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "sidecar.toml"
    path.write_text("[servers.api]\napp = 'a:b'\n", encoding="utf-8")
    catalogue = load(path)
    assert catalogue.change("api", {"cwd": "backend"}).cwd == f"{tmp_path}/backend"
    assert catalogue.change("api", {"watch": ["src"]}).watch == (f"{tmp_path}/src",)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": "other"}, "name", "a server cannot be renamed; add a new one"),
        ({"prot": 1}, "prot", 'unknown key; did you mean "port"?'),
        ({"port": "1"}, "port", "should be a whole number from 0 to 65535, without quotes"),
        (
            {"env": {"GOOD": "1", "BAD": 2}},
            "env.BAD",
            'should be a string: put the number in quotes, as in "8000"',
        ),
        ({"env": 5}, "env", "should be an object of names and strings"),
        (
            {"ready": {"timeout": -1}},
            "ready.timeout",
            "should be a number of seconds above 0, at most 1e9",
        ),
        ({"ready": 5}, "ready", "should be an object"),
        (
            {"python": None},
            "python",
            f"{NOT_AN_INTERPRETER}, not null; leave the key out for its default",
        ),
        ({"app": "c:d", "command": ["x"]}, "command", "excludes `app`; keep one of them"),
        (
            {"command": ["x"], "args": ["-v"]},
            "args",
            "is only used with `app`; add the arguments to `command`",
        ),
        (
            {"command": ["x"], "ready": {"tcp": True}},
            "ready.tcp",
            "needs a port: set `port`, or let `{port}` stand in `command` or `env`",
        ),
        ({"handoff": "fd"}, "handoff", 'should be "socket", "overlap" or "none"'),
        ({"command": ["x", "{fd}"], "handoff": "none"}, "handoff", NO_SOCKET),
        (
            {"health": {"interval": 5}},
            "health",
            'needs `http`, the path to ask for, such as "/health"',
        ),
        (
            {"restart": {"backoff": [9, 2, 1]}},
            "restart.backoff.2",
            "the longest delay should not be below the first one, which is 9",
        ),
        (
            {"port": 9000, "encoding": "utf-16"},
            "encoding",
            PARTED_LINES,
        ),
    ],
)
def test_a_refused_change_is_named_and_changes_nothing(
    changes: dict[str, object], field: str, message: str
) -> None:
    catalogue = catalogue_of(api={"app": "a:b"})
    assert refusal_of_change(catalogue, changes) == (f"changes.{field}", message)


def test_changes_are_an_object() -> None:
    catalogue = catalogue_of(api={"app": "a:b"})
    assert refusal_of_change(catalogue, ["port"]) == ("changes", "should be an object")


def test_an_unknown_server_cannot_be_changed() -> None:
    with pytest.raises(UnknownServer):
        catalogue_of(api={"app": "a:b"}).change("other", {})


def test_the_catalogue_cannot_be_changed_from_outside() -> None:
    catalogue = catalogue_of(api={"app": "a:b"})
    specs: dict[str, ServerSpec] = catalogue.specs
    specs.clear()
    assert list(catalogue.specs) == ["api"]
    env = {"A": "1"}
    catalogue.put_json({"other": {"command": ["x"], "env": env}})
    env["A"] = "2"
    assert catalogue.specs["other"].env == {"A": "1"}
    assert catalogue.change("other", {}).env == {"A": "1"}
