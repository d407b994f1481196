"""The only place where the concrete parts are put together."""

import asyncio
import gc
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sidecar.config.catalogue import Catalogue
from sidecar.processes.local import LocalProcesses
from sidecar.processes.log_file import open_log_file
from sidecar.rpc.outbox import Outbox
from sidecar.rpc.policy import LAUNCHER
from sidecar.rpc.session import Session
from sidecar.streams import Streams
from sidecar.supervision.manager import Manager
from sidecar.supervision.metrics_feed import MetricsFeed
from sidecar.transports.framing import FramingName
from sidecar.transports.stdio import StdioTransport

if TYPE_CHECKING:
    from sidecar.web.greeting import Greeting
    from sidecar.web.listening import Listening

SWITCH_SECONDS = 0.0005
"""How long the event loop may keep the interpreter from the thread that writes to the client. With
Python's own 5 ms an answer amid a flood of logs comes three times later at worst."""


def run_stdio(streams: Streams, config: Path | None, framing: FramingName | None) -> int:
    """Serves one client on the standard streams; returns the exit code.

    Raises:
        ConfigFileError: the configuration cannot be used.
    """
    _unblock_signals()
    catalogue = Catalogue() if config is None else _load(config)
    # What is loaded by now stays to the end: the collector need not look at it again.
    gc.freeze()
    gc.enable()
    sys.setswitchinterval(SWITCH_SECONDS)
    return asyncio.run(_serve(streams, catalogue, framing))


def run_web(
    terminal: int, config: Path | None, host: str | None, port: int | None, *, browser: bool
) -> int:
    """Serves the panel and its clients until a signal comes; returns the exit code.

    `terminal` is the descriptor on which a person may press Enter. `host` and `port` win over the
    configuration; with `browser` the panel is opened in one.

    Raises:
        ConfigFileError: the configuration cannot be used.
        CannotServe: the address cannot be served.
    """
    from sidecar.config.loader import Configuration, load_configuration
    from sidecar.config.web import WebSettings
    from sidecar.web.greeting import Greeting
    from sidecar.web.listening import listen
    from sidecar.web.panel import STATIC, is_built

    _unblock_signals()
    nothing = Configuration(Catalogue(), None)
    configured = nothing if config is None else load_configuration(config)
    web = configured.web or WebSettings()
    listening = listen(web.host if host is None else host, web.port if port is None else port)
    catalogue = configured.catalogue
    greeting = Greeting(listening.url, config, len(catalogue.specs), built=is_built(STATIC))
    gc.enable()
    return asyncio.run(_serve_web(terminal, catalogue, listening, greeting, browser=browser))


async def _serve_web(
    terminal: int,
    catalogue: Catalogue,
    listening: "Listening",
    greeting: "Greeting",
    *,
    browser: bool,
) -> int:
    from sidecar.rpc.clients import Clients, Outboxes
    from sidecar.web.app import WebApp
    from sidecar.web.auth import Sessions
    from sidecar.web.greeting import EnterKey
    from sidecar.web.panel import STATIC
    from sidecar.web.server import WebServer

    gc.freeze()
    outboxes = Outboxes()
    processes = LocalProcesses(outboxes.pace)
    processes.prepare()
    manager = Manager(processes, open_log_file)
    manager.configure(catalogue.specs)
    sessions = Sessions(listening.port)
    clients = Clients(manager, catalogue, outboxes)
    server = WebServer(listening, WebApp(clients, sessions, listening.host, STATIC), manager)

    def new_link() -> None:
        greeting.again(sessions.new_token())

    server.catch_signals(new_link)
    enter = EnterKey(terminal, new_link)
    manager.autostart()
    token = sessions.new_token()
    greeting.first(token)
    if browser:
        greeting.open_browser(token)
    try:
        await server.serve()
    finally:
        enter.close()
        await processes.close()
    return 0


def _unblock_signals() -> None:
    if hasattr(signal, "pthread_sigmask"):  # whoever started us may have blocked any
        signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _load(config: Path) -> Catalogue:
    from sidecar.config.loader import load  # with a TOML parser that `initialize` does not need

    return load(config)


async def _serve(streams: Streams, catalogue: Catalogue, framing: FramingName | None) -> int:
    outbox = Outbox()
    processes = LocalProcesses(outbox.pace)
    processes.prepare()
    manager = Manager(processes, open_log_file)
    session = Session(manager, catalogue, outbox, MetricsFeed(manager), LAUNCHER)
    manager.configure(catalogue.specs)
    transport = StdioTransport(streams, session, manager, framing)
    manager.autostart()
    try:
        return await transport.serve()
    finally:
        await processes.close()
