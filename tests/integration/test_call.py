"""`sidecar call`: one request for a script, its result on stdout, success as the exit code."""

from pathlib import Path

import orjson
import pytest

from tests.support.raw import run_bytes
from tests.support.servers import Spec, portless, sleeper
from tests.support.toml import write_config


def config(folder: Path, **servers: Spec) -> str:
    return str(write_config(folder / "sidecar.toml", servers))


def test_the_result_is_indented_json_on_stdout(tmp_path: Path) -> None:
    done = run_bytes(b"", "call", "get_status", "--config", config(tmp_path, 서버=sleeper()))
    assert (done.exit_code, done.stderr) == (0, "")
    assert orjson.loads(done.stdout)["name"] == "서버"
    assert '\n  "name": "서버"'.encode() in done.stdout


def test_parameters_are_json(tmp_path: Path) -> None:
    servers = config(tmp_path, api=sleeper(), web=sleeper())
    done = run_bytes(b"", "call", "get_status", '{"name": "web"}', "--config", servers)
    assert done.exit_code == 0
    assert orjson.loads(done.stdout)["name"] == "web"


def test_a_started_server_ends_with_the_command_which_says_so(tmp_path: Path) -> None:
    done = run_bytes(b"", "call", "start", "--config", config(tmp_path, api=sleeper()))
    assert done.exit_code == 0
    assert orjson.loads(done.stdout)["success"] is True
    assert len(done.stderr.splitlines()) == 1
    assert "the server stops with this command" in done.stderr


def test_a_failed_operation_keeps_its_result_and_exits_with_1(tmp_path: Path) -> None:
    broken = portless("raise SystemExit(3)", ready={"log": "never printed"})
    done = run_bytes(b"", "call", "start", "--config", config(tmp_path, api=broken))
    assert done.exit_code == 1
    answer = orjson.loads(done.stdout)
    assert answer["error"]["code"] == "EXITED_EARLY"
    (line,) = done.stderr.splitlines()
    assert answer["message"] in line
    assert answer["error"]["hint"] in line


def test_a_refused_request_says_why_in_one_line_and_exits_with_1(tmp_path: Path) -> None:
    servers = config(tmp_path, api=sleeper())
    done = run_bytes(b"", "call", "start", '{"name": "web"}', "--config", servers)
    assert (done.exit_code, done.stdout) == (1, b"")
    (line,) = done.stderr.splitlines()
    assert "start" in line
    assert "'web'" in line
    assert "-32001" in line


def test_an_invalid_parameter_is_named(tmp_path: Path) -> None:
    servers = config(tmp_path, api=sleeper())
    done = run_bytes(b"", "call", "start", '{"nmae": "api"}', "--config", servers)
    assert done.exit_code == 1
    assert "nmae" in done.stderr


@pytest.mark.parametrize("text", ["{name: api}", "", "{", "NaN"])
def test_parameters_that_are_no_json_exit_with_2(text: str) -> None:
    done = run_bytes(b"", "call", "start", text)
    assert (done.exit_code, done.stdout) == (2, b"")
    assert "not valid JSON" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_broken_configuration_exits_with_2_and_its_one_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text('[servers.api]\ncommand = ["x"]\nprot = 80\n', encoding="utf-8")
    done = run_bytes(b"", "call", "list_servers", "--config", str(path))
    assert (done.exit_code, done.stdout) == (2, b"")
    assert "servers.api.prot" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_shutdown_is_a_request_like_any_other() -> None:
    done = run_bytes(b"", "call", "shutdown")
    assert (done.exit_code, done.stdout, done.stderr) == (0, b"null\n", "")
