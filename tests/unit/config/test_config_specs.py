"""What a sound configuration becomes."""

import subprocess
import sys
from pathlib import Path

import pytest

from sidecar.config.loader import load
from sidecar.domain.spec import (
    HealthCheck,
    LogSettings,
    ReadyCheck,
    RestartSettings,
    ServerSpec,
)


def spec_of(folder: Path, written: str) -> ServerSpec:
    path = folder / "sidecar.toml"
    path.write_text(f"[servers.api]\n{written}\n", encoding="utf-8")
    return load(path).specs["api"]


def test_an_app_needs_nothing_else(tmp_path: Path) -> None:
    assert spec_of(tmp_path, "app = 'main:app'") == ServerSpec(
        name="api",
        app="main:app",
        command=None,
        python=sys.executable,
        cwd=str(tmp_path),
        ready=ReadyCheck("http", 30.0, path="/", any_status=True),
        args=(),
        host="127.0.0.1",
        port=0,
        port_conflict="fail",
        env={},
        autostart=False,
        encoding="utf-8",
        stop_timeout=10.0,
        logs=LogSettings(lines=10_000, file=None, max_bytes=5_000_000, backups=5),
        handoff="socket",
        health=None,
        restart=RestartSettings(
            policy="never", max=5, window=60.0, first=0.1, factor=2.0, longest=30.0
        ),
        reload=False,
        watch=(str(tmp_path),),
    )


def test_every_setting_reaches_the_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/kim")
    spec = spec_of(
        tmp_path,
        """
        app = "main:app"
        python = ".venv/bin/python"
        cwd = "backend"
        host = "::1"
        port = 8121
        port_conflict = "next"
        env = { LOG_LEVEL = "info" }
        autostart = true
        args = ["--app-dir", "src"]
        encoding = "cp949"
        ready = { http = "/health?deep=1", timeout = 5 }
        stop = { timeout = 2.5 }
        logs = { lines = 7, file = "logs/api.log", max_bytes = 9, backups = 0 }
        handoff = "overlap"
        health = { http = "/alive", interval = 1, timeout = 2, failures = 4, action = "restart" }
        restart = { policy = "always", max = 8, window = 16, backoff = [1, 3, 9] }
        reload = true
        watch = ["src", "~/shared"]
        """,
    )
    assert spec == ServerSpec(
        name="api",
        app="main:app",
        command=None,
        python=f"{tmp_path}/.venv/bin/python",
        cwd=f"{tmp_path}/backend",
        ready=ReadyCheck("http", 5.0, path="/health?deep=1"),
        args=("--app-dir", "src"),
        host="::1",
        port=8121,
        port_conflict="next",
        env={"LOG_LEVEL": "info"},
        autostart=True,
        encoding="cp949",
        stop_timeout=2.5,
        logs=LogSettings(lines=7, file=f"{tmp_path}/logs/api.log", max_bytes=9, backups=0),
        handoff="overlap",
        health=HealthCheck("/alive", interval=1.0, timeout=2.0, failures=4, action="restart"),
        restart=RestartSettings("always", max=8, window=16.0, first=1.0, factor=3.0, longest=9.0),
        reload=True,
        watch=(f"{tmp_path}/src", "/home/kim/shared"),
    )
    assert spec.health
    durations = (spec.ready.timeout, spec.health.interval, spec.restart.window, spec.restart.first)
    assert all(isinstance(duration, float) for duration in durations)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("command = ['sleep', '1']", "none"),
        ("command = ['server']\nport = 80", "tcp"),
        ("command = ['server', '--port={port}']", "tcp"),
        ("command = ['server']\nenv.PORT = '{port}'", "tcp"),
        ("command = ['server']\nport = 80\nready.none = true", "none"),
        ("command = ['server', '{fd}']", "tcp"),
        ("command = ['server']\nhandoff = 'socket'", "tcp"),
        ("command = ['server']\nready.log = 'up'", "log"),
        ("app = 'main:app'\nready.tcp = true", "tcp"),
    ],
)
def test_readiness_suits_what_runs(tmp_path: Path, written: str, kind: str) -> None:
    assert spec_of(tmp_path, written).ready.kind == kind


