"""The sidecar for people at a terminal: an interactive console, and one request for scripts.

Both are ordinary clients: they launch ``sidecar stdio`` and know of it only what the protocol says.
"""

from collections.abc import Sequence


def run_console(stdio_args: Sequence[str]) -> int:
    """Run a console on a sidecar of its own; returns the exit code."""
    # Only now, since rich is slow to load and `call` has no use for it.
    from sidecar.console.repl import run

    return run(stdio_args)
