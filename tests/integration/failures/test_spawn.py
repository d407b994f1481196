"""Programs that cannot be started at all: the missing or unusable thing is named."""

import re
from pathlib import Path

import pytest

from tests.integration.failures.explanations import fails_to_start, says
from tests.support.servers import asgi_app, sleeper
from tests.support.sidecar import LaunchSidecar, RpcError


async def test_an_interpreter_that_is_not_there(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    missing = tmp_path / ".venv" / "bin" / "python"

    answer = await fails_to_start(
        sidecar, asgi_app(tmp_path, python=".venv/bin/python"), "SPAWN_FAILED"
    )

    says(answer, re.escape(str(missing)), "no program|no such|not found")
    assert "python" in answer["error"]["hint"]


async def test_an_interpreter_that_is_not_executable(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    plain = tmp_path / "python"
    plain.write_text("not a program")

    answer = await fails_to_start(sidecar, asgi_app(tmp_path, python=str(plain)), "SPAWN_FAILED")

    says(answer, re.escape(str(plain)), "not executable|permission|not allowed")


async def test_an_interpreter_that_is_a_folder(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    answer = await fails_to_start(sidecar, asgi_app(tmp_path, python=str(tmp_path)), "SPAWN_FAILED")

    says(answer, re.escape(str(tmp_path)))


async def test_a_working_directory_that_is_not_there(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    missing = tmp_path / "없는 폴더"

    answer = await fails_to_start(sidecar, sleeper(cwd=str(missing)), "SPAWN_FAILED")

    says(answer, re.escape(str(missing)), "working directory|folder|cwd")
    assert "cwd" in answer["error"]["hint"]


async def test_a_working_directory_that_is_a_file(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    answer = await fails_to_start(sidecar, sleeper(cwd=str(file)), "SPAWN_FAILED")

    says(answer, re.escape(str(file)), "not a (folder|directory)|is a file")


async def test_a_command_that_is_not_on_the_path(sidecar: LaunchSidecar) -> None:
    spec = {"command": ["no-such-program-here", "--serve"], "ready": {"none": True}}

    answer = await fails_to_start(sidecar, spec, "SPAWN_FAILED")

    says(answer, "no-such-program-here", "no program|no such|not found")


async def test_a_command_that_is_not_there(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    spec = {"command": ["./server"], "cwd": str(tmp_path), "ready": {"none": True}}

    answer = await fails_to_start(sidecar, spec, "SPAWN_FAILED")

    says(answer, r"/server\b|\./server", "no program|no such|not found")


async def test_a_command_that_is_not_executable(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    program = tmp_path / "server"
    program.write_text("#!/bin/sh\nsleep 60\n")
    spec = {"command": ["./server"], "cwd": str(tmp_path), "ready": {"none": True}}

    answer = await fails_to_start(sidecar, spec, "SPAWN_FAILED")

    says(answer, r"/server\b", "not executable|permission|not allowed")
    assert re.search("chmod|executable", answer["error"]["hint"])


async def test_a_script_whose_interpreter_is_not_there(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    program = tmp_path / "server"
    program.write_text("#!/opt/no-such-interpreter\n")
    program.chmod(0o755)
    spec = {"command": [str(program)], "ready": {"none": True}}

    answer = await fails_to_start(sidecar, spec, "SPAWN_FAILED")

    says(answer, re.escape(str(program)), "/opt/no-such-interpreter|interpreter")


@pytest.mark.parametrize("content", [b"\x7fELF nonsense", b"no shebang\n", b""])
async def test_a_file_that_is_no_program(
    sidecar: LaunchSidecar, tmp_path: Path, content: bytes
) -> None:
    program = tmp_path / "server"
    program.write_bytes(content)
    program.chmod(0o755)
    spec = {"command": [str(program)], "ready": {"none": True}}

    answer = await fails_to_start(sidecar, spec, "SPAWN_FAILED")

    says(answer, re.escape(str(program)), "format|not a program|cannot be executed|#!")


async def test_a_log_file_that_cannot_be_written(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    (tmp_path / "logs").touch()  # a file where the folder should be
    log = tmp_path / "logs" / "server.log"

    answer = await fails_to_start(sidecar, sleeper(logs={"file": str(log)}), "SPAWN_FAILED")

    says(answer, re.escape(str(log)), "log")


async def test_an_argument_with_a_nul_is_refused(sidecar: LaunchSidecar) -> None:
    client = await sidecar({})
    spec = {"command": ["true", "a\0b"], "ready": {"none": True}}

    with pytest.raises(RpcError) as refused:
        await client.request("initialize", servers={"api": spec})

    assert refused.value.code == -32602
    assert refused.value.data["field"].startswith("servers.api.command")
