"""What one kind of client may ask for.

Which kind a client is, is decided by whoever lets it in; `Session` holds every request against the
policy before anything is done. Owns no methods and knows no transport.
"""

from collections.abc import Mapping
from typing import NamedTuple, cast

from sidecar.config.problems import shown
from sidecar.domain.errors import SidecarError


class NotAllowed(SidecarError):
    """This client may not do that; `field` names the parameter that is meant, if it is one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Policy(NamedTuple):
    """Everything that is not ruled out here is allowed.

    `refused` maps a method to what the client is told instead; `adds_servers` is about the
    `servers` of `initialize`; `changes` are the settings, in camelCase, that `update_server` may
    change, None for all of them.
    """

    refused: Mapping[str, str]
    adds_servers: bool
    changes: tuple[str, ...] | None

    def check_method(self, method: str) -> None:
        """Raises NotAllowed if the method is ruled out, with whatever params."""
        if method in self.refused:
            raise NotAllowed(self.refused[method])

    def check_params(self, method: str, given: Mapping[str, object]) -> None:
        """Raises NotAllowed if the method is ruled out with the params `given`."""
        if method == "initialize" and not self.adds_servers and "servers" in given:
            raise NotAllowed(
                "servers: this client cannot add servers; write them into the configuration file",
                "servers",
            )
        changes = given.get("changes")
        if method == "update_server" and isinstance(changes, Mapping):
            self._check_changes(cast(Mapping[str, object], changes))

    def _check_changes(self, changes: Mapping[str, object]) -> None:
        if self.changes is None:
            return
        for key in changes:
            if key not in self.changes:
                raise NotAllowed(
                    f"changes.{shown(key)}: this client cannot change that, only "
                    f"{', '.join(self.changes)}; the rest stands in the configuration file",
                    f"changes.{shown(key)}",
                )


LAUNCHER = Policy(refused={}, adds_servers=True, changes=None)
"""The program that started the sidecar: it could run anything itself."""

VISITOR = Policy(
    refused={"shutdown": "this client cannot end the sidecar; whoever started it can"},
    adds_servers=False,
    changes=("port", "host", "portConflict", "autostart", "restart"),
)
"""Somebody in a browser: never names a command, a path or an environment variable."""
