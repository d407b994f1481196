"""Apps that cannot be started: what is missing or wrong in the source is named."""

import sys
from pathlib import Path

from tests.integration.failures.explanations import fails_to_start, module, says, tail_of
from tests.support.sidecar import LaunchSidecar

BASE_PYTHON = Path(sys.executable).resolve()

FAILING_LIFESPAN = """
from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def lifespan(app):
    raise RuntimeError("the database at 10.0.0.5 is away")
    yield

app = FastAPI(lifespan=lifespan)
"""


async def test_an_app_module_that_is_not_there(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    spec = {"app": "no_such_module:app", "cwd": str(tmp_path), "port": 0}

    answer = await fails_to_start(sidecar, spec, "EXITED_EARLY")

    says(answer, "no_such_module", "not found")
    assert "cwd" in answer["error"]["hint"]
    assert answer["error"]["data"]["exitCode"] in {1, 3}  # uvicorn has used both
    assert "no_such_module" in tail_of(answer)


async def test_a_package_that_the_app_needs_and_is_not_installed(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    spec = module(tmp_path, "needy", "import nonexistent_package_9\napp = None\n")

    answer = await fails_to_start(sidecar, spec, "EXITED_EARLY")

    says(answer, "nonexistent_package_9", "not installed|not found")
    assert "install" in answer["error"]["hint"].lower()
    assert "ModuleNotFoundError" in tail_of(answer)


async def test_a_syntax_error_in_the_app(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    spec = module(tmp_path, "misspelt", "import os\n\ndef app(:\n    pass\n")

    answer = await fails_to_start(sidecar, spec, "EXITED_EARLY")

    says(answer, "SyntaxError|syntax error", r"misspelt\.py", "line 3")
    assert "SyntaxError" in tail_of(answer)


async def test_a_name_that_cannot_be_imported(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    spec = module(tmp_path, "importing", "from os import no_such_function\napp = None\n")

    answer = await fails_to_start(sidecar, spec, "EXITED_EARLY")

    says(answer, "import", "no_such_function")


async def test_an_exception_while_the_app_is_imported(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    spec = module(tmp_path, "raising", "import os\nos.environ['NO_SUCH_SETTING']\napp = None\n")

    answer = await fails_to_start(sidecar, spec, "EXITED_EARLY")

    says(answer, "KeyError", "NO_SUCH_SETTING")


async def test_an_attribute_that_the_module_does_not_have(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    spec = module(tmp_path, "attributes", "application = None\n") | {"app": "attributes:app"}

    answer = await fails_to_start(sidecar, spec, "EXITED_EARLY")

    says(answer, "'app'", "attributes")
    assert "module:attribute" in answer["error"]["hint"]


async def test_an_exception_in_the_lifespan_startup(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    spec = module(tmp_path, "lifespans", FAILING_LIFESPAN)

    answer = await fails_to_start(sidecar, spec, "EXITED_EARLY")

    says(answer, "startup", "the database at 10.0.0.5 is away")
    assert answer["error"]["data"]["exitCode"] == 3
    assert "Application startup failed" in tail_of(answer)


async def test_an_argument_that_uvicorn_does_not_know(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    spec = module(tmp_path, "plain", "app = None\n", args=["--no-such-option"])

    answer = await fails_to_start(sidecar, spec, "EXITED_EARLY")

    says(answer, "--no-such-option")


async def test_an_interpreter_without_uvicorn(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    isolated = tmp_path / "bare-python"
    isolated.write_text(f'#!/bin/sh\nexec {BASE_PYTHON} -S -E "$@"\n')
    isolated.chmod(0o755)
    spec = module(tmp_path, "plain", "app = None\n", python=str(isolated))

    answer = await fails_to_start(sidecar, spec, "EXITED_EARLY")

    says(answer, "uvicorn", "not installed|not found")
    assert "python" in answer["error"]["hint"]


async def test_korean_in_an_exception_is_told_as_it_was_raised(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    spec = module(tmp_path, "korean", "raise ValueError('설정 파일이 없습니다')\n")

    answer = await fails_to_start(sidecar, spec, "EXITED_EARLY")

    says(answer, "설정 파일이 없습니다")
