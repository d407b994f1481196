"""What `describe` tells people about a configuration."""

import os
import sys
from pathlib import Path

import pytest

from sidecar.config.check import describe
from sidecar.config.loader import load


def description(folder: Path, written: str) -> str:
    path = folder / "sidecar.toml"
    path.write_text(written, encoding="utf-8")
    return describe(path, load(path))


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
  ready      GET / is answered with any status, within 30 s
  stop       asked to end, killed after 10 s
  logs       10000 lines in memory; {tmp_path}/api.log, rotated at 5000000 bytes, 5 kept
  env        LOG_LEVEL, TOKEN
  encoding   cp949
  autostart  no

worker
  runs       sh -c 'echo $HOME ::1:{{port}}'
  in         {tmp_path}
  address    [::1], any free port
  ready      a line of output matches 'up now', within 2.5 s
  stop       asked to end, killed after 10 s
  logs       10000 lines in memory
  autostart  yes

quiet
  runs       sh
  in         {tmp_path}
  address    none
  ready      the process has run for 0.3 s
  stop       asked to end, killed after 10 s
  logs       10000 lines in memory
  autostart  no"""
    )


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
