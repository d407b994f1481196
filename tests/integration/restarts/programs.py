"""Servers for the tests of the restart policy, and settings that make restarts quick."""

from pathlib import Path
from typing import Any

from tests.integration.lifecycle.programs import ends_on_request
from tests.support.servers import Spec, script

# Long enough to tell a restart that should not have been from one that has yet to come.
QUIET_FOR = 0.4

_FRAGILE = """
import os, sys, time
if os.path.exists(sys.argv[1]):
    sys.exit("the disk is still full")
print("up", flush=True)
time.sleep({lives})
print("the disk is full", flush=True)
os._exit(3)
"""


def quick(policy: str, **settings: Any) -> dict[str, Any]:
    """A `restart` table with delays of 50 ms."""
    return {"policy": policy, "backoff": [0.05, 1.0, 0.05], **settings}


def slow(policy: str, **settings: Any) -> dict[str, Any]:
    """A `restart` table whose delay outlasts the test."""
    return {"policy": policy, "backoff": [30.0, 1.0, 30.0], **settings}


def ends_with(ending: str, restart: dict[str, Any] | None = None) -> Spec:
    """Runs until SIGUSR1, then does `ending`."""
    return ends_on_request(ending, **({"restart": restart} if restart else {}))


def fragile(lives: float, restart: dict[str, Any], flag: Path) -> Spec:
    """Runs for `lives` seconds and exits with 3; while `flag` exists it does not even come up."""
    code = _FRAGILE.format(lives=lives)
    return script(code, str(flag), ready={"log": "^up$"}, restart=restart)
