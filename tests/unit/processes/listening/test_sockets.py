"""Which address a server gets and keeps, with real sockets and real programs in the way."""

import errno
import os
import re
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from unittest.mock import patch

import pytest

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.spec import Handoff, ReadyCheck, ServerSpec
from sidecar.processes.listening import ports
from sidecar.processes.listening.ports import Address, any_free
from sidecar.processes.listening.sockets import LocalEndpoint, claim
from sidecar.supervision.interfaces import CannotLaunch
from tests.unit.processes.listener import LIMIT, connected, holding, is_free, sharing

NOBODY = frozenset[int]()
BOTH = [Address(socket.AF_INET, "127.0.0.1"), Address(socket.AF_INET6, "::1", (0, 0))]


def spec(**settings: object) -> ServerSpec:
    made = ServerSpec(
        name="api",
        app="main:app",
        command=None,
        python="python3",
        cwd="/",
        ready=ReadyCheck("http"),
        handoff="socket",
    )
    return made._replace(**settings)


def command(**settings: object) -> ServerSpec:
    return spec(app=None, command=("serve", "{fd}"), **settings)


@asynccontextmanager
async def claimed(
    given: ServerSpec, preferred: int | None = None, avoid: frozenset[int] = NOBODY
) -> AsyncIterator[LocalEndpoint]:
    """An endpoint, on the port of the settings first unless told otherwise."""
    endpoint = await claim(given, given.port if preferred is None else preferred, avoid)
    try:
        yield endpoint
    finally:
        endpoint.close()


@contextmanager
def host_of_two_addresses() -> Iterator[None]:
    """Has every host name mean both loopback addresses."""
    with patch.object(ports, "look_up", return_value=BOTH):
        yield


async def refused(given: ServerSpec) -> Failure:
    with pytest.raises(CannotLaunch) as caught:
        await claim(given, given.port, NOBODY)
    return caught.value.failure


@pytest.fixture(params=["none", "socket", "overlap"])
def handoff(request: pytest.FixtureRequest) -> Handoff:
    """Every kind: the port is chosen by the same rules."""
    return request.param


async def test_the_preferred_port_is_given_if_it_is_free(handoff: Handoff) -> None:
    port = any_free("127.0.0.1", NOBODY)
    async with claimed(spec(port=port, handoff=handoff), avoid=frozenset({port})) as endpoint:
        assert endpoint.port == port


async def test_a_port_of_0_is_any_free_one(handoff: Handoff) -> None:
    async with claimed(spec(handoff=handoff)) as one, claimed(spec(handoff=handoff)) as two:
        assert one.port > 0 and two.port > 0
        assert handoff == "none" or one.port != two.port


async def test_a_port_that_is_promised_to_another_server_is_not_chosen(handoff: Handoff) -> None:
    promised, free = any_free("127.0.0.1", NOBODY), any_free("127.0.0.1", NOBODY)
    real = ports.listen
    chosen = iter([promised, promised, free])

    def listen(addresses: list[Address], port: int) -> list[socket.socket]:
        return real(addresses, port or next(chosen))

    with patch.object(ports, "listen", listen):
        async with claimed(spec(handoff=handoff), avoid=frozenset({promised})) as endpoint:
            assert endpoint.port == free
    assert is_free("127.0.0.1", promised)


async def test_a_port_chosen_before_is_given_up_when_it_is_held(handoff: Handoff) -> None:
    with holding() as program:
        async with claimed(spec(handoff=handoff), program.port) as endpoint:
            assert endpoint.port not in (0, program.port)


async def test_a_held_port_is_told_with_its_holder_and_a_free_one(handoff: Handoff) -> None:
    with holding() as program:
        failure = await refused(spec(port=program.port, handoff=handoff))
        assert failure.code is FailureCode.PORT_IN_USE
        assert f"port {program.port} is in use by python" in failure.message
        assert failure.data["port"] == program.port
        assert failure.data["pid"] == program.pid
        suggested = failure.data["suggestedPort"]
        assert isinstance(suggested, int)
        assert is_free("127.0.0.1", suggested)
        assert failure.hint is not None
        assert f"{suggested} is free" in failure.hint


async def test_the_next_port_is_taken_where_that_is_wished(handoff: Handoff) -> None:
    with holding() as program:
        given = spec(port=program.port, port_conflict="next", handoff=handoff)
        async with claimed(given) as one:
            assert one.port > program.port
        async with claimed(given, avoid=frozenset({one.port})) as two:
            assert two.port > one.port


