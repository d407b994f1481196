"""How a command on a server ended, and how a process did."""

import signal as signals
from typing import NamedTuple

from sidecar.domain.errors import Failure


class Outcome(NamedTuple):
    """The answer to a command: `message` is for people, `failure` is set when it failed."""

    message: str
    failure: Failure | None = None

    @classmethod
    def failed(cls, failure: Failure) -> "Outcome":
        """An outcome that says what the failure says."""
        return cls(failure.message, failure)

    @property
    def success(self) -> bool:
        """Whether the command was done."""
        return self.failure is None


class Exit(NamedTuple):
    """How a process ended: by itself with `code`, or by `signal` (its name, as in 'SIGKILL').

    `out_of_memory` says that the kernel's out-of-memory killer struck while the process lived;
    `guardian_lost` that the process was ended because its guardian was. What it used is known if
    the guardian could tell: the time on processors, and the most memory at once.
    """

    code: int | None = None
    signal: str | None = None
    out_of_memory: bool = False
    guardian_lost: bool = False
    cpu_seconds: float | None = None
    max_rss_bytes: int | None = None

    @classmethod
    def from_returncode(cls, returncode: int, *, out_of_memory: bool = False) -> "Exit":
        """From subprocess's convention, in which -9 stands for signal 9."""
        if returncode >= 0:
            return cls(code=returncode)
        return cls(signal=signal_name(-returncode), out_of_memory=out_of_memory)

    @property
    def clean(self) -> bool:
        """Whether the process ended by itself and was content."""
        return self.code == 0 and not self.guardian_lost

    def __str__(self) -> str:
        return f"exit code {self.code}" if self.signal is None else self.signal


def signal_name(number: int) -> str:
    """The name of a signal, or `SIG<number>` for one that has none here."""
    try:
        return signals.Signals(number).name
    except ValueError:
        return f"SIG{number}"
