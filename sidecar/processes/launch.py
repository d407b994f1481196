"""From a server's settings to the program that is run: arguments and environment, or why not."""

import errno
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.spec import FD_PLACEHOLDER, HOST_PLACEHOLDER, PORT_PLACEHOLDER, ServerSpec
from sidecar.processes.guarding import marks
from sidecar.processes.guarding.guard_protocol import Launch
from sidecar.supervision.interfaces import CannotLaunch

LAUNCHER = Path(__file__).with_name("launch_uvicorn.py")

_NOT_PASSED_ON = frozenset({"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", marks.VARIABLE})
"""Sockets that the sidecar itself was handed are none of its servers', and whose it is itself."""

_SHORTAGES = frozenset({errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE})
_SHORTAGE_HINT = "See that the machine has processes, files and memory to spare."

FIRST_DESCRIPTOR = 3
"""What a server inherits stands from here on: after its standard streams, as systemd does it."""


class Inherited(NamedTuple):
    """How many listening sockets a server is handed; and whether a channel and a door follow."""

    sockets: int = 0
    channel: bool = False
    door: bool = False


def arguments(spec: ServerSpec, port: int, inherited: Inherited) -> list[str]:
    """The command line; that of an app begins with what its launcher has to know."""
    if spec.command is not None:
        return [_filled_in(part, spec, port) for part in spec.command]
    assert spec.app is not None
    places = list(range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + sum(map(int, inherited))))
    options: list[str] = []
    if inherited.sockets:
        options.append("listen=" + ",".join(map(str, places[: inherited.sockets])))
    if inherited.channel:
        options.append(f"report={places[inherited.sockets]}")
    if inherited.door:
        options.append(f"door={places[-1]}")
    address = ["--host", spec.host, "--port", str(port)]
    return [spec.python, str(LAUNCHER), *options, "--", spec.app, *address, *spec.args]


def environment(spec: ServerSpec, port: int) -> dict[str, str]:
    """The sidecar's own environment, what makes Python print at once and legibly, then `env`."""
    ours = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": spec.encoding}
    theirs = {name: _filled_in(value, spec, port) for name, value in spec.env.items()}
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    env = {**inherited, **ours, **theirs}
    if takes_sockets(spec):
        env["LISTEN_FDS"] = "1"
        env.pop("LISTEN_FDNAMES", None)
    return env


def takes_sockets(spec: ServerSpec) -> bool:
    """Whether it is handed its listening socket by systemd's convention."""
    return spec.command is not None and spec.handoff != "none"


def check_launchable(spec: ServerSpec, program: str, env: Mapping[str, str]) -> str:
    """The file that will be run.

    Raises:
        CannotLaunch: no such folder, no such program, or one that cannot be executed.
    """
    if not os.path.isdir(spec.cwd):  # unlike Path's, never raises: a folder may be out of reach
        what = "is not a folder" if os.path.exists(spec.cwd) else "does not exist"
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
    path = os.path.join(spec.cwd, program)
    if not os.path.exists(path):
        raise _cannot(spec, f"there is no program {program}", f"Correct `{key}`, or install it.")
    if os.path.isdir(path) or not os.access(path, os.X_OK):
        why = "is a folder" if os.path.isdir(path) else "is not executable"
        raise _cannot(spec, f"{program} {why}", f"chmod +x {program}, or correct `{key}`.")
    return program


def explain_error_number(spec: ServerSpec, number: int) -> CannotLaunch:
    """Why the system refused to run a program that looked right."""
    program = spec.command[0] if spec.command else spec.python
    if number == errno.ENOENT:
        why = f"{program} was found, but not the interpreter that its first line (#!) names"
        return _cannot(spec, why, "Correct that line, or install the interpreter.")
    if number == errno.ENOEXEC:
        why = f"{program} is not a program for this system"
        return _cannot(spec, why, "Give a script a first line such as #!/bin/sh.")
    why = f"{program}: {os.strerror(number)}"
    if number in _SHORTAGES:
        return _cannot(spec, why, _SHORTAGE_HINT, permanent=False)
    return _cannot(spec, why, "Correct it and start again.")


def no_guardian(spec: ServerSpec, error: OSError) -> CannotLaunch:
    """There is nobody who could launch it."""
    why = f"its guardian, {sys.executable}, cannot be started: {error.strerror}"
    return _cannot(spec, why, _SHORTAGE_HINT, permanent=False)


def launch_of(argv: list[str], env: Mapping[str, str], spec: ServerSpec) -> Launch:
    """For the keeper, which has no part in how this process encodes text."""
    variables = {os.fsencode(name): os.fsencode(value) for name, value in env.items()}
    arguments = [os.fsencode(argument) for argument in argv]
    return arguments, variables, os.fsencode(spec.cwd), takes_sockets(spec)


def _filled_in(text: str, spec: ServerSpec, port: int) -> str:
    text = text.replace(PORT_PLACEHOLDER, str(port)).replace(HOST_PLACEHOLDER, spec.host)
    return text.replace(FD_PLACEHOLDER, str(FIRST_DESCRIPTOR)) if takes_sockets(spec) else text


def _cannot(spec: ServerSpec, why: str, hint: str, *, permanent: bool = True) -> CannotLaunch:
    message = f"{spec.name} could not be launched: {why}"
    failure = Failure(FailureCode.SPAWN_FAILED, message, hint)
    return CannotLaunch(failure, permanent=permanent)
