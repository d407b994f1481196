"""What `describe` tells people about a configuration."""

import os
import sys
from pathlib import Path

import pytest

from sidecar.config.check import describe
from sidecar.config.loader import load_configuration


def description(folder: Path, written: str) -> str:
    path = folder / "sidecar.toml"
    path.write_text(written, encoding="utf-8")
    return describe(path, load_configuration(path))


def test_a_server_is_described_in_aligned_lines(tmp_path: Path) -> None:
    written = """
        [servers.api]
        app = "main:app"
        port = 8121
        port_conflict = "next"
        env = { TOKEN = "s3cret", LOG_LEVEL = "info" }
        args = ["--log-level", "warning"]
        encoding = "cp949"
        logs.file = "api.log"
        [servers.worker]
        command = ["sh", "-c", "echo $HOME {host}:{port}"]
        host = "::1"
        autostart = true
        ready = { log = "up now", timeout = 2.5 }
        [servers.quiet]
        command = ["sh"]
        """
    assert (
        description(tmp_path, written)
        == f"""\
{tmp_path}/sidecar.toml: 3 servers

api
  runs       {sys.executable} -m uvicorn main:app --host 127.0.0.1 --port 8121 --log-level warning
  in         {tmp_path}
  address    http://127.0.0.1:8121; the next free port if it is taken
  handoff    the sidecar listens for it; connections wait during a restart
  ready      GET / is answered with any status, within 30 s
  stop       asked to end, killed after 10 s
  restart    only when asked for
  logs       10000 lines in memory; {tmp_path}/api.log, rotated at 5000000 bytes, 5 kept
  env        LOG_LEVEL, TOKEN
  encoding   cp949
  autostart  no

worker
  runs       sh -c 'echo $HOME ::1:{{port}}'
  in         {tmp_path}
  address    [::1], any free port
  handoff    it listens by itself; connections are refused during a restart
  ready      a line of output matches 'up now', within 2.5 s
  stop       asked to end, killed after 10 s
  restart    only when asked for
  logs       10000 lines in memory
  autostart  yes

quiet
  runs       sh
  in         {tmp_path}
  address    none
  ready      the process has run for 0.3 s
  stop       asked to end, killed after 10 s
  restart    only when asked for
  logs       10000 lines in memory
  autostart  no"""
    )


def facts(text: str) -> dict[str, str]:
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.startswith("  ")]
    return {line[0]: line[1] for line in lines}


def test_what_keeps_a_server_alive_is_described(tmp_path: Path) -> None:
    told = facts(
        description(
            tmp_path,
            """
            [servers.api]
            app = "main:app"
            handoff = "overlap"
            reload = true
            watch = [".", "my lib"]
            [servers.api.health]
            http = "/health"
            interval = 2.5
            action = "restart"
            [servers.api.restart]
            policy = "on-failure"
            """,
        )
    )
    listening = "the sidecar listens for it; a new process is ready before the old one goes"
    assert told["handoff"] == listening
    assert told["health"] == (
        "GET /health every 2.5 s is answered within 3 s with a status of 200 to 399; "
        "after 3 failures in a row an alert and a restart"
    )
    assert told["restart"] == (
        "when it ends with an error: 0.1 s later, then 2 times as long each time, 30 s at most; "
        "given up after 5 restarts in 60 s"
    )
    assert told["reload"] == f"restarted when a file changes in {tmp_path}, '{tmp_path}/my lib'"


def test_delays_that_stay_the_same_are_described_so(tmp_path: Path) -> None:
    written = """
        [servers.api]
        app = "main:app"
        health = { http = "/", failures = 1 }
        restart = { policy = "always", max = 1, backoff = [2, 2, 2] }
        """
    told = facts(description(tmp_path, written))
    assert told["restart"] == "when it ends by itself: 2 s later; given up after 1 restart in 60 s"
    assert told["health"].endswith("after a failure an alert")


def test_an_empty_configuration_says_what_to_add(tmp_path: Path) -> None:
    assert description(tmp_path, "") == (
        f"{tmp_path}/sidecar.toml: 0 servers\n\n"
        "note: nothing to run; add a server below [servers.NAME]"
    )


@pytest.mark.parametrize(
    "argument",
    [
        "'--ssl-keyfile-password', 's3cret'",
        "'--ssl-keyfile-password=s3cret'",
        "'--api-key', 's3cret'",
        "'API_TOKEN=s3cret'",
        "'--dsn=postgres://kim:s3cret@db/app'",
    ],
)
def test_secrets_among_arguments_are_hidden(tmp_path: Path, argument: str) -> None:
    text = description(tmp_path, f"[servers.a]\ncommand = ['sh', {argument}, 'shown']")
    assert "s3cret" not in text
    assert "[hidden]" in text
    assert "shown" in text


def notes(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.startswith("  note: ")]


def test_what_is_missing_is_noted_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("")
    text = description(
        tmp_path,
        """
        [servers.a]
        app = "main:app"
        python = ".venv/bin/python"
        cwd = "backend"
        [servers.b]
        command = ["no-such-program-anywhere"]
        [servers.c]
        command = ["./text"]
        [servers.d]
        command = ["./folder"]
        """,
    )
    assert notes(text) == [
        f"note: cwd: there is no folder {tmp_path}/backend",
        f"note: python: {tmp_path}/.venv/bin/python was not found",
        "note: command: no-such-program-anywhere was not found on PATH",
        f"note: command: {tmp_path}/text is not executable",
        f"note: command: {tmp_path}/folder is a folder",
    ]


def test_what_is_watched_in_vain_is_noted(tmp_path: Path) -> None:
    text = description(
        tmp_path,
        """
        [servers.a]
        app = "main:app"
        watch = ["src"]
        [servers.b]
        app = "main:app"
        reload = true
        watch = [".", "src"]
        """,
    )
    assert notes(text) == [
        "note: watch: nothing is watched unless `reload` is true",
        f"note: watch: there is no {tmp_path}/src",
    ]


def test_a_program_is_looked_for_on_the_path_of_its_environment(tmp_path: Path) -> None:
    program = tmp_path / "only-here"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    written = f"[servers.a]\ncommand = ['only-here']\nenv.PATH = '{tmp_path}'"
    assert notes(description(tmp_path, written)) == []


@pytest.mark.parametrize(("user", "noted"), [(0, False), (1000, True)])
def test_a_privileged_port_is_noted_for_ordinary_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, noted: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    text = description(tmp_path, "[servers.a]\napp = 'a:b'\nport = 80")
    note = "note: port: 80 is below 1024, which usually needs root"
    assert notes(text) == [note] * noted


def test_descriptions_are_printable_whatever_the_settings_hold(tmp_path: Path) -> None:
    text = description(tmp_path, '[servers.a]\ncommand = ["sh", "\\u001b[31m"]')
    assert "\x1b" not in text


def test_where_the_panel_is_served_is_described_if_the_file_says_it(tmp_path: Path) -> None:
    with_a_port = description(tmp_path, '[web]\nhost = "::1"\nport = 9000\n')
    assert with_a_port.endswith("[web]\n  address    http://[::1]:9000; served by `sidecar web`")
    with_any = description(tmp_path, "[web]\nport = 0\n")
    assert with_any.endswith("address    127.0.0.1, any free port; served by `sidecar web`")
