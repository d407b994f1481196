"""Who belongs to a server, in real families: everyone it left behind, and nobody else."""

import socket
import subprocess
import sys
import time

import pytest

from sidecar.processes.tree import Family, kill, listeners, members, terminate
from tests.support.processes import is_alive
from tests.unit.processes.family import living

LIMIT = 10.0


def test_everyone_who_descends_from_the_main_process_belongs() -> None:
    with living("child", "nameless", "sessionmate", "daemon") as family:
        assert family.found() == {"main", "child", "nameless", "sessionmate", "daemon"}


def test_who_has_left_home_is_found_when_the_main_process_has_ended() -> None:
    with living("child", "sessionmate", "daemon") as family:
        family.kill_main()
        assert family.found() == {"child", "sessionmate", "daemon"}


def test_a_daemon_that_left_its_session_is_found_by_its_mark() -> None:
    with living("daemon") as family:
        family.kill_main()
        assert family.found() == {"daemon"}


def test_a_zombie_is_not_alive() -> None:
    with living("zombie") as family:
        assert family.found() == {"main"}


def test_a_stranger_is_never_a_member() -> None:
    with living("child") as ours, living("child", "daemon") as theirs:
        stranger = subprocess.Popen(["sleep", "600"])
        try:
            assert ours.found() == {"main", "child"}
            assert theirs.found() == {"main", "child", "daemon"}
        finally:
            stranger.kill()
            stranger.wait(LIMIT)


def test_a_family_is_killed_whatever_it_thinks_of_signals() -> None:
    with living("child", "nameless", "daemon") as family:
        kill(members(family.family))
        deadline = time.monotonic() + LIMIT
        while any(map(is_alive, family.pids.values())):
            assert time.monotonic() < deadline


def test_whoever_is_gone_meanwhile_is_no_trouble() -> None:
    with living() as family:
        found = members(family.family)
        family.main.kill()
        family.main.wait(LIMIT)
        terminate(found)
        kill(found)
        assert not listeners(found, 80)


def test_a_family_is_asked_to_end() -> None:
    with living() as family:
        terminate(members(family.family))
        assert family.main.wait(LIMIT) == -15


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_port_is_known_to_be_a_members(host: str) -> None:
    code = f"import socket; s = socket.socket(socket.AF_INET{'6' if ':' in host else ''}); "
    code += f"s.bind(({host!r}, 0)); s.listen(); print(s.getsockname()[1], flush=True); input()"
    with (
        living() as strangers,
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        ) as server,
    ):
        assert server.stdin and server.stdout
        port = int(server.stdout.readline())
        ours = members(Family(server.pid, "no mark"))
        assert [process.pid for process in ours] == [server.pid]
        assert listeners(ours, port)
        assert not listeners(ours, port + 1)
        assert not listeners(members(strangers.family), port)
        server.stdin.write(b"\n")


def test_a_connection_to_a_port_does_not_make_one_its_listener() -> None:
    with living() as family, socket.create_server(("127.0.0.1", 0)) as server:
        assert not listeners(members(family.family), server.getsockname()[1])