@pytest.mark.parametrize(
    ("written", "handoff", "has_port"),
    [
        ("app = 'main:app'", "socket", True),
        ("app = 'main:app'\nhandoff = 'none'", "none", True),
        ("app = 'main:app'\nhandoff = 'overlap'", "overlap", True),
        ("command = ['server']", "none", False),
        ("command = ['server', '{port}']", "none", True),
        ("command = ['server']\nport = 80", "none", True),
        ("command = ['server']\nhandoff = 'socket'", "socket", True),
        ("command = ['server', '--fd={fd}']", "socket", True),
        ("command = ['server', '{fd}']\nhandoff = 'overlap'", "overlap", True),
        ("command = ['server']\nenv.LISTEN_ON = 'fd:{fd}'", "socket", True),
    ],
)
def test_who_listens_suits_what_runs(
    tmp_path: Path, written: str, handoff: str, has_port: bool
) -> None:
    spec = spec_of(tmp_path, written)
    assert (spec.handoff, spec.has_port) == (handoff, has_port)


def test_the_health_of_a_command_that_is_handed_its_socket_can_be_asked(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "command = ['server', '{fd}']\nhealth.http = '/health'")
    assert spec.health == HealthCheck("/health")


def test_sources_are_watched_where_the_server_runs_unless_it_is_told_otherwise(
    tmp_path: Path,
) -> None:
    assert spec_of(tmp_path, "app = 'a:b'\ncwd = 'backend'").watch == (f"{tmp_path}/backend",)
    written = "app = 'a:b'\ncwd = 'backend'\nwatch = ['.', '/srv/lib']"
    assert spec_of(tmp_path, written).watch == (str(tmp_path), "/srv/lib")


def test_delays_may_stay_the_same(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "app = 'a:b'\nrestart.backoff = [2, 1, 2]")
    assert (spec.restart.first, spec.restart.factor, spec.restart.longest) == (2, 1, 2)


def test_a_time_limit_alone_keeps_the_default_readiness(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "app = 'main:app'\nready.timeout = 3")
    assert spec.ready == ReadyCheck("http", 3.0, path="/", any_status=True)


def test_a_log_pattern_is_compiled(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "command = ['x']\nready.log = 'on port \\d+'")
    assert spec.ready.pattern is not None
    assert spec.ready.pattern.search("listening on port 80")


@pytest.mark.parametrize(
    ("written", "program"),
    [
        ("./server", "{base}/server"),
        ("bin/server", "{base}/bin/server"),
        ("../server", "{base}/../server"),
        ("/usr/bin/server", "/usr/bin/server"),
        ("~/server", "{home}/server"),
        ("server", "server"),
    ],
)
def test_a_program_with_a_folder_is_looked_for_beside_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, program: str
) -> None:
    monkeypatch.setenv("HOME", "/home/kim")
    expected = program.format(base=tmp_path, home="/home/kim")
    command = spec_of(tmp_path, f"command = ['{written}', './data']\ncwd = 'x'").command
    assert command == (expected, "./data")
    assert spec_of(tmp_path, f"app = 'a:b'\npython = '{written}'").python == expected


def test_the_interpreter_of_a_virtual_environment_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    link = tmp_path / "venv" / "python"
    link.symlink_to(sys.executable)
    assert spec_of(tmp_path, "app = 'a:b'\npython = 'venv/python'").python == str(link)


def test_paths_start_beside_the_link_by_which_the_file_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    spec_of(tmp_path, "app = 'a:b'")
    (tmp_path / "here" / "link.toml").symlink_to(tmp_path / "sidecar.toml")
    monkeypatch.chdir(tmp_path)
    assert load(Path("here/link.toml")).specs["api"].cwd == f"{tmp_path}/here"


def test_a_file_may_configure_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sidecar.toml"
    path.write_text("", encoding="utf-8")
    assert load(path).specs == {}


def test_no_arguments_are_no_mistake_of_a_command(tmp_path: Path) -> None:
    assert spec_of(tmp_path, "command = ['x']\nargs = []").args == ()


def test_reading_a_configuration_needs_no_slow_import(tmp_path: Path) -> None:
    path = tmp_path / "sidecar.toml"
    path.write_text("[servers.api]\napp = 'a:b'\n", encoding="utf-8")
    probe = (
        "import pathlib, sys; from sidecar.config.loader import load; "
        "assert load(pathlib.Path(sys.argv[1])).specs; assert 'pydantic_core' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, str(path)], capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")
