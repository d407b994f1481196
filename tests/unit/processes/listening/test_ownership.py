"""Who accepted a connection and who listens, among real processes that share a socket."""

import contextlib
import errno
import os
import socket
import subprocess
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from sidecar.processes.listening import ownership, sock_diag
from sidecar.processes.listening.ownership import Acceptance
from tests.unit.processes.listener import LIMIT, connected, sharing


@pytest.fixture(params=["kernel", "psutil"])
def source(request: pytest.FixtureRequest) -> Iterator[str]:
    """Asks the kernel directly, or as on a system where that is not possible."""
    with contextlib.ExitStack() as patches:
        if request.param == "psutil":
            refused = OSError(errno.ENOENT, "no such protocol")
            for name in ("inode_of_connection", "inodes_that_listen"):
                patches.enter_context(patch.object(sock_diag, name, side_effect=refused))
        yield request.param


def acceptance(connection: socket.socket, *pids: int) -> Acceptance:
    return ownership.acceptance(pids, connection.getsockname(), connection.getpeername())


@pytest.fixture(params=["127.0.0.1", "::1"])
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    """A listening socket to be shared."""
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.create_server((request.param, 0), family=family) as listener:
        yield listener


@pytest.mark.usefixtures("source")
def test_a_connection_in_the_queue_is_nobodys(listener: socket.socket) -> None:
    with sharing(listener) as server, connected(listener) as connection:
        assert acceptance(connection, server.pid) is Acceptance.NOBODYS


def test_nobodys_processes_are_looked_for_while_a_connection_waits() -> None:
    def looked_for() -> Iterator[int]:
        pytest.fail("nobody can have accepted")
        yield 0

    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        connected(listener) as connection,
    ):
        ends = connection.getsockname(), connection.getpeername()
        assert ownership.acceptance(looked_for(), *ends) is Acceptance.NOBODYS


@pytest.mark.usefixtures("source")
def test_a_connection_belongs_to_the_process_that_accepted_it(listener: socket.socket) -> None:
    with sharing(listener) as server, connected(listener) as connection:
        server.order("accept")
        server.wait()
        assert acceptance(connection, server.pid) is Acceptance.OURS
        assert acceptance(connection, os.getpid(), server.pid) is Acceptance.OURS


def test_what_another_process_accepted_is_not_ours(listener: socket.socket, source: str) -> None:
    with (
        sharing(listener) as old,
        sharing(listener) as new,
        connected(listener) as first,
        connected(listener) as second,
    ):
        old.order("accept")
        old.wait()
        new.order("accept")
        new.wait()
        others = Acceptance.OTHERS if source == "kernel" else Acceptance.NOBODYS
        assert acceptance(first, new.pid) is others
        assert acceptance(second, new.pid) is Acceptance.OURS
        assert acceptance(first, old.pid) is Acceptance.OURS


@pytest.mark.usefixtures("source")
def test_a_connection_that_was_hung_up_is_nobodys_any_more(listener: socket.socket) -> None:
    with sharing(listener) as server, connected(listener) as connection:
        server.order("turn away")
        assert connection.recv(1) == b""
        assert acceptance(connection, server.pid) is Acceptance.NOBODYS


@pytest.mark.usefixtures("source")
def test_a_socket_for_both_families_is_known_by_its_ipv4_address() -> None:
    with (
        socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener,
        sharing(listener) as server,
        connected(listener, "127.0.0.1") as connection,
    ):
        assert acceptance(connection, server.pid) is Acceptance.NOBODYS
        server.order("accept")
        server.wait()
        assert acceptance(connection, server.pid) is Acceptance.OURS


@pytest.mark.usefixtures("source")
def test_who_shares_a_listening_socket_listens(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        with sharing(listener) as server, connected(listener) as connection:
            assert ownership.listens([stranger.pid, server.pid], port)
            assert not ownership.listens([stranger.pid], port)
            assert not ownership.listens([], port)
            assert not ownership.listens([server.pid], connection.getsockname()[1])
    finally:
        stranger.kill()
        stranger.wait(LIMIT)


@pytest.mark.usefixtures("source")
def test_a_process_that_has_ended_owns_nothing(listener: socket.socket) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait(LIMIT)
    with sharing(listener) as server, connected(listener) as connection:
        server.order("accept")
        server.wait()
        assert acceptance(connection, gone.pid, server.pid) is Acceptance.OURS
        assert acceptance(connection, gone.pid) is not Acceptance.OURS
        assert not ownership.listens([gone.pid], listener.getsockname()[1])


def test_what_the_system_does_not_show_counts_as_ours(listener: socket.socket, source: str) -> None:
    import psutil

    hidden = (
        patch("os.listdir", side_effect=PermissionError)
        if source == "kernel"
        else patch.object(psutil.Process, "net_connections", side_effect=psutil.AccessDenied)
    )
    with sharing(listener) as server, connected(listener) as connection:
        server.order("accept")
        server.wait()
        with hidden:
            assert acceptance(connection, server.pid) is Acceptance.OURS
            assert ownership.listens([server.pid], listener.getsockname()[1])
