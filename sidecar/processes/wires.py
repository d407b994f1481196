"""What connects the sidecar with one server: pipes, channels, and what is handed over."""

import contextlib
import os
import socket
from collections.abc import Sequence

from sidecar.domain.spec import ServerSpec
from sidecar.processes import posix
from sidecar.processes.announcement import Announcement
from sidecar.processes.launch import Inherited

LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}

DOOR_BACKLOG = 8


class Wires:
    """Both ends of all; the far ones are to be closed here once they have been handed over."""

    def __init__(
        self, spec: ServerSpec, listeners: Sequence[socket.socket], *, beside_another: bool
    ) -> None:
        """`listeners` stay their owner's. A process `beside_another` on them gets a door: a
        listening socket of its own, so that it can be asked whether it is ready.
        """
        with contextlib.ExitStack() as undo:  # should descriptors run out in between
            self.control, self._keeper = socket.socketpair()
            undo.callback(self.control.close)
            undo.callback(self._keeper.close)
            self.stdout, stdout = _output_pipe(undo)
            self.stderr, stderr = _output_pipe(undo)
            self.channel = Announcement() if spec.app else None
            if self.channel is not None:
                undo.callback(self.channel.close)
                undo.callback(self.channel.theirs.close)
            self.door = _door(listeners[0]) if spec.app and listeners and beside_another else None
            undo.pop_all()
        self._listeners = listeners
        self._pipes = (stdout, stderr)

    @property
    def inherited(self) -> Inherited:
        """What the server finds from the first descriptor on that is its own."""
        return Inherited(len(self._listeners), self.channel is not None, self.door is not None)

    @property
    def door_address(self) -> tuple[str, int] | None:
        """Where the process can be asked alone."""
        return None if self.door is None else self.door.getsockname()[:2]

    def far_ends(self) -> list[int]:
        """What the keeper is handed, in the order of `guard_protocol`."""
        handed = [*self._listeners]
        if self.channel is not None:
            handed.append(self.channel.theirs)
        if self.door is not None:
            handed.append(self.door)
        return [self._keeper.fileno(), *self._pipes, *(one.fileno() for one in handed)]

    def close_far_ends(self) -> None:
        """Then the end of whoever has them is noticed on our side."""
        self._keeper.close()
        for pipe in self._pipes:
            os.close(pipe)
        if self.channel is not None:
            self.channel.child_has_it()
        if self.door is not None:
            self.door.close()

    def close_our_ends(self) -> None:
        """When nothing came of it."""
        self.control.close()
        os.close(self.stdout)
        os.close(self.stderr)
        if self.channel is not None:
            self.channel.close()


def _output_pipe(undo: contextlib.ExitStack) -> tuple[int, int]:
    pipe = posix.output_pipe()
    for descriptor in pipe:
        undo.callback(os.close, descriptor)
    return pipe


def _door(listener: socket.socket) -> socket.socket:
    """In the family of the public socket, so that an app sees addresses as it is used to."""
    door = socket.socket(listener.family, socket.SOCK_STREAM)
    try:
        door.bind((LOOPBACK[listener.family], 0))
        door.listen(DOOR_BACKLOG)
    except OSError:
        door.close()
        raise
    return door
