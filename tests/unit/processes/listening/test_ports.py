"""Which ports are free and who holds the others, with real sockets and real programs."""

import socket
from unittest.mock import patch

import pytest

from sidecar.processes.listening.ports import (
    Holder,
    any_free,
    find_holder,
    listen,
    look_up,
    next_free,
    ours,
)
from tests.unit.processes.listener import holding, is_free

NOBODY = frozenset[int]()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::1", "::"])
def test_a_port_on_which_nobody_listens_is_free(host: str) -> None:
    assert is_free(host, any_free(host, NOBODY))


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "localhost"),
        ("127.0.0.1", "0.0.0.0"),
        ("0.0.0.0", "127.0.0.1"),
        ("::1", "::1"),
        ("::1", "::"),
    ],
)
def test_a_port_on_which_somebody_listens_is_not_free(held: str, asked: str) -> None:
    with holding(held) as program:
        assert not is_free(asked, program.port)


def test_the_same_port_of_another_address_is_free() -> None:
    with holding("127.0.0.2") as program:
        assert is_free("127.0.0.1", program.port)


def test_a_port_whose_last_connections_linger_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        connection, _ = server.accept()
        connection.close()  # first: this side of the connection will linger
        client.close()
    assert is_free("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_for_an_address_that_is_not_ours_a_free_port_is_named_all_the_same(host: str) -> None:
    assert any_free(host, NOBODY) > 0


def test_the_next_free_port_skips_what_is_held_or_spoken_for() -> None:
    with holding() as program:
        free = next_free("127.0.0.1", program.port - 1, NOBODY)
        assert free is not None
        assert free > program.port
        other = next_free("127.0.0.1", program.port - 1, frozenset({free}))
        assert other is not None
        assert other > free


def test_above_the_last_port_there_is_none() -> None:
    assert next_free("127.0.0.1", 65_535, NOBODY) is None


def test_the_holder_of_a_port_is_named() -> None:
    with holding() as program:
        holder = find_holder("127.0.0.1", program.port)
        assert holder.pid == program.pid
        assert holder.process is not None
        assert holder.process.startswith("python")
        assert str(holder) == f"{holder.process} (pid {program.pid})"


def test_the_holder_of_every_address_is_in_the_way_of_one() -> None:
    with holding("0.0.0.0") as program:
        assert find_holder("127.0.0.1", program.port).pid == program.pid


@pytest.mark.parametrize("elsewhere", ["127.0.0.2", "::1", "::"])
def test_the_holder_of_the_very_address_is_named_before_others(elsewhere: str) -> None:
    with holding() as program:
        for listener in listen(look_up(elsewhere), program.port):
            with listener:
                assert find_holder("127.0.0.1", program.port).pid == program.pid
                assert find_holder("localhost", program.port).pid == program.pid


def test_a_holder_of_whom_little_is_known_is_told_with_that() -> None:
    assert str(Holder()) == "another program"
    assert str(Holder(12)) == "process 12"
    assert find_holder("127.0.0.1", any_free("127.0.0.1", NOBODY)) == Holder()


def test_this_process_is_not_told_as_a_stranger() -> None:
    with socket.create_server(("127.0.0.1", 0)) as own:
        holder = find_holder("127.0.0.1", own.getsockname()[1])
    assert str(holder) == "this sidecar itself"


def test_a_host_of_several_addresses_is_listened_to_on_one_port_of_all() -> None:
    addresses = [*look_up("::1"), *look_up("127.0.0.1")]
    listeners = listen(addresses, 0)
    try:
        assert len({listener.getsockname()[1] for listener in listeners}) == 1
        assert [listener.getsockname()[0] for listener in listeners] == ["::1", "127.0.0.1"]
    finally:
        for listener in listeners:
            listener.close()


def test_a_port_that_is_held_on_one_of_several_addresses_leaves_nothing_open() -> None:
    with holding("::1") as program:
        with pytest.raises(OSError, match="in use"):
            listen([*look_up("127.0.0.1"), *look_up("::1")], program.port)
        assert is_free("127.0.0.1", program.port)


def test_an_address_that_is_not_ours_is_passed_over_where_another_is() -> None:
    foreign = look_up("192.0.2.1")
    (listener,) = listen([*foreign, *look_up("127.0.0.1")], 0)
    with listener:
        assert listener.getsockname()[0] == "127.0.0.1"
    with pytest.raises(OSError, match="assign requested address"):
        listen(foreign, 0)


def test_addresses_of_ipv4_come_first_and_each_but_once() -> None:
    found = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
    ]
    with patch("socket.getaddrinfo", return_value=found):
        assert [address.ip for address in look_up("localhost")] == ["127.0.0.1", "::1"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost"])
def test_an_address_of_this_machine_is_ours(host: str) -> None:
    assert "127.0.0." in ours(host)[0].ip


@pytest.mark.parametrize("host", ["203.0.113.9", "169.254.169.254", "2001:db8::9"])
def test_an_address_of_another_machine_is_not_ours(host: str) -> None:
    assert ours(host) == []
