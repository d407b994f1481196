"""Finds the processes of one server below a sidecar under test.

A server that is `tracked` carries its name in its environment, and so does everything it starts:
children of a shell, and daemons that left the session and the parent.
"""

from pathlib import Path
from typing import Any

from tests.support.processes import marked_processes
from tests.support.sidecar import Sidecar

_VARIABLE = "SIDECAR_TEST_SERVER"


def tracked(spec: dict[str, Any], name: str = "api") -> dict[str, Any]:
    """`spec`, with `name` in the environment of its processes."""
    return spec | {"env": {**spec.get("env", {}), _VARIABLE: name}}


def server_processes(sidecar: Sidecar, name: str = "api") -> dict[int, str]:
    """The living processes of the tracked server `name`, as pid to command line."""
    needle = f"{_VARIABLE}={name}".encode()
    return {
        pid: command
        for pid, command in marked_processes(sidecar.environment_mark).items()
        if needle in _environment(pid)
    }


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []  # it has ended meanwhile
