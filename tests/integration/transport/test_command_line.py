"""What the command line accepts, and how it says no."""

import re
from pathlib import Path

import pytest

from tests.support.raw import call, lines, run_bytes
from tests.support.servers import sleeper
from tests.support.sidecar import LaunchSidecar
from tests.support.toml import write_config


def test_the_version_is_that_of_the_protocol_s_server_info() -> None:
    told = run_bytes(b"", "--version")
    assert told.exit_code == 0
    match = re.fullmatch(
        r"(?:sidecar |python-server-sidecar )?(\d+\.\d+\S*)\n", told.stdout.decode()
    )
    assert match, f"odd version text: {told.stdout!r}"
    (answer,) = run_bytes(lines(call("initialize"))).messages
    assert answer["result"]["serverInfo"]["version"] == match[1]


def test_help_names_the_commands() -> None:
    result = run_bytes(b"", "--help")
    assert result.exit_code == 0
    for command in ("stdio", "check", "console", "call"):
        assert command in result.stdout.decode()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--no-such-option"], "--no-such-option"),
        (["no-such-command"], "no-such-command"),
        (["--framing", "smoke-signals"], "smoke-signals"),
        (["--config"], "--config"),
        (["--log-level", "whisper"], "whisper"),
        (["stdio", "unexpected"], "unexpected"),
        (["call"], "METHOD"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_exits_with_2_and_one_line(arguments: list[str], named: str) -> None:
    result = run_bytes(b"", *arguments)
    assert (result.exit_code, result.stdout) == (2, b"")
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert named.lower() in result.stderr.lower()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[servers.api\n", "line 1"),
        ("servers = 3\n", "servers"),
        ('[servers.api]\napp = "m:app"\nprot = 80\n', "servers.api.prot"),
        ('[servers.api]\napp = "m:app"\nport = "eighty"\n', "servers.api.port"),
        ("[servers.api]\nport = 8000\n", "servers.api"),
        ("[server.api]\n", "server"),
        ("\x00", "sidecar.toml"),
    ],
    ids=["no TOML", "wrong type of table", "unknown key", "wrong type", "neither app nor command",
         "unknown table", "a null byte"],
)  # fmt: skip
def test_a_broken_configuration_exits_with_2_and_one_line(
    text: str, named: str, tmp_path: Path
) -> None:
    config = tmp_path / "sidecar.toml"
    config.write_text(text)
    result = run_bytes(lines(call("list_servers")), "--config", str(config))
    assert (result.exit_code, result.stdout) == (2, b"")
    (line,) = result.stderr.splitlines()
    assert "sidecar.toml" in line
    assert named in line


def test_a_configuration_that_is_not_utf_8_is_told_in_one_line(tmp_path: Path) -> None:
    config = tmp_path / "sidecar.toml"
    config.write_bytes(b'[servers.api]\napp = "\xff"\n')
    result = run_bytes(b"", "--config", str(config))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_missing_configuration_file_is_named(tmp_path: Path) -> None:
    result = run_bytes(b"", "--config", str(tmp_path / "absent.toml"))
    assert (result.exit_code, result.stdout) == (2, b"")
    (line,) = result.stderr.splitlines()
    assert "absent.toml" in line


def test_an_unknown_key_is_answered_with_a_suggestion(tmp_path: Path) -> None:
    config = write_config(tmp_path / "sidecar.toml", {"api": sleeper(prot=8000)})
    assert "port" in run_bytes(b"", "--config", str(config)).stderr.replace("prot", "")


@pytest.mark.parametrize("placed", ["before", "after"])
def test_the_configuration_may_be_given_before_or_after_the_command(
    placed: str, tmp_path: Path
) -> None:
    config = write_config(tmp_path / "sidecar.toml", {"api": sleeper()})
    option = ["--config", str(config)]
    arguments = [*option, "stdio"] if placed == "before" else ["stdio", *option]
    (answer,) = run_bytes(lines(call("list_servers")), *arguments).messages
    assert [status["name"] for status in answer["result"]] == ["api"]


async def test_autostarted_servers_run_without_a_request(sidecar: LaunchSidecar) -> None:
    s = await sidecar({"api": sleeper(autostart=True), "other": sleeper()})
    await s.until("python-server-ready", lambda params: params["name"] == "api")
    statuses = {one["name"]: one["status"] for one in await s.request("list_servers")}
    assert statuses == {"api": "running", "other": "stopped"}
