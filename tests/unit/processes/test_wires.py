"""What connects the sidecar with one server: the order of it, and that nothing stays open."""

import errno
import os
import socket
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from sidecar.domain.spec import ReadyCheck, ServerSpec
from sidecar.processes import posix
from sidecar.processes.launch import Inherited
from sidecar.processes.wires import Wires

COMMAND = ServerSpec(
    name="api", app=None, command=("serve",), python="", cwd="/", ready=ReadyCheck("none")
)
APP = COMMAND._replace(app="main:app", command=None)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def kind_of(descriptor: int) -> str:
    return os.readlink(f"/proc/self/fd/{descriptor}").partition(":")[0]


async def test_a_command_has_its_streams_and_the_sockets_alone(listener: socket.socket) -> None:
    wires = Wires(COMMAND, [listener], beside_another=False)
    control, stdout, stderr, handed = wires.far_ends()
    assert list(map(kind_of, (control, stdout, stderr))) == ["socket", "pipe", "pipe"]
    assert handed == listener.fileno()
    assert wires.inherited == Inherited(1)
    assert wires.door_address is None
    os.write(stdout, b"out")
    os.write(stderr, b"err")
    assert (os.read(wires.stdout, 10), os.read(wires.stderr, 10)) == (b"out", b"err")
    wires.close_far_ends()
    assert wires.control.recv(1) == b"", "the end of whoever has the other ends is noticed"
    wires.close_our_ends()


async def test_an_app_has_a_channel_after_the_sockets(listener: socket.socket) -> None:
    wires = Wires(APP, [listener], beside_another=False)
    _, _, _, first, second = wires.far_ends()
    assert wires.channel is not None
    assert (first, second) == (listener.fileno(), wires.channel.theirs.fileno())
    assert wires.inherited == Inherited(1, channel=True)
    wires.close_far_ends()
    wires.close_our_ends()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_an_app_beside_another_has_a_door_of_its_own(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        wires = Wires(APP, [listener], beside_another=True)
        assert wires.inherited == Inherited(1, channel=True, door=True)
        assert wires.door_address is not None
        door = socket.socket(fileno=os.dup(wires.far_ends()[-1]))
        assert door.getsockname()[:2] == wires.door_address
        assert wires.door_address[1] != listener.getsockname()[1]
        with door, socket.create_connection(wires.door_address, 10) as connection:
            assert door.family == family
            accepted, client = door.accept()
            accepted.close()
            assert client == connection.getsockname()
        wires.close_far_ends()
        wires.close_our_ends()


async def test_nobody_else_has_a_door(listener: socket.socket) -> None:
    for wires in (
        Wires(COMMAND, [listener], beside_another=True),
        Wires(APP, [], beside_another=True),
    ):
        assert not wires.inherited.door
        wires.close_far_ends()
        wires.close_our_ends()


async def test_all_is_closed_but_the_listening_sockets(listener: socket.socket) -> None:
    before = os.listdir("/proc/self/fd")
    wires = Wires(APP, [listener], beside_another=True)
    assert not any(map(os.get_inheritable, wires.far_ends()))
    wires.close_far_ends()
    wires.close_our_ends()
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.parametrize("after", [0, 1, "door"])
async def test_nothing_stays_open_when_there_is_not_enough_of_something(
    listener: socket.socket, after: int | str
) -> None:
    before = os.listdir("/proc/self/fd")
    pipes = 0

    def short_of_pipes() -> tuple[int, int]:
        nonlocal pipes
        pipes += 1
        if pipes > int(after):
            raise OSError(errno.EMFILE, "Too many open files")
        return make_pipe()

    make_pipe = posix.output_pipe
    short = (
        patch("sidecar.processes.wires.LOOPBACK", {socket.AF_INET: "192.0.2.1"})
        if after == "door"
        else patch.object(posix, "output_pipe", short_of_pipes)
    )
    with short, pytest.raises(OSError):
        Wires(APP, [listener], beside_another=True)
    assert os.listdir("/proc/self/fd") == before
