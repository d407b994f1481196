"""`sidecar console` at a terminal: a pseudo-terminal stands in for the person's screen."""

import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.processes import kill_marked, marked_environment, new_mark
from tests.support.raw import sidecar_command
from tests.support.servers import never_ready, portless
from tests.support.toml import write_config

TIME_LIMIT = 15.0
CTRL_C, CTRL_D = "\x03", "\x04"
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>])")
# The first terminal that the leader of a session opens controls it: Ctrl-C then is a SIGINT.
ON_TERMINAL = ["sh", "-c", 'exec "$@" 0<>"$0" 1>&0 2>&0']
TALKER = (
    "import sys, time\nwhile True:\n  print('안녕', time.time(), flush=True)\n  time.sleep(0.05)"
)


class Screen:
    """A console on a pseudo-terminal; `seen` is what it has drawn so far, without colours."""

    def __init__(self, *arguments: str, env: dict[str, str]) -> None:
        self._terminal, inner = pty.openpty()
        self.modes_before = termios.tcgetattr(inner)
        self._inner = inner
        self.process = subprocess.Popen(
            [*ON_TERMINAL, os.ttyname(inner), *sidecar_command("console", *arguments)],
            env=env,
            start_new_session=True,
        )
        self._raw = b""
        self._mark = 0

    @property
    def seen(self) -> str:
        return ESCAPES.sub("", self._raw.decode(errors="replace"))

    def type(self, text: str) -> None:
        """Types; what is expected next must be drawn after this."""
        self._mark = len(self.seen)
        os.write(self._terminal, text.encode())

    def until(self, *texts: str) -> None:
        """Waits until each of the texts has been drawn, after the one before."""
        deadline = time.monotonic() + TIME_LIMIT
        for text in texts:
            while (at := self.seen.find(text, self._mark)) < 0:
                left = deadline - time.monotonic()
                assert left > 0, f"{text!r} was never drawn: {self.seen[self._mark :][-2000:]!r}"
                self._read(left)
            self._mark = at + len(text)

    def ended(self) -> int:
        deadline = time.monotonic() + TIME_LIMIT
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.05)
        return self.process.wait(1)

    def _read(self, limit: float) -> None:
        if not select.select([self._terminal], [], [], limit)[0]:
            return
        chunk = os.read(self._terminal, 1 << 16)
        self._raw += chunk
        if b"\x1b[6n" in chunk:  # a terminal answers where its cursor is
            os.write(self._terminal, b"\x1b[1;1R")

    @property
    def modes(self) -> object:
        return termios.tcgetattr(self._inner)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(TIME_LIMIT)
        os.close(self._terminal)
        os.close(self._inner)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    servers = {"slow": never_ready(), "talker": portless(TALKER)}
    path = write_config(tmp_path / "sidecar.toml", servers)
    mark = new_mark()
    extra = {"XDG_STATE_HOME": str(tmp_path / "state"), "TERM": "xterm-256color"}
    screen = Screen("--config", str(path), env=marked_environment(mark, extra))
    try:
        screen.until("sidecar>")
        yield screen
    finally:
        screen.close()
        kill_marked(mark)


def test_it_greets_with_the_servers_there_are(screen: Screen) -> None:
    assert "`help` lists the commands" in screen.seen
    assert "talker" in screen.seen


def test_the_tab_key_completes(screen: Screen) -> None:
    screen.type("stat\t")
    screen.until("us")  # only what is new on the screen is drawn
    screen.type("\r")
    screen.until("restarts")


def test_changes_appear_above_the_prompt(screen: Screen) -> None:
    screen.type("start talker\r")
    screen.until("talker ● running")


@pytest.mark.parametrize("key", ["\r", CTRL_C], ids=["enter", "ctrl-c"])
def test_following_a_log_goes_on_until_a_key_ends_it(screen: Screen, key: str) -> None:
    screen.type("start talker\r")
    screen.until("✓", "sidecar>")
    screen.type("logs talker -f\r")
    screen.until("following the log", "│ 안녕")
    screen.type(key)
    screen.until("sidecar>")
    screen.type("status talker\r")
    screen.until("address")


def test_ctrl_c_ends_the_waiting_and_leaves_the_sidecar_alone(screen: Screen) -> None:
    screen.type("start slow\r")
    screen.until("slow ● starting")
    screen.type(CTRL_C)
    screen.until("no longer waiting", "sidecar>")
    screen.type("stop slow\r")
    screen.until("slow ● stopped")


def test_ctrl_c_at_the_prompt_discards_the_line(screen: Screen) -> None:
    screen.type("stop ev")
    screen.until("stop ev")
    screen.type(CTRL_C)
    screen.until("sidecar>")
    screen.type("status\r")
    screen.until("restarts")


@pytest.mark.parametrize("farewell", ["quit\r", CTRL_D], ids=["quit", "ctrl-d"])
def test_leaving_stops_the_servers_and_restores_the_terminal(screen: Screen, farewell: str) -> None:
    screen.type("start talker\r")
    screen.until("✓", "sidecar>")
    screen.type(farewell)
    assert screen.ended() == 0
    assert "talker ● stopped" in screen.seen
    assert screen.modes == screen.modes_before


def test_a_sidecar_that_dies_is_told_at_the_prompt_and_the_terminal_restored(
    screen: Screen,
) -> None:
    (sidecar,) = psutil.Process(screen.process.pid).children()
    screen.type("half a comm")
    screen.until("half a comm")
    sidecar.kill()
    assert screen.ended() == 1
    assert "the sidecar was ended by SIGKILL" in screen.seen
    assert screen.modes == screen.modes_before


def test_sigterm_stops_the_servers_and_restores_the_terminal(screen: Screen) -> None:
    screen.type("start talker\r")
    screen.until("✓", "sidecar>")
    servers = [
        process
        for process in psutil.Process(screen.process.pid).children(recursive=True)
        if "안녕" in " ".join(process.cmdline())
    ]
    assert servers
    screen.process.terminate()
    assert screen.ended() == 128 + signal.SIGTERM
    assert not any(server.is_running() for server in servers)
    assert screen.modes == screen.modes_before


def test_lines_are_remembered_but_for_values_of_variables(screen: Screen, tmp_path: Path) -> None:
    screen.type("set talker env.TOKEN=secret-value\r")
    screen.until("✓", "sidecar>")
    screen.type("status talker\r")
    screen.until("address", "sidecar>")
    screen.type(CTRL_D)
    assert screen.ended() == 0
    history = tmp_path / "state" / "python-server-sidecar" / "console-history"
    assert "status talker" in history.read_text("utf-8")
    assert "secret-value" not in history.read_text("utf-8")
    assert history.stat().st_mode & 0o077 == 0
