"""What people are told of a command that was done, or cancelled; failures speak for themselves."""

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.events import ServerStatus
from sidecar.supervision.run import Run


def already_running(status: ServerStatus) -> str:
    """A start had nothing to do."""
    return f"{status.name} is already running{_whereabouts(status)}"


def running(status: ServerStatus, run: Run, *, old_was_killed: bool) -> str:
    """A start or restart is done; a restart also tells how the old process ended."""
    message = f"{status.name} is running{_whereabouts(status)}"
    if run.spec.port not in (0, run.port):
        message += f"; port {run.spec.port} was taken, so it listens on {run.port}"
    if old_was_killed:
        message += "; the old process did not stop in time and was killed"
    return message


def stopped(run: Run) -> str:
    """A stop is done, by force or without."""
    name = run.spec.name
    if not run.forced:
        return f"{name} is stopped"
    if run.grace == 0:
        return f"{name} was killed"
    return f"{name} did not stop within {run.grace:g} s and was killed"


def cancelled(name: str) -> Failure:
    """A stop came while the server started."""
    return Failure(
        FailureCode.CANCELLED,
        f"the start of {name} was cancelled: it was asked to stop meanwhile",
        "Start it again when it is wanted.",
    )


def old_goes_on(failure: Failure) -> Failure:
    """A restart failed before anything was given up for it."""
    return failure._replace(message=f"{failure.message}; the old process goes on")


def _whereabouts(status: ServerStatus) -> str:
    """Where the server is to be found, to go on a sentence."""
    where = f" on {status.url}" if status.url else ""
    return f"{where} (pid {status.pid})"
