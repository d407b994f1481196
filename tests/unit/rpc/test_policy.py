"""What each kind of client may ask for."""

from typing import Any

import pytest

from sidecar.rpc.methods import COMMANDS
from sidecar.rpc.policy import LAUNCHER, VISITOR, NotAllowed

EVERYTHING: list[tuple[str, dict[str, Any]]] = [
    ("shutdown", {}),
    ("initialize", {"servers": {"api": {"command": ["x"]}}}),
    ("update_server", {"changes": {"command": ["x"], "env": {}}}),
    *((method, {}) for method in sorted(COMMANDS)),
]


@pytest.mark.parametrize(("method", "given"), EVERYTHING)
def test_who_started_the_sidecar_may_do_everything(method: str, given: dict[str, Any]) -> None:
    LAUNCHER.check_method(method)
    LAUNCHER.check_params(method, given)


def test_a_visitor_controls_servers_but_names_no_command_path_or_variable() -> None:
    for method in COMMANDS - {"shutdown"}:
        VISITOR.check_method(method)
        VISITOR.check_params(method, {})
    VISITOR.check_params("initialize", {"notifications": []})
    VISITOR.check_params(
        "update_server", {"changes": {"port": 1, "host": "::1", "autostart": True}}
    )
    for key in ("command", "app", "python", "cwd", "env", "args", "watch", "logs", "name", "ready"):
        with pytest.raises(NotAllowed) as refused:
            VISITOR.check_params("update_server", {"changes": {"port": 1, key: "x"}})
        assert refused.value.field == f"changes.{key}"
        assert "portConflict" in str(refused.value)


def test_a_visitor_cannot_end_the_sidecar() -> None:
    with pytest.raises(NotAllowed, match="cannot end the sidecar") as refused:
        VISITOR.check_method("shutdown")
    assert refused.value.field is None


def test_a_key_out_of_a_hostile_message_makes_no_page_of_the_error() -> None:
    with pytest.raises(NotAllowed) as refused:
        VISITOR.check_params("update_server", {"changes": {"x\n" * 10_000: 1}})
    assert len(str(refused.value)) < 400
    assert "\n" not in str(refused.value)
