"""What the kernel tells of single sockets, beside what this process knows of its own."""

import errno
import os
import socket
import sys
from unittest.mock import patch

import pytest

from sidecar.processes.listening import sock_diag

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="netlink is Linux's")


def inode(connection: socket.socket) -> int:
    return os.fstat(connection.fileno()).st_ino


def test_an_accepted_connection_has_the_inode_of_its_descriptor() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as ours,
    ):
        local, peer = ours.getpeername(), ours.getsockname()
        assert sock_diag.inode_of_connection(local, peer) == 0, "it is still in the queue"
        theirs, _ = listener.accept()
        with theirs:
            assert sock_diag.inode_of_connection(local, peer) == inode(theirs)


def test_a_connection_whose_other_end_is_gone_has_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
        with ours, theirs:
            local, peer = ours.getpeername(), ours.getsockname()
            theirs.close()
            assert sock_diag.inode_of_connection(local, peer) == 0


def test_a_kernel_that_knows_of_no_socket_does_not_tell() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as ours,
        patch.object(sock_diag, "_ask", side_effect=FileNotFoundError(errno.ENOENT, "")),
        pytest.raises(OSError),
    ):
        sock_diag.inode_of_connection(ours.getpeername(), ours.getsockname())


def test_the_sockets_that_listen_on_a_port_are_found_on_every_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
        with (
            socket.create_server(("127.0.0.2", port)) as two,
            socket.create_server(("::1", port), family=socket.AF_INET6) as three,
            socket.create_connection(one.getsockname()),
        ):
            found = sock_diag.inodes_that_listen(port)
            assert found == {inode(one), inode(two), inode(three)}
    assert sock_diag.inodes_that_listen(port) == set()


def test_many_listening_sockets_are_all_told() -> None:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(400)]
    try:
        for listener in listeners[::50]:
            port = listener.getsockname()[1]
            assert inode(listener) in sock_diag.inodes_that_listen(port)
    finally:
        for listener in listeners:
            listener.close()
