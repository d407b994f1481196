"""From settings to the program that is run, and why it cannot be."""

import errno
import os
import sys
from pathlib import Path

import pytest

from sidecar.domain.errors import FailureCode
from sidecar.domain.spec import ReadyCheck, ServerSpec
from sidecar.processes.launch import (
    LAUNCHER,
    MARK_VARIABLE,
    arguments,
    check_launchable,
    environment,
    explain_os_error,
)
from sidecar.supervision.interfaces import CannotLaunch

APP = ServerSpec(
    name="api",
    app="shop.main:app",
    command=None,
    python="/srv/venv/bin/python",
    cwd="/",
    ready=ReadyCheck("http"),
    host="::1",
)
COMMAND = APP._replace(app=None, command=("./serve", "--listen={host}:{port}", "{port}"))


def refusal(given: ServerSpec, program: str, path: str | None = None) -> str:
    """Why `program` cannot be launched, and what to do: all of it in one text."""
    env = {} if path is None else {"PATH": path}
    with pytest.raises(CannotLaunch) as caught:
        check_launchable(given, program, env)
    failure = caught.value.failure
    assert failure.code is FailureCode.SPAWN_FAILED
    assert failure.hint
    assert failure.message.startswith("api could not be launched: ")
    return failure.sentence


def test_an_app_is_run_by_its_own_interpreter_with_uvicorns_options() -> None:
    given = APP._replace(args=("--workers", "2"))
    assert arguments(given, 8121, 5) == [
        "/srv/venv/bin/python",
        str(LAUNCHER),
        "5",
        "shop.main:app",
        "--host",
        "::1",
        "--port",
        "8121",
        "--workers",
        "2",
    ]


def test_host_and_port_are_filled_in_wherever_a_command_names_them() -> None:
    assert arguments(COMMAND, 8121, -1) == ["./serve", "--listen=::1:8121", "8121"]


def test_other_braces_are_left_alone() -> None:
    given = COMMAND._replace(command=("echo", "{user}", "{", '{"port": {port}}'))
    assert arguments(given, 80, -1) == ["echo", "{user}", "{", '{"port": 80}']


def test_the_environment_is_inherited_and_then_the_servers_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INHERITED", "yes")
    monkeypatch.setenv("CHANGED", "before")
    given = APP._replace(env={"CHANGED": "after", "LISTEN": "{host}:{port}"})
    found = environment(given, 8121, "mark")
    assert found["INHERITED"] == "yes"
    assert found["CHANGED"] == "after"
    assert found["LISTEN"] == "::1:8121"
    assert found[MARK_VARIABLE] == "mark"


def test_python_prints_at_once_and_in_the_servers_encoding_unless_told_otherwise() -> None:
    found = environment(APP._replace(encoding="cp949"), 0, "")
    assert (found["PYTHONUNBUFFERED"], found["PYTHONIOENCODING"]) == ("1", "cp949")
    own = environment(APP._replace(env={"PYTHONUNBUFFERED": ""}), 0, "")
    assert own["PYTHONUNBUFFERED"] == ""


def test_nobody_can_take_another_servers_mark() -> None:
    assert (
        environment(APP._replace(env={MARK_VARIABLE: "fake"}), 0, "true")[MARK_VARIABLE] == "true"
    )


def test_a_program_is_looked_for_on_the_servers_own_path(tmp_path: Path) -> None:
    program = tmp_path / "serve"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert check_launchable(COMMAND, "serve", {"PATH": str(tmp_path)}) == str(program)
    assert "there is no program 'serve' on PATH" in refusal(COMMAND, "serve", "/nowhere")


def test_a_relative_program_is_looked_for_in_the_working_directory(tmp_path: Path) -> None:
    program = tmp_path / "serve"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert check_launchable(COMMAND._replace(cwd=str(tmp_path)), "./serve", {}) == "./serve"
    assert "there is no program ./serve" in refusal(COMMAND, "./serve")


def test_the_key_to_correct_is_named() -> None:
    assert "Correct `command`" in refusal(COMMAND, "/nowhere/serve")
    assert "Correct `python`" in refusal(APP, "/nowhere/python")


def test_a_program_that_is_not_executable_is_told_with_the_cure(tmp_path: Path) -> None:
    program = tmp_path / "serve"
    program.touch(mode=0o644)
    told = refusal(COMMAND, str(program))
    assert f"{program} is not executable" in told
    assert f"chmod +x {program}" in told


def test_a_folder_is_no_program(tmp_path: Path) -> None:
    assert f"{tmp_path} is a folder" in refusal(COMMAND, str(tmp_path))


def test_a_working_directory_must_be_there_and_be_one(tmp_path: Path) -> None:
    missing, file = tmp_path / "missing", tmp_path / "file"
    file.touch()
    assert f"{missing} does not exist" in refusal(COMMAND._replace(cwd=str(missing)), "sh")
    assert f"{file} is not a folder" in refusal(COMMAND._replace(cwd=str(file)), "sh")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"#!/no/such/interpreter\n", "not the interpreter that its first line (#!) names"),
        (b"echo no first line\n", "is not a program for this system"),
        (b"\x7fELF of another machine", "is not a program for this system"),
    ],
    ids=["interpreter", "script", "binary"],
)
def test_what_the_system_itself_refuses_is_explained(
    tmp_path: Path, content: bytes, why: str
) -> None:
    program = tmp_path / "serve"
    program.write_bytes(content)
    program.chmod(0o755)
    with pytest.raises(OSError) as caught:
        os.posix_spawn(program, [str(program)], {})
    failure = explain_os_error(COMMAND, str(program), caught.value).failure
    assert failure.code is FailureCode.SPAWN_FAILED
    assert why in failure.message


def test_any_other_refusal_is_told_in_the_systems_words() -> None:
    error = OSError(errno.E2BIG, os.strerror(errno.E2BIG))
    assert "Argument list too long" in explain_os_error(COMMAND, "serve", error).failure.message


def test_the_launcher_is_where_it_is_said_to_be() -> None:
    assert LAUNCHER.is_file()
    assert check_launchable(APP._replace(python=sys.executable), sys.executable, {})