async def test_ports_without_permission_are_passed_over_in_the_search(handoff: Handoff) -> None:
    real = ports.listen

    with holding() as program:

        def listen(addresses: list[Address], port: int) -> list[socket.socket]:
            if program.port < port <= program.port + 3:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return real(addresses, port)

        with patch.object(ports, "listen", listen):
            given = spec(port=program.port, port_conflict="next", handoff=handoff)
            async with claimed(given) as endpoint:
                assert endpoint.port > program.port + 3


async def test_without_a_hand_off_nothing_is_held() -> None:
    endpoint = await claim(spec(handoff="none"), 0, NOBODY)
    assert endpoint.sockets == ()
    assert is_free("127.0.0.1", endpoint.port)
    assert not endpoint.fits(spec(handoff="none"))
    assert not endpoint.fits(spec())
    endpoint.close()


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
async def test_without_a_hand_off_a_wrong_host_is_left_for_the_server_to_report(host: str) -> None:
    given = spec(host=host, handoff="none")
    assert (await claim(given, 8121, NOBODY)).port == 8121
    assert (await claim(given, 0, NOBODY)).port > 0


async def test_a_held_address_is_nobody_elses_until_it_is_closed() -> None:
    async with claimed(spec()) as endpoint:
        assert not is_free("127.0.0.1", endpoint.port)
        endpoint.close()
        assert is_free("127.0.0.1", endpoint.port)
        endpoint.close()


async def test_connections_wait_for_a_process_that_is_handed_the_socket() -> None:
    async with claimed(spec()) as endpoint:
        (listener,) = endpoint.sockets
        with connected(listener) as connection:
            with sharing(listener) as server:
                server.order("answer")
                connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
                assert connection.recv(100).startswith(b"HTTP/1.1 200")
            endpoint.close()


async def test_what_a_process_was_handed_outlives_the_endpoint() -> None:
    async with claimed(spec()) as endpoint:
        (listener,) = endpoint.sockets
        address = listener.getsockname()
        with sharing(listener) as server:
            endpoint.close()
            server.order("answer")
            with socket.create_connection(address) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
                assert connection.recv(100).startswith(b"HTTP/1.1 200")


async def test_the_sockets_are_made_for_being_handed_over() -> None:
    async with claimed(spec()) as endpoint:
        (listener,) = endpoint.sockets
        assert not listener.get_inheritable()
        assert os.get_blocking(listener.fileno())
        assert listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        with connected(listener):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_a_process_that_made_a_socket_non_blocking_leaves_it_blocking_for_the_next() -> None:
    async with claimed(spec()) as endpoint:
        (listener,) = endpoint.sockets
        with listener.dup() as theirs:
            theirs.setblocking(False)
        assert not os.get_blocking(listener.fileno())
        endpoint.make_blocking()
        assert os.get_blocking(listener.fileno())


async def test_an_app_gets_every_address_of_its_host_on_the_same_port() -> None:
    with host_of_two_addresses():
        async with claimed(spec(host="localhost")) as endpoint:
            assert [one.getsockname()[:2] for one in endpoint.sockets] == [
                ("127.0.0.1", endpoint.port),
                ("::1", endpoint.port),
            ]
            endpoint.close()
        assert is_free("127.0.0.1", endpoint.port)


async def test_a_command_gets_one_address_and_that_of_ipv4() -> None:
    with host_of_two_addresses():
        async with claimed(command(host="localhost")) as endpoint:
            (listener,) = endpoint.sockets
            assert listener.getsockname() == ("127.0.0.1", endpoint.port)
    assert is_free("::1", endpoint.port)


async def test_a_port_that_is_held_on_one_address_is_in_use_for_all() -> None:
    with holding("::1") as program, host_of_two_addresses():
        failure = await refused(spec(host="localhost", port=program.port))
        assert failure.code is FailureCode.PORT_IN_USE
        assert failure.data["pid"] == program.pid


async def test_an_endpoint_fits_as_long_as_the_address_is_the_same() -> None:
    async with claimed(spec()) as endpoint:
        assert endpoint.fits(spec(handoff="overlap", port_conflict="next", args=("--lifespan",)))
        assert endpoint.fits(command()), "there is but one address"
        assert not endpoint.fits(spec(host="localhost"))
        assert not endpoint.fits(spec(port=endpoint.port)), "it was any port, now it is that one"
        assert not endpoint.fits(spec(handoff="none"))
        endpoint.close()
        assert not endpoint.fits(spec())


