"""What Tab offers."""

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from sidecar.console.prompt import Words

SERVERS = {"api": {}, "web": {}, "웹": {}}
METHODS = ["get_logs", "get_status", "start"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("sta", ["start", "status"]),
        ("start ", ["api", "web", "웹"]),
        ("start 웹", ["웹"]),
        ("start api ", []),
        ("stop api --", ["--force"]),
        ("logs w", ["web"]),
        ("logs web -", ["-f", "-n"]),
        ("set web por", ["port=", "portConflict="]),
        ("call get_", ["get_logs", "get_status"]),
        ("call get_logs {", []),
        ("frobnicate ", []),
        ("help ", []),
    ],
)
def test_tab_offers_what_may_come_next(typed: str, offered: list[str]) -> None:
    found = Words(SERVERS, METHODS).get_completions(Document(typed), CompleteEvent())
    assert [completion.text for completion in found] == offered


def test_everything_is_offered_on_an_empty_line() -> None:
    found = Words(SERVERS, METHODS).get_completions(Document(""), CompleteEvent())
    assert {"start", "stop", "logs", "quit"} <= {completion.text for completion in found}
