"""Puts into words why a run went wrong, with what its process printed last."""

from collections.abc import Sequence
from typing import NamedTuple

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import ServerSpec

_DEFECT_HINT = "The sidecar's own log (stderr) has the details; please report them."


class Finding(NamedTuple):
    """`permanent` says that another start would fail the same way."""

    failure: Failure
    permanent: bool


def examine(
    spec: ServerSpec, port: int, ended: Exit | None, tail: list[str], *, was_ready: bool
) -> Finding:
    """Explains the end of a process that nobody had asked to end."""
    ended = ended or Exit()
    why, hint, permanent = _cause(spec, port, ended, tail)
    early = "" if was_ready else " before it was ready"
    message = f"{spec.name} ended{early}: {why}"
    failure = Failure(FailureCode.EXITED_EARLY, message, hint, _data(ended, tail))
    return Finding(failure, permanent)


def survived(spec: ServerSpec, survivors: int) -> Failure:
    """Something is left in spite of SIGKILL."""
    return Failure(
        FailureCode.STOP_TIMEOUT,
        f"{spec.name} did not end, not even by force; processes that are left: {survivors}",
        "They hang in the system (a disk or network that does not answer?): "
        "try again later, or restart the machine.",
    )


def defect_in_start(spec: ServerSpec) -> Failure:
    """The sidecar itself has failed."""
    message = f"{spec.name} could not be started: an internal error of the sidecar"
    return Failure(FailureCode.SPAWN_FAILED, message, _DEFECT_HINT)


def defect_in_stop(spec: ServerSpec) -> Failure:
    """Likewise."""
    message = f"{spec.name} could not be stopped: an internal error of the sidecar"
    return Failure(FailureCode.STOP_TIMEOUT, message, _DEFECT_HINT)


def _cause(
    spec: ServerSpec, port: int, ended: Exit, tail: list[str]
) -> tuple[str, str | None, bool]:
    try:
        from sidecar.domain.explain import explain_exit  # many patterns, for bad days only
    except (ImportError, OSError):  # as bad as that: no more files can be opened
        return str(ended), "See its last lines.", False
    return explain_exit(spec, port, ended, tail)


def _data(ended: Exit, tail: Sequence[str]) -> dict[str, object]:
    data: dict[str, object] = {"tail": tail}
    if ended.code is not None:
        data["exitCode"] = ended.code
    if ended.signal is not None:
        data["signal"] = ended.signal
    return data
