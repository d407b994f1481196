"""From a server's settings to the program that is run: arguments and environment, or why not."""

import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.spec import HOST_PLACEHOLDER, PORT_PLACEHOLDER, ServerSpec
from sidecar.supervision.interfaces import CannotLaunch

LAUNCHER = Path(__file__).with_name("launch_uvicorn.py")

MARK_VARIABLE = "SIDECAR_PROCESS_MARK"
"""In the environment of every process of a server: proof, even for one that left its family."""


def arguments(spec: ServerSpec, port: int, report: int) -> list[str]:
    """The command line; an app is handed the descriptor `report` to announce itself on."""
    if spec.command is not None:
        return [_filled_in(part, spec, port) for part in spec.command]
    assert spec.app is not None
    address = ["--host", spec.host, "--port", str(port)]
    return [spec.python, str(LAUNCHER), str(report), spec.app, *address, *spec.args]


def environment(spec: ServerSpec, port: int, mark: str) -> dict[str, str]:
    """The sidecar's own environment, what makes Python print at once and legibly, then `env`."""
    ours = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": spec.encoding}
    theirs = {name: _filled_in(value, spec, port) for name, value in spec.env.items()}
    return {**os.environ, **ours, **theirs, MARK_VARIABLE: mark}


def check_launchable(spec: ServerSpec, program: str, env: Mapping[str, str]) -> str:
    """The file that will be run.

    Raises:
        CannotLaunch: no such folder, no such program, or one that cannot be executed.
    """
    cwd = Path(spec.cwd)
    if not cwd.is_dir():
        what = "is not a folder" if cwd.exists() else "does not exist"
        raise _cannot(spec, f"its working directory {spec.cwd} {what}", "Create it, or set `cwd`.")
    key = "command" if spec.command else "python"
    if os.sep not in program:
        found = shutil.which(program, path=env.get("PATH"))
        if found is None:
            raise _cannot(
                spec,
                f"there is no program {program!r} on PATH",
                f"Install it, or set `{key}` to where it is.",
            )
        return found
    path = Path(spec.cwd, program)
    if not path.exists():
        raise _cannot(spec, f"there is no program {program}", f"Correct `{key}`, or install it.")
    if path.is_dir() or not os.access(path, os.X_OK):
        why = "is a folder" if path.is_dir() else "is not executable"
        raise _cannot(spec, f"{program} {why}", f"chmod +x {program}, or correct `{key}`.")
    return program


def explain_os_error(spec: ServerSpec, program: str, error: OSError) -> CannotLaunch:
    """Why the system refused to run a program that looked right."""
    if isinstance(error, FileNotFoundError):
        why = f"{program} was found, but not the interpreter that its first line (#!) names"
        return _cannot(spec, why, "Correct that line, or install the interpreter.")
    if error.errno == errno.ENOEXEC:
        why = f"{program} is not a program for this system"
        return _cannot(spec, why, "Give a script a first line such as #!/bin/sh.")
    return _cannot(spec, f"{program}: {error.strerror}", "Correct it and start again.")


def _filled_in(text: str, spec: ServerSpec, port: int) -> str:
    return text.replace(PORT_PLACEHOLDER, str(port)).replace(HOST_PLACEHOLDER, spec.host)


def _cannot(spec: ServerSpec, why: str, hint: str) -> CannotLaunch:
    message = f"{spec.name} could not be launched: {why}"
    return CannotLaunch(Failure(FailureCode.SPAWN_FAILED, message, hint))
