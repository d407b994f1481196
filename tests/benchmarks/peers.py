"""The managers we stand beside, each set up as its own documentation advises.

Owns their configuration files and processes, in a folder of their own. supervisor and circus are
asked through their own Python clients, pm2 through its own API in Node (`programs/pm2_peer.cjs`).
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, Self
from xmlrpc.client import ServerProxy

from circus.client import CircusClient
from supervisor.xmlrpc import SupervisorTransport

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "programs"
PM2 = ROOT / "build/pm2/node_modules/pm2"
ABSENT_PM2 = "pm2: absent (npm could not install it)"

START_LIMIT = 30.0
STOP_LIMIT = 30.0
PM2_LIMIT = 300.0
POLL = 0.001

SUPERVISOR_CONFIG = """
[unix_http_server]
file=FOLDER/control.sock
[supervisord]
nodaemon=true
silent=true
logfile=FOLDER/supervisord.log
pidfile=FOLDER/supervisord.pid
childlogdir=FOLDER
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
CIRCUS_CONFIG = """
[circus]
endpoint = ipc://FOLDER/control.sock
pubsub_endpoint = ipc://FOLDER/events.sock
"""

Programs = Mapping[str, Sequence[str]]


class Peer(Protocol):
    """A running manager with idle or busy programs."""

    process: subprocess.Popen[bytes]

    def ask(self) -> object:
        """The cheapest first question: is the manager there?"""
        ...

    def status(self, program: str) -> object:
        """What it knows of one program."""
        ...

    def close(self) -> None: ...


class _Daemon:
    """What supervisord and circusd have in common: a config file, a socket file, a folder."""

    def __init__(self, config: str, config_name: str, module: str, *args: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bench-"))
        self.socket = self.folder / "control.sock"
        path = self.folder / config_name
        path.write_text(config.replace("FOLDER", str(self.folder)), encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *args, str(path)],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_LIMIT
        while not _listens(self.socket):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{module} did not come up")
            time.sleep(POLL)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(STOP_LIMIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Supervisor(_Daemon):
    """supervisord on a unix socket, asked through its own transport, which keeps the connection."""

    def __init__(
        self, programs: Programs, *, autostart: bool = True, options: Sequence[str] = ()
    ) -> None:
        """`options` are further lines for each program."""
        sections = [SUPERVISOR_CONFIG]
        start = str(autostart).lower()
        for name, argv in programs.items():
            sections.append(f"[program:{name}]\ncommand={' '.join(argv)}\nautostart={start}")
            sections += options
        super().__init__("\n".join(sections), "supervisord.conf", "supervisor.supervisord", "-c")
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        self._server: Any = ServerProxy("http://127.0.0.1", transport=transport)

    def ask(self) -> object:
        return self._server.supervisor.getState()

    def status(self, program: str) -> object:
        return self._server.supervisor.getProcessInfo(program)

    def stop(self, program: str) -> None:
        """Returns when it takes the program for stopped."""
        self._server.supervisor.stopProcess(program)


class Circus(_Daemon):
    """circusd on ipc sockets, asked through its own client."""

    def __init__(
        self,
        programs: Programs,
        *,
        autostart: bool = True,
        options: Sequence[str] = (),
        sockets: Mapping[str, int] | None = None,
    ) -> None:
        """`options` are further lines for each program; `sockets` are its own, with their ports."""
        sections = [CIRCUS_CONFIG]
        for name, argv in programs.items():
            sections.append(
                f"[watcher:{name}]\ncmd = {' '.join(argv)}\nautostart = {autostart}\n"
                f"stdout_stream.class = FileStream\nstdout_stream.filename = FOLDER/{name}.log\n"
                "stdout_stream.max_bytes = 50000000\nstdout_stream.backup_count = 2"
            )
            sections += options
        for name, port in (sockets or {}).items():
            sections.append(f"[socket:{name}]\nhost = 127.0.0.1\nport = {port}")
        super().__init__("\n".join(sections), "circus.ini", "circus.circusd")
        self._client: Any = CircusClient(endpoint=f"ipc://{self.socket}", timeout=START_LIMIT)

    def ask(self) -> object:
        return self._client.send_message("numwatchers")

    def status(self, program: str) -> object:
        return self._client.send_message("status", name=program)

    def stop(self, program: str) -> None:
        """Returns when it takes the program for stopped."""
        self._client.send_message("stop", name=program, waiting=True)

    def reload(self, program: str) -> None:
        """Returns when it is under way: a new process is spawned, and the old one asked to go."""
        self._client.send_message("reload", name=program, graceful=True)

    def close(self) -> None:
        self._client.stop()
        super().close()


def circus_with_app(port: int, app: str = "hello:app") -> Circus:
    """As uvicorn's documentation has it: circus listens, and the program `app` inherits that."""
    argv = [sys.executable, "-m", "uvicorn", "--fd", "$(circus.sockets.app)", app]
    options = ["use_sockets = True", f"working_dir = {PROGRAMS}"]
    return Circus({"app": argv}, options=options, sockets={"app": port})


def _listens(path: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(path))
        return True
    return False


def pm2_command(mode: str, *args: str) -> list[str]:
    return ["node", str(PROGRAMS / "pm2_peer.cjs"), str(PM2), mode, *args]


def pm2_is_there() -> bool:
    return PM2.is_dir() and shutil.which("node") is not None


@contextmanager
def pm2_home() -> Iterator[dict[str, str]]:
    """The environment of a pm2 that shares nothing with one that may be installed here."""
    home = tempfile.mkdtemp(prefix="bench-pm2-")
    try:
        yield {
            **os.environ,
            "PM2_HOME": home,
            "PM2_DISCRETE_MODE": "true",
            "BENCH_PYTHON": sys.executable,
        }
    finally:
        with suppress(OSError):
            shutil.rmtree(home)


def pm2(mode: str, *args: str) -> Any:
    """The figures of one run of pm2, which starts its daemon and ends it."""
    with pm2_home() as env:
        done = subprocess.run(
            pm2_command(mode, *args), env=env, capture_output=True, timeout=PM2_LIMIT, check=True
        )
    # pm2 greets on stdout when it is new; our value is what follows the last line.
    return json.loads(done.stdout.decode().splitlines()[-1])
