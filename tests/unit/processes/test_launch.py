"""From settings to the program that is run, and why it cannot be."""

import errno
import os
import sys
from pathlib import Path

import pytest

from sidecar.domain.errors import FailureCode
from sidecar.domain.spec import ReadyCheck, ServerSpec
from sidecar.processes.guarding.marks import VARIABLE
from sidecar.processes.launch import (
    LAUNCHER,
    Inherited,
    arguments,
    check_launchable,
    environment,
    explain_error_number,
    launch_of,
    no_guardian,
    takes_sockets,
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


@pytest.mark.parametrize(
    ("inherited", "options"),
    [
        (Inherited(), []),
        (Inherited(channel=True), ["report=3"]),
        (Inherited(1, channel=True), ["listen=3", "report=4"]),
        (Inherited(2, channel=True), ["listen=3,4", "report=5"]),
        (Inherited(2, channel=True, door=True), ["listen=3,4", "report=5", "door=6"]),
    ],
)
def test_an_app_is_run_by_its_own_interpreter_and_told_what_stands_where(
    inherited: Inherited, options: list[str]
) -> None:
    given = APP._replace(args=("--workers", "2"))
    assert arguments(given, 8121, inherited) == [
        "/srv/venv/bin/python",
        str(LAUNCHER),
        *options,
        "--",
        "shop.main:app",
        "--host",
        "::1",
        "--port",
        "8121",
        "--workers",
        "2",
    ]


def test_host_and_port_are_filled_in_wherever_a_command_names_them() -> None:
    found = arguments(COMMAND, 8121, Inherited())
    assert found == ["./serve", "--listen=::1:8121", "8121"]


def test_a_descriptor_is_named_to_a_command_that_takes_the_socket_and_to_no_other() -> None:
    given = COMMAND._replace(command=("serve", "--fd={fd}"), handoff="socket")
    assert arguments(given, 80, Inherited(1)) == ["serve", "--fd=3"]
    assert arguments(given._replace(handoff="none"), 80, Inherited()) == ["serve", "--fd={fd}"]


def test_who_takes_sockets_is_told_so_as_systemd_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"):
        monkeypatch.setenv(name, "the sidecar's own")
    for handoff in ("socket", "overlap"):
        taking = COMMAND._replace(handoff=handoff)
        assert takes_sockets(taking)
        found = environment(taking, 80)
        assert found["LISTEN_FDS"] == "1"
        assert not {"LISTEN_PID", "LISTEN_FDNAMES"} & found.keys()
    for not_taking in (COMMAND, APP._replace(handoff="socket")):
        assert not takes_sockets(not_taking)
        assert not [name for name in environment(not_taking, 80) if name.startswith("LISTEN_")]


def test_other_braces_are_left_alone() -> None:
    given = COMMAND._replace(command=("echo", "{user}", "{", '{"port": {port}}'))
    assert arguments(given, 80, Inherited()) == ["echo", "{user}", "{", '{"port": 80}']


def test_the_environment_is_inherited_and_then_the_servers_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INHERITED", "yes")
    monkeypatch.setenv("CHANGED", "before")
    given = APP._replace(env={"CHANGED": "after", "LISTEN": "{host}:{port}"})
    found = environment(given, 8121)
    assert found["INHERITED"] == "yes"
    assert found["CHANGED"] == "after"
    assert found["LISTEN"] == "::1:8121"


def test_python_prints_at_once_and_in_the_servers_encoding_unless_told_otherwise() -> None:
    found = environment(APP._replace(encoding="cp949"), 0)
    assert (found["PYTHONUNBUFFERED"], found["PYTHONIOENCODING"]) == ("1", "cp949")
    own = environment(APP._replace(env={"PYTHONUNBUFFERED": ""}), 0)
    assert own["PYTHONUNBUFFERED"] == ""


def test_the_mark_of_the_sidecar_itself_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "of whoever runs the sidecar")
    assert VARIABLE not in environment(APP, 0)


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
    given = COMMAND._replace(command=(str(program),))
    assert caught.value.errno is not None
    failure = explain_error_number(given, caught.value.errno).failure
    assert failure.code is FailureCode.SPAWN_FAILED
    assert f"{program} " in failure.message
    assert why in failure.message
    assert failure.hint


def test_any_other_refusal_is_told_in_the_systems_words() -> None:
    failure = explain_error_number(COMMAND, errno.E2BIG).failure
    assert "./serve: Argument list too long" in failure.message
    assert "/srv/venv/bin/python: " in explain_error_number(APP, errno.EPERM).failure.message


def test_a_guardian_that_cannot_be_started_is_told_with_the_reason() -> None:
    failure = no_guardian(APP, OSError(errno.EAGAIN, "Resource temporarily unavailable")).failure
    assert failure.code is FailureCode.SPAWN_FAILED
    assert "Resource temporarily unavailable" in failure.message
    assert failure.hint


def test_a_path_that_cannot_even_be_looked_at_is_refused_like_any_other() -> None:
    endless = "/" + "x" * 5000
    assert "does not exist" in refusal(COMMAND._replace(cwd=endless), "sh")
    assert "there is no program" in refusal(COMMAND, endless)


def test_what_is_launched_is_bytes_whatever_this_process_takes_for_text() -> None:
    given = COMMAND._replace(cwd="/값", handoff="socket")
    argv, env, cwd, listens = launch_of(["serve", "\udcff"], {"KEY": "값"}, given)
    assert argv == [b"serve", b"\xff"]
    assert env == {b"KEY": "값".encode()}
    assert cwd == "/값".encode()
    assert listens
    assert not launch_of(["serve"], {}, APP)[3]


def test_the_launcher_is_where_it_is_said_to_be() -> None:
    assert LAUNCHER.is_file()
    assert check_launchable(APP._replace(python=sys.executable), sys.executable, {})
