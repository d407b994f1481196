"""Runs an ASGI app with uvicorn, and tells the sidecar when it has started up.

Started as a script by the server's own interpreter, in which the sidecar may not be installed:
nothing but the standard library and uvicorn may be imported here. Called with the descriptor to
report on and then uvicorn's own command line. It reports one byte: ANNOUNCED once this very process
serves, or UNKNOWN at once when uvicorn is to serve from worker processes, which nobody here can
speak for.
"""

import os
import sys

# This script's folder: modules in it must not shadow what the app imports. (Worker processes import
# this file too, with a path that is in order already.)
if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
    del sys.path[0]

import importlib
import socket

import uvicorn

ANNOUNCED = b"1"
UNKNOWN = b"?"

OWNED_BY_SIDECAR = ("UVICORN_FD", "UVICORN_RELOAD", "UVICORN_UDS")
"""uvicorn takes options from the environment, too; these would undo what the sidecar settles."""

_report: int | None = None


def _tell(what: bytes) -> None:
    """Reports once; later calls do nothing."""
    global _report
    if _report is not None:
        os.write(_report, what)
        os.close(_report)
        _report = None


class AnnouncingServer(uvicorn.Server):
    """A uvicorn server that says when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        if config.workers > 1:
            _tell(UNKNOWN)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does; a startup that failed leaves `started` unset and reports nothing."""
        await super().startup(sockets=sockets)
        if self.started:
            _tell(ANNOUNCED)


def main(arguments: list[str]) -> None:
    """Hands over to uvicorn's command line, with the server class exchanged."""
    global _report
    _report = int(arguments[0])
    os.set_inheritable(_report, False)
    for name in OWNED_BY_SIDECAR:
        os.environ.pop(name, None)
    # `uvicorn.main` is a function of that name; the module beneath it has the `Server` that it
    # uses.
    command_line = importlib.import_module("uvicorn.main")
    command_line.Server = AnnouncingServer  # type: ignore[attr-defined]
    command_line.main(args=arguments[1:], prog_name="uvicorn")


if __name__ == "__main__":
    main(sys.argv[1:])
