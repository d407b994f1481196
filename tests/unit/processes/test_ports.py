"""Which port a server gets, with real sockets and real programs in the way."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from sidecar.domain.errors import FailureCode
from sidecar.domain.spec import ReadyCheck, ServerSpec
from sidecar.processes.ports import Holder, any_free, find_holder, is_free, next_free, settle
from sidecar.supervision.interfaces import CannotLaunch

NOBODY = frozenset[int]()

_HOLD = """
import socket, sys
server = socket.create_server((sys.argv[1], 0), family=int(sys.argv[2]))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""


class Program(NamedTuple):
    """Another program that listens on a port."""

    pid: int
    port: int


@contextmanager
def holding(host: str = "127.0.0.1") -> Iterator[Program]:
    """Runs a program that listens on some port of `host`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, host, str(int(family))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        assert program.stdin and program.stdout
        yield Program(program.pid, int(program.stdout.readline()))
        program.stdin.close()


def spec(**settings: object) -> ServerSpec:
    made = ServerSpec(
        name="api",
        app="main:app",
        command=None,
        python="python3",
        cwd="/",
        ready=ReadyCheck("http"),
    )
    return made._replace(**settings)


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
def test_an_address_that_is_not_ours_is_left_for_the_server_to_report(host: str) -> None:
    assert is_free(host, 8121)
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


def test_a_holder_of_whom_little_is_known_is_told_with_that() -> None:
    assert str(Holder()) == "another program"
    assert str(Holder(12)) == "process 12"
    assert find_holder("127.0.0.1", any_free("127.0.0.1", NOBODY)) == Holder()


async def test_the_preferred_port_is_given_if_it_is_free() -> None:
    port = any_free("127.0.0.1", NOBODY)
    assert await settle(spec(port=port), port, frozenset({port})) == port


async def test_a_port_of_0_is_any_free_one_that_nobody_else_is_promised() -> None:
    found = {await settle(spec(), 0, NOBODY) for _ in range(5)}
    assert 0 not in found
    assert all(is_free("127.0.0.1", port) for port in found)


async def test_a_port_chosen_before_is_given_up_when_it_is_held() -> None:
    with holding() as program:
        assert await settle(spec(port=0), program.port, NOBODY) not in (0, program.port)


async def test_a_held_port_is_told_with_its_holder_and_a_free_one() -> None:
    with holding() as program:
        with pytest.raises(CannotLaunch) as caught:
            await settle(spec(port=program.port), program.port, NOBODY)
        failure = caught.value.failure
        assert failure.code is FailureCode.PORT_IN_USE
        assert f"port {program.port} is in use by python" in failure.message
        assert failure.data["port"] == program.port
        assert failure.data["pid"] == program.pid
        suggested = failure.data["suggestedPort"]
        assert isinstance(suggested, int)
        assert is_free("127.0.0.1", suggested)
        assert failure.hint is not None
        assert f"{suggested} is free" in failure.hint


async def test_the_next_port_is_taken_where_that_is_wished() -> None:
    with holding() as program:
        given = spec(port=program.port, port_conflict="next")
        found = await settle(given, program.port, NOBODY)
        assert found > program.port
        assert await settle(given, program.port, frozenset({found})) > found
