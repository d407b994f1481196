"""The only place where the concrete parts are put together."""

import asyncio
import gc
import signal
import sys
from pathlib import Path

from sidecar.config.catalogue import Catalogue
from sidecar.processes.local import LocalProcesses
from sidecar.processes.log_file import open_log_file
from sidecar.rpc.outbox import Outbox
from sidecar.rpc.session import Session
from sidecar.streams import Streams
from sidecar.supervision.manager import Manager
from sidecar.transports.framing import FramingName
from sidecar.transports.stdio import StdioTransport

SWITCH_SECONDS = 0.0005
"""How long the event loop may keep the interpreter from the thread that writes to the client. With
Python's own 5 ms an answer amid a flood of logs comes three times later at worst."""


def run_stdio(streams: Streams, config: Path | None, framing: FramingName | None) -> int:
    """Serves one client on the standard streams; returns the exit code.

    Raises:
        ConfigFileError: the configuration cannot be used.
    """
    if hasattr(signal, "pthread_sigmask"):  # whoever started us may have blocked any
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
    catalogue = Catalogue() if config is None else _load(config)
    # What is loaded by now stays to the end: the collector need not look at it again.
    gc.freeze()
    gc.enable()
    sys.setswitchinterval(SWITCH_SECONDS)
    return asyncio.run(_serve(streams, catalogue, framing))


def _load(config: Path) -> Catalogue:
    from sidecar.config.loader import load  # with a TOML parser that `initialize` does not need

    return load(config)


async def _serve(streams: Streams, catalogue: Catalogue, framing: FramingName | None) -> int:
    outbox = Outbox()
    processes = LocalProcesses(outbox.pace)
    processes.prepare()
    manager = Manager(processes, open_log_file)
    session = Session(manager, catalogue, outbox)
    manager.configure(catalogue.specs)
    transport = StdioTransport(streams, session, manager, framing)
    manager.autostart()
    try:
        return await transport.serve()
    finally:
        await processes.close()
