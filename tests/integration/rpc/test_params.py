"""What the methods accept, and how they name the parameter that they do not."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.raw import RawResult, call, lines, run_bytes
from tests.support.servers import sleeper
from tests.support.sidecar import LaunchSidecar, RpcError
from tests.support.toml import write_config


def ask(tmp_path: Path, *messages: Any, names: tuple[str, ...] = ("api",)) -> RawResult:
    """What a sidecar that has idle servers called `names` answers."""
    config = write_config(tmp_path / "sidecar.toml", {name: sleeper() for name in names})
    return run_bytes(lines(*messages), "--config", str(config))


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("start", {"nmae": "api"}, "nmae"),
    ("start", {"force": True}, "force"),
    ("start", {"wait": "yes"}, "wait"),
    ("start", {"wait": 1}, "wait"),
    ("start", {"wait": None}, "wait"),
    ("start", {"name": 5}, "name"),
    ("start", {"name": None}, "name"),
    ("start", {"name": ["api"]}, "name"),
    ("stop", {"force": "true"}, "force"),
    ("stop", {"timeout": 0}, "timeout"),
    ("stop", {"timeout": -1}, "timeout"),
    ("stop", {"timeout": "5"}, "timeout"),
    ("stop", {"timeout": True}, "timeout"),
    ("stop", {"wait": True}, "wait"),
    ("restart", {"timeout": []}, "timeout"),
    ("restart", {"speed": 1}, "speed"),
    ("get_status", {"verbose": True}, "verbose"),
    ("list_servers", {"name": "api"}, "name"),
    ("get_logs", {"after": -1}, "after"),
    ("get_logs", {"after": "0"}, "after"),
    ("get_logs", {"after": 1.5}, "after"),
    ("get_logs", {"limit": 0}, "limit"),
    ("get_logs", {"limit": -5}, "limit"),
    ("get_logs", {"limit": "all"}, "limit"),
    ("get_logs", {"stream": "stdin"}, "stream"),
    ("get_logs", {"stream": ""}, "stream"),
    ("clear_logs", {"stream": "stdout"}, "stream"),
    ("get_metrics", {"interval": 1}, "interval"),
    ("get_settings", {"changes": {}}, "changes"),
    ("send_request", {}, "path"),
    ("send_request", {"path": "//[", "url": "http://example.org"}, "url"),
    ("send_request", {"path": "/ HTTP/1.1\r\nX: y\r\n\r\n"}, "path"),
    ("send_request", {"path": "/", "headers": {"X": "y\r\nHost: z"}}, "headers.X"),
    ("send_request", {"path": "/", "headers": {"Host": "example.org"}}, "headers.Host"),
    ("send_request", {"path": "/", "body": {}}, "body"),
    ("shutdown", {"force": True}, "force"),
    ("rpc.discover", {"x": 1}, "x"),
    ("update_server", {"changes": 5}, "changes"),
    ("initialize", {"notifications": "python-log"}, "notifications"),
    ("initialize", {"clientInfo": "me"}, "clientInfo"),
    ("initialize", {"servers": []}, "servers"),
    ("initialize", {"client_info": {}}, "client_info"),
]


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Any]:
    """What one sidecar answers to all of `REFUSED`, by place."""
    requests = [
        {"jsonrpc": "2.0", "id": place, "method": method, "params": params}
        for place, (method, params, _) in enumerate(REFUSED)
    ]
    result = ask(tmp_path_factory.mktemp("refused"), *requests)
    assert result.exit_code == 0
    return {answer["id"]: answer for answer in result.messages}


@pytest.mark.parametrize(
    ("place", "field"),
    [
        pytest.param(place, field, id=f"{method} {params}")
        for place, (method, params, field) in enumerate(REFUSED)
    ],
)
def test_an_unknown_or_invalid_parameter_is_named(
    place: int, field: str, refusals: dict[int, Any]
) -> None:
    error = refusals[place]["error"]
    assert error["code"] == -32602, error
    assert error["data"]["field"] == field


def test_parameters_may_be_given_by_position(tmp_path: Path) -> None:
    positional = {"jsonrpc": "2.0", "id": 1, "method": "get_status", "params": ["api"]}
    (answer,) = ask(tmp_path, positional).messages
    assert answer["result"]["name"] == "api"


def test_too_many_parameters_by_position_are_refused(tmp_path: Path) -> None:
    positional = {"jsonrpc": "2.0", "id": 1, "method": "get_status", "params": ["api", 2]}
    (answer,) = ask(tmp_path, positional).messages
    assert answer["error"]["code"] == -32602


def test_an_invalid_parameter_by_position_is_named_as_well(tmp_path: Path) -> None:
    positional = {"jsonrpc": "2.0", "id": 1, "method": "start", "params": ["api", "yes"]}
    (answer,) = ask(tmp_path, positional).messages
    assert answer["error"]["code"] == -32602
    assert answer["error"]["data"]["field"] == "wait"


NAMED_METHODS = [
    "start", "stop", "restart", "get_status", "get_logs", "clear_logs", "update_server",
    "get_settings", "get_metrics",
]  # fmt: skip


def test_a_server_that_is_not_configured_is_unknown_to_every_method(tmp_path: Path) -> None:
    calls = [call(method, method, name="nobody") for method in NAMED_METHODS]
    answers = {answer["id"]: answer for answer in ask(tmp_path, *calls).messages}
    assert {name: answer["error"]["code"] for name, answer in answers.items()} == dict.fromkeys(
        NAMED_METHODS, -32001
    )
    assert "nobody" in answers["start"]["error"]["message"]


def test_without_a_name_the_only_server_is_meant(tmp_path: Path) -> None:
    (answer,) = ask(tmp_path, call("get_status")).messages
    assert answer["result"]["name"] == "api"


def test_without_a_name_the_server_called_default_is_meant(tmp_path: Path) -> None:
    (answer,) = ask(tmp_path, call("get_status"), names=("api", "default")).messages
    assert answer["result"]["name"] == "default"


@pytest.mark.parametrize("names", [(), ("one", "two")])
def test_without_a_name_and_without_an_obvious_server_a_name_is_asked_for(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    calls = [call(method, method) for method in NAMED_METHODS]
    for answer in ask(tmp_path, *calls, names=names).messages:
        assert answer["error"]["code"] == -32602, answer
        assert answer["error"]["data"]["field"] == "name"


async def test_a_refused_request_changes_nothing(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": sleeper()})
    for method in ("start", "restart", "stop"):
        with pytest.raises(RpcError) as refused:
            await s.request(method, name="api", bogus=True)
        assert refused.value.code == -32602
    assert (await s.request("get_status"))["status"] == "stopped"
    assert s.notifications == []


async def test_a_server_name_may_hold_letters_of_any_language(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"서버_one-두.2": sleeper()})
    assert (await s.request("start"))["status"]["name"] == "서버_one-두.2"
    assert (await s.request("get_status", name="서버_one-두.2"))["status"] == "running"
