"""Standard streams, taken over before anything else can print to them.

Imported first of all and therefore imports next to nothing. Afterwards descriptor 1 is stderr and
descriptor 0 is empty: whatever a library, a C extension or a child prints, and whatever it reads,
cannot get between the sidecar and its client.
"""

import os


class Streams:
    """The client's end of the pipes; both descriptors are closed in children."""

    def __init__(self, input_descriptor: int, output_descriptor: int) -> None:
        self.input = input_descriptor
        self.output = output_descriptor

    def give_back(self) -> None:
        """Undoes `take_over`, for commands that talk to people."""
        os.dup2(self.input, 0)
        os.dup2(self.output, 1)


def take_over() -> Streams:
    """Moves stdin and stdout out of everybody's reach."""
    nothing = os.open(os.devnull, os.O_RDWR)
    streams = Streams(_moved(0, nothing), _moved(1, nothing))
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # started without stderr
        os.dup2(nothing, 1)
    if nothing > 2:
        os.close(nothing)
    return streams


def _moved(descriptor: int, instead: int) -> int:
    """A private copy of `descriptor`, or of `instead` if it is not open."""
    try:
        return os.dup(descriptor)
    except OSError:
        return os.dup(instead)