async def test_an_endpoint_on_the_next_port_fits_the_settings_it_was_claimed_for() -> None:
    with holding() as program:
        given = spec(port=program.port, port_conflict="next")
        async with claimed(given) as endpoint:
            assert endpoint.fits(given)
            assert endpoint.fits(given._replace(port_conflict="fail"))


async def test_of_several_addresses_a_command_and_an_app_take_different_numbers() -> None:
    app, program = spec(host="localhost"), command(host="localhost")
    with host_of_two_addresses():
        async with claimed(app) as endpoint:
            assert endpoint.fits(app) and not endpoint.fits(program)
        async with claimed(program) as endpoint:
            assert endpoint.fits(program) and not endpoint.fits(app)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
async def test_a_server_of_the_same_sidecar_is_told_by_its_name(host: str) -> None:
    async with claimed(spec(name="web")) as endpoint:
        failure = await refused(spec(host=host, port=endpoint.port))
        assert failure.code is FailureCode.PORT_IN_USE
        assert failure.message == (
            f"api was not started: port {endpoint.port} is in use by web, "
            "another server of this sidecar"
        )
        assert failure.hint is not None
        assert failure.hint.startswith("Stop web, or use another port: ")
        assert "pid" not in failure.data, "nobody is to end the sidecar"


@pytest.mark.parametrize("elsewhere", ["127.0.0.2", "::1", "::"])
async def test_a_server_on_another_address_is_not_in_the_way(elsewhere: str) -> None:
    with holding() as program:
        async with claimed(spec(name="web", host=elsewhere, port=program.port)):
            failure = await refused(spec(port=program.port))
    assert failure.data["pid"] == program.pid


async def test_what_else_the_sidecar_holds_is_told_as_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as own:
        failure = await refused(spec(port=own.getsockname()[1]))
    assert failure.message.endswith("is in use by this sidecar itself")
    assert "pid" not in failure.data


async def test_an_unknown_host_cannot_be_listened_on() -> None:
    failure = await refused(spec(host="no-such-host.invalid"))
    assert failure.code is FailureCode.SPAWN_FAILED
    assert "the host name 'no-such-host.invalid' is not known (" in failure.message
    assert failure.hint is not None and "`host`" in failure.hint


async def test_an_address_of_another_machine_cannot_be_listened_on() -> None:
    failure = await refused(spec(host="192.0.2.1", port=8121))
    assert failure.code is FailureCode.SPAWN_FAILED
    assert failure.message.endswith("192.0.2.1 is not an address of this machine")
    assert failure.hint is not None and "`host`" in failure.hint


@pytest.mark.parametrize(
    ("port", "error", "why", "hint"),
    [
        (81, errno.EACCES, r"listen on 127\.0\.0\.1:81: ports below 1024 are privileged", "1024"),
        (8121, errno.EPERM, r"listen on 127\.0\.0\.1:8121 \(Operation not permitted\)", "`port`"),
        (0, errno.EMFILE, r"listen on 127\.0\.0\.1 \(Too many open files\)", "`host`"),
    ],
)
async def test_any_other_obstacle_is_told(port: int, error: int, why: str, hint: str) -> None:
    with patch.object(ports, "listen", side_effect=OSError(error, os.strerror(error))):
        failure = await refused(spec(port=port))
    assert failure.code is FailureCode.SPAWN_FAILED
    assert re.search(why, failure.message)
    assert failure.hint is not None and hint in failure.hint


async def test_where_every_port_is_held_that_is_told() -> None:
    held = OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    with patch.object(ports, "listen", side_effect=held):
        failure = await refused(spec())
    assert failure.message == "api was not started: there is no free port on 127.0.0.1"


async def test_a_name_server_that_does_not_answer_is_not_waited_for(handoff: Handoff) -> None:
    hangs = threading.Event()

    def look_up(_: str) -> list[Address]:
        hangs.wait(LIMIT)
        return []

    with (
        patch("sidecar.processes.listening.sockets.LOOK_UP_SECONDS", 0.05),
        patch.object(ports, "look_up", look_up),
    ):
        failure = await refused(spec(host="slow.example", handoff=handoff))
        hangs.set()
    assert "'slow.example' could not be looked up within 0.05 s" in failure.message
