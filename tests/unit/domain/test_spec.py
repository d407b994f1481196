"""Small truths about a server's settings and how a process ended."""

import re

import pytest

from sidecar.domain.errors import Failure, FailureCode, UnknownServer
from sidecar.domain.outcome import Exit, Outcome, signal_name
from sidecar.domain.spec import LogSettings, ReadyCheck, ServerSpec, url_of

APP = ServerSpec(
    name="api", app="main:app", command=None, python="python3", cwd="/srv", ready=ReadyCheck("http")
)
COMMAND = APP._replace(app=None, command=("./serve",))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("localhost", "http://localhost:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("fe80::1", "http://[fe80::1]:80"),
    ],
)
def test_a_url_can_be_opened_on_this_machine(host: str, url: str) -> None:
    assert url_of(APP._replace(host=host), 80) == url


@pytest.mark.parametrize("args", [("--ssl-certfile", "c.pem"), ("--ssl-certfile=c.pem",)])
def test_a_server_with_a_certificate_is_reached_by_https(args: tuple[str, ...]) -> None:
    assert url_of(APP._replace(args=args), 443) == "https://127.0.0.1:443"


@pytest.mark.parametrize(
    "changes",
    [
        {"app": "other:app"},
        {"python": "python3.12"},
        {"cwd": "/tmp"},
        {"args": ("--workers", "2")},
        {"host": "0.0.0.0"},
        {"port": 8001},
        {"env": {"DEBUG": "1"}},
        {"encoding": "cp949"},
        {"logs": LogSettings(file="/var/log/api.log")},
    ],
)
def test_what_a_process_was_launched_with_needs_a_restart_to_change(
    changes: dict[str, object],
) -> None:
    assert APP.needs_restart_for(APP._replace(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"stop_timeout": 1.0},
        {"port_conflict": "next"},
        {"autostart": True},
        {"ready": ReadyCheck("log", pattern=re.compile("up"))},
        {"logs": LogSettings(lines=5)},
        {"env": {}},
    ],
)
def test_what_only_the_sidecar_looks_at_needs_none(changes: dict[str, object]) -> None:
    assert not APP.needs_restart_for(APP._replace(**changes))


def test_a_server_has_a_port_if_anything_says_so() -> None:
    assert APP.has_port
    assert COMMAND._replace(port=80).has_port
    assert COMMAND._replace(command=("./serve", "--listen={port}")).has_port
    assert COMMAND._replace(env={"PORT": "{port}"}).has_port
    assert not COMMAND.has_port


def test_a_return_code_is_an_exit_code_or_a_signal_by_name() -> None:
    assert Exit.from_returncode(3) == Exit(code=3)
    assert Exit.from_returncode(-9, out_of_memory=True) == Exit(
        signal="SIGKILL", out_of_memory=True
    )
    assert [str(Exit(code=3)), str(Exit(signal="SIGTERM"))] == ["exit code 3", "SIGTERM"]


def test_only_exit_code_0_is_clean() -> None:
    assert Exit(code=0).clean
    assert not Exit(code=1).clean
    assert not Exit(signal="SIGTERM").clean


def test_a_signal_without_a_name_is_told_by_number() -> None:
    assert (signal_name(9), signal_name(99)) == ("SIGKILL", "SIG99")


def test_an_outcome_failed_exactly_if_it_has_a_failure() -> None:
    failure = Failure(FailureCode.CANCELLED, "it was cancelled", "Start it again")
    assert Outcome("done").success
    assert not Outcome.failed(failure).success
    assert Outcome.failed(failure).message == "it was cancelled"


def test_a_failure_in_one_sentence_says_what_to_do() -> None:
    assert Failure(FailureCode.CANCELLED, "a", "B.").sentence == "a. B."
    assert Failure(FailureCode.CANCELLED, "a").sentence == "a"


def test_an_unknown_server_is_answered_with_the_known_ones() -> None:
    assert (
        str(UnknownServer("x", ["api", "web"])) == "no server is called 'x'; configured: api, web"
    )
    assert "add one under [servers.NAME]" in str(UnknownServer("x", []))
