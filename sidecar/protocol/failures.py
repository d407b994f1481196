"""Why commands fail: what each code means, and what comes along in `data`."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from sidecar.config.models import JsonModel
from sidecar.domain.errors import FailureCode
from sidecar.protocol.values import Pid, Port, SignalName, told, told_if


class PortInUseData(JsonModel):
    """Who holds the port, and which one is free. The sidecar never kills the holder."""

    port: Port = told("The port that was wanted.")
    pid: Pid = told_if("The process that listens on it, where the system tells.")
    process: str = told_if("That process's name, where the system tells.")
    suggested_port: Port = told_if("The next free port; absent if there is none above.")
    tail: list[str] = told_if("The server's last lines, if it had been launched.")


class ExitedEarlyData(JsonModel):
    """How the process ended."""

    exit_code: int = told_if("Its exit code, if it ended by itself.")
    signal: SignalName = told_if("The signal that ended it, by name.")
    tail: list[str] = told("The server's last lines, oldest first.")


class TailData(JsonModel):
    """What the server said last."""

    tail: list[str] = told_if("The server's last lines, oldest first.")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says; `data` is the shape of what comes with it, if anything does."""

    text: str
    data: type[JsonModel] | None = None


FAILURES: Final = {
    FailureCode.PORT_IN_USE: Meaning("Another program listens on the port.", PortInUseData),
    FailureCode.SPAWN_FAILED: Meaning(
        "There is no such program or folder, or the program cannot be executed."
    ),
    FailureCode.EXITED_EARLY: Meaning(
        "The process ended before it was ready; the message names the cause where it can be told.",
        ExitedEarlyData,
    ),
    FailureCode.READY_TIMEOUT: Meaning(
        "The readiness check did not pass within `ready.timeout`; the process tree was ended.",
        TailData,
    ),
    FailureCode.STOP_TIMEOUT: Meaning("Something of the server survived even being killed."),
    FailureCode.CANCELLED: Meaning("A stop came while the server was starting."),
    FailureCode.REMOTE_UNREACHABLE: Meaning("The host that runs the server does not answer."),
    FailureCode.REMOTE_FAULT: Meaning("The host that runs the server refused; `data.fault`."),
    FailureCode.NOT_SUPPORTED: Meaning("This kind of server, or this platform, cannot do that."),
}


class ControlError(JsonModel):
    """Why a command failed; clients switch on `code`."""

    code: Annotated[FailureCode, Field(strict=False)] = told("What kind of failure it is.")
    hint: str = told_if("What to do next.", min_length=1)
    data: dict[str, Any] = told_if("Details; which ones depends on the code.")

    @model_validator(mode="after")
    def _data_fits_the_code(self) -> Self:
        model = FAILURES[self.code].data
        if model is not None:
            given = self.data if "data" in self.model_fields_set else {}
            model.model_validate(given, by_alias=True, by_name=False)
        return self
