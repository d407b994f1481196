"""Where the panel is served, and what is said when it cannot be."""

import socket
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from sidecar.web import listening
from sidecar.web.listening import CannotServe, listen


@pytest.fixture
def holder() -> Iterator[int]:
    """A port that another program has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_any_free_port_is_found_and_told() -> None:
    found = listen("127.0.0.1", 0)
    with found.sockets[0]:
        assert found.url == f"http://127.0.0.1:{found.port}"
        with socket.create_connection(("127.0.0.1", found.port), timeout=5):
            pass


def test_every_address_of_a_name_has_the_same_port() -> None:
    addresses = ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1"))
    both = [(family, socket.SOCK_STREAM, 6, "", (address, 0)) for family, address in addresses]
    with patch.object(listening.socket, "getaddrinfo", return_value=both):
        found = listen("localhost", 0)
    try:
        assert {one.getsockname()[1] for one in found.sockets} == {found.port}
        assert found.sockets[0].family == socket.AF_INET
        assert found.url == f"http://localhost:{found.port}"
    finally:
        for one in found.sockets:
            one.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "8.8.8.8"])
def test_without_users_only_this_computer_is_served(host: str) -> None:
    with pytest.raises(CannotServe) as refused:
        listen(host, 0)
    assert str(refused.value).startswith(f"sidecar web: the host {host} can be reached from")
    assert "--host 127.0.0.1" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_host_that_nobody_knows_is_told() -> None:
    with (
        patch.object(listening.socket, "getaddrinfo", side_effect=socket.gaierror(-2, "unknown")),
        pytest.raises(CannotServe, match="the host nowhere is not known to this computer"),
    ):
        listen("nowhere", 0)


def test_a_port_that_is_taken_is_told_with_the_cure(holder: int) -> None:
    with pytest.raises(CannotServe) as refused:
        listen("127.0.0.1", holder)
    assert f"127.0.0.1:{holder} is in use" in str(refused.value)
    assert "--port" in str(refused.value)


def test_a_port_for_root_alone_is_told_with_the_cure() -> None:
    with (
        patch.object(listening, "_bound", side_effect=PermissionError(13, "Permission denied")),
        pytest.raises(CannotServe, match=r":80 may not be used by this user; .* --port"),
    ):
        listen("127.0.0.1", 80)
