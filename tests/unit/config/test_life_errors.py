"""Mistakes in how a server listens, is asked, restarted and reloaded are told with their cure."""

from pathlib import Path

import pytest

from tests.unit.config.files import (
    NEEDS_PORT,
    NO_NUL,
    NUMBER_IN_QUOTES,
    WRONG_PATH,
    WRONG_TIME,
    lines_for,
    write,
)

FD_OF_AN_APP = (
    '"{fd}" is only filled in with `command`; leave it out: an app is handed its socket anyway'
)
NEEDS_PATH = 'needs `http`, the path to ask for, such as "/health"'
HEALTH_KEYS = "unknown key; known here: http, interval, timeout, failures, action"
WRONG_WATCH = 'should be a list of folders and files, such as ["src"]'
WRONG_BACKOFF = (
    "should be a list of three numbers: first delay, factor, longest delay, "
    "such as [0.1, 2.0, 30.0]"
)
NO_SOCKET = 'leaves no socket for "{fd}"; set "socket" or "overlap", or take "{fd}" out'


def did_you_mean(key: str) -> str:
    return f'unknown key; did you mean "{key}"?'


@pytest.mark.parametrize(
    ("written", "key", "message"),
    [
        ("handoff = true", "handoff", 'should be "socket", "overlap" or "none"'),
        ("handof = 'none'", "handof", 'unknown key; did you mean "handoff"?'),
        (
            "env.FD = '{fd}'",
            "env.FD",
            FD_OF_AN_APP,
        ),
        ("reload = 'yes'", "reload", "should be true or false, without quotes"),
        ("watch = []", "watch", WRONG_WATCH),
        ("watch = 'src'", "watch", WRONG_WATCH),
        ("watch = ['src', 1]", "watch.1", NUMBER_IN_QUOTES),
        ("watch = ['']", "watch.0", 'should be a path, not empty; "." is the folder itself'),
        ('watch = ["a\\u0000"]', "watch.0", NO_NUL),
        ("health = true", "health", "should be a table"),
        ("health = {}", "health", NEEDS_PATH),
        ("health.interval = 5", "health", NEEDS_PATH),
        (
            "health.http = 'health'",
            "health.http",
            WRONG_PATH,
        ),
        ("health = {http = '/', tcp = true}", "health.tcp", HEALTH_KEYS),
        ("health = {http = '/', intervall = 1}", "health.intervall", did_you_mean("interval")),
        ("health = {http = '/', interval = 0}", "health.interval", WRONG_TIME),
        ("health = {http = '/', timeout = -1}", "health.timeout", WRONG_TIME),
        (
            "health = {http = '/', failures = 0}",
            "health.failures",
            "should be a whole number from 1 to 1000",
        ),
        (
            "health = {http = '/', action = 'kill'}",
            "health.action",
            'should be "alert" or "restart"',
        ),
        ("restart = 'always'", "restart", "should be a table"),
        (
            "restart.policy = 'sometimes'",
            "restart.policy",
            'should be "never", "on-failure" or "always"',
        ),
        ("restart.polici = 'never'", "restart.polici", did_you_mean("policy")),
        ("restart.max = 0", "restart.max", "should be a whole number from 1 to 1000000"),
        ("restart.window = 0", "restart.window", WRONG_TIME),
        ("restart.backoff = 0.1", "restart.backoff", WRONG_BACKOFF),
        ("restart.backoff = [0.1, 2]", "restart.backoff", WRONG_BACKOFF),
        ("restart.backoff = [0.1, 2, 30, 5]", "restart.backoff", WRONG_BACKOFF),
        ("restart.backoff = [0, 2, 30]", "restart.backoff.0", f"the first delay {WRONG_TIME}"),
        (
            "restart.backoff = [0.1, 0.5, 30]",
            "restart.backoff.1",
            "the factor should be a number from 1 to 1000",
        ),
        (
            "restart.backoff = [0.1, nan, 30]",
            "restart.backoff.1",
            "the factor should be a number from 1 to 1000",
        ),
        (
            "restart.backoff = [0.1, '2', 30]",
            "restart.backoff.1",
            "the factor should be a number from 1 to 1000, without quotes",
        ),
        (
            "restart.backoff = [0.1, 2, true]",
            "restart.backoff.2",
            f"the longest delay {WRONG_TIME}",
        ),
        (
            "restart.backoff = [5, 2, 4.5]",
            "restart.backoff.2",
            "the longest delay should not be below the first one, which is 5",
        ),
    ],
)
def test_a_mistake_in_the_life_of_an_app_is_told_in_one_line(
    tmp_path: Path, written: str, key: str, message: str
) -> None:
    path = write(tmp_path, f"[servers.api]\napp = 'main:app'\n{written}\n")
    assert lines_for(path) == [f"{path}: servers.api.{key}: {message}"]


@pytest.mark.parametrize(
    ("written", "key", "message"),
    [
        (
            "handoff = 'none'\ncommand = ['./server', '--fd={fd}']",
            "handoff",
            NO_SOCKET,
        ),
        ("command = ['x']\nhealth.http = '/'", "health.http", NEEDS_PORT),
        (
            "command = ['x']\nenv.FD = '{fd}'\nhandoff = 'none'",
            "handoff",
            NO_SOCKET,
        ),
    ],
)
def test_a_mistake_in_the_life_of_a_command_is_told_in_one_line(
    tmp_path: Path, written: str, key: str, message: str
) -> None:
    path = write(tmp_path, f"[servers.api]\n{written}\n")
    assert lines_for(path) == [f"{path}: servers.api.{key}: {message}"]
