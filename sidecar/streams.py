"""Standard streams, taken over before anything else can print to them.

Imported first of all and therefore imports next to nothing. Afterwards descriptor 1 is stderr and
descriptor 0 is empty: whatever a library, a C extension or a child prints, and whatever it reads,
cannot get between the sidecar and its client.
"""

import os
import sys


class Streams:
    """The client's end of the pipes, both closed in children, and the process that launched us."""

    def __init__(self, input_descriptor: int, output_descriptor: int) -> None:
        self.input = input_descriptor
        self.output = output_descriptor
        self.parent = os.getppid()  # now: it may be gone before anything else is imported

    def give_back(self) -> None:
        """Undoes `take_over`, for commands that talk to people."""
        os.dup2(self.input, 0)
        os.dup2(self.output, 1)


def take_over() -> Streams:
    """Moves stdin and stdout out of everybody's reach."""
    _open_what_is_closed()
    streams = Streams(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return streams


def _open_what_is_closed() -> None:
    """A standard stream that is not there becomes an empty one: nothing else may get its number."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
