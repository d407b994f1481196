"""What a person types, and the request it becomes."""

import re
from typing import Any

import pytest

from sidecar.console.arguments import LOG_LINES, UsageError
from sidecar.console.commands import COMMANDS, parse


@pytest.mark.parametrize(
    ("line", "method", "params"),
    [
        ("start", "start", {}),
        ("  start   api ", "start", {"name": "api"}),
        ("start 'my server'", "start", {"name": "my server"}),
        ("stop api --force", "stop", {"name": "api", "force": True}),
        ("stop --force", "stop", {"force": True}),
        ("restart api", "restart", {"name": "api"}),
        ("status", "list_servers", {}),
        ("status api", "get_status", {"name": "api"}),
        ("ls", "list_servers", {}),
        ("metrics api", "get_metrics", {"name": "api"}),
        ("clear", "clear_logs", {}),
        ("logs", "get_logs", {"limit": LOG_LINES}),
        ("logs -n 5 api", "get_logs", {"name": "api", "limit": 5}),
        ("logs api -n 5", "get_logs", {"name": "api", "limit": 5}),
        ("set api port=8130", "update_server", {"name": "api", "changes": {"port": 8130}}),
        ("set host=::1", "update_server", {"changes": {"host": "::1"}}),
        ("set port_conflict=next", "update_server", {"changes": {"portConflict": "next"}}),
        ("set autostart=true", "update_server", {"changes": {"autostart": True}}),
        ("set stop.timeout=2.5", "update_server", {"changes": {"stop": {"timeout": 2.5}}}),
        (
            "set api env.LOG_LEVEL=debug env.COUNT=3 'env.TITLE=두 단어'",
            "update_server",
            {
                "name": "api",
                "changes": {"env": {"LOG_LEVEL": "debug", "COUNT": "3", "TITLE": "두 단어"}},
            },
        ),
        ("call rpc.discover", "rpc.discover", {}),
        ('call get_logs {"name": "a b", "limit": 2}', "get_logs", {"name": "a b", "limit": 2}),
    ],
)
def test_a_line_becomes_a_request(line: str, method: str, params: dict[str, Any]) -> None:
    invocation = parse(line)
    assert invocation is not None
    assert (invocation.method, invocation.params) == (method, params)


@pytest.mark.parametrize(
    ("line", "follow"), [("logs api", False), ("logs -f api", True), ("logs api -f -n 3", True)]
)
def test_logs_follow_only_when_asked_to(line: str, follow: bool) -> None:
    invocation = parse(line)
    assert invocation is not None
    assert invocation.follow is follow


@pytest.mark.parametrize("line", ["", "   ", "\t", "# a comment in a script"])
def test_blank_lines_and_comments_are_nothing(line: str) -> None:
    assert parse(line) is None


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("strat", "did you mean `start`?"),
        ("frobnicate", "`help` lists them"),
        ("start api web", "one name at a time"),
        ("start --force", "unknown option --force"),
        ("stop --frce", "unknown option --frce"),
        ("start 'api", "quotes do not match"),
        ("logs -n", "-n needs a number"),
        ("logs -n many", "-n needs a number"),
        ("logs -n 0", "-n needs a number"),
        ("set api", "nothing to change"),
        ("set api port", "not of the form key=value"),
        ("set =3", "not of the form key=value"),
        ("call", "which method?"),
        ("call start {name: api}", "not valid JSON"),
        ("call start [1]", "must be a JSON object"),
    ],
)
def test_a_line_that_is_no_command_says_what_to_write(line: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=re.escape(complaint)):
        parse(line)


def test_a_wrong_argument_is_answered_with_the_usage() -> None:
    with pytest.raises(UsageError, match=re.escape("usage: stop [name] [--force]")):
        parse("stop --now")


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_is_without_a_usage_and_a_summary(name: str) -> None:
    assert COMMANDS[name].usage.startswith(name)
    assert COMMANDS[name].summary
