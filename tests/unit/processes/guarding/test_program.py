"""What a program finds when a keeper runs it: its own things, and nobody else's."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import MARK_VARIABLE
from tests.unit.processes.kept import Kept, descriptors_of, eventually, kept


@pytest.fixture
def server() -> Iterator[Kept]:
    with kept() as (server, _, _):
        yield server


def test_a_program_has_the_descriptors_that_it_is_meant_to_have_and_no_other() -> None:
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        ours, theirs = socket.socketpair()
        stack.enter_context(ours)
        stack.enter_context(theirs)
        handed = [listener.fileno(), theirs.fileno()]
        server, _, _ = stack.enter_context(kept(*handed))
        server.launch("/bin/sleep", "600")
        server.is_launched()
        place = "/proc/self/fd"
        names = [os.readlink(f"{place}/{number}") for number in (server.out, server.err, *handed)]
        expected = dict(enumerate(["/dev/null", *names]))
        eventually(lambda: descriptors_of(server.main) == expected, f"{expected} are open")


def test_descriptors_that_stand_in_each_others_places_are_not_mixed_up() -> None:
    names = ["/", "/etc", "/usr", "/tmp", "/proc"]
    # In the keeper, they and the streams stand at 9, 8, … 3: the first place is that of the last.
    in_the_way = """
import fcntl
descriptors = [fcntl.fcntl(int(one), fcntl.F_DUPFD_CLOEXEC, 50) for one in descriptors]
for number, one in enumerate(descriptors[1:], start=1):
    descriptors[number] = os.dup2(one, 10 - number, inheritable=False)
"""
    with contextlib.ExitStack() as stack:
        files = [os.open(name, os.O_RDONLY) for name in names]
        for file in files:
            stack.callback(os.close, file)
        server, _, _ = stack.enter_context(kept(*files, prelude=in_the_way))
        server.launch("/bin/sleep", "600")
        server.is_launched()
        eventually(
            lambda: [descriptors_of(server.main).get(n) for n in range(3, 9)] == [*names, None],
            "each is in its place",
        )


def test_a_program_has_the_environment_and_the_folder_that_it_is_meant_to_have(
    server: Kept, tmp_path: Path
) -> None:
    env = {"WORD": "값", "EMPTY": ""}
    server.launch("/usr/bin/env", env=env, cwd=str(tmp_path))
    assert set(server.output().splitlines()) == {
        f"{MARK_VARIABLE}={server.mark}", "WORD=값", "EMPTY=",
    }  # fmt: skip
    with kept() as (another, _, _):
        another.launch("/bin/pwd", cwd=str(tmp_path))
        assert another.line() == str(tmp_path)


def test_a_program_that_takes_sockets_is_told_its_own_number(server: Kept) -> None:
    server.launch("/usr/bin/env", listens=True)
    server.is_launched()
    assert f"LISTEN_PID={server.main}" in server.output().splitlines()


def test_a_relative_program_is_that_of_the_servers_folder(server: Kept, tmp_path: Path) -> None:
    program = tmp_path / "serve"
    program.write_text("#!/bin/sh\necho served $1\n")
    program.chmod(0o755)
    server.launch("./serve", "well", cwd=str(tmp_path))
    assert server.line() == "served well"


def test_signals_do_in_a_program_what_they_do_anywhere(server: Kept) -> None:
    server.launch("/bin/cat", "/proc/self/status")
    status = dict(line.split(":\t", 1) for line in server.output().splitlines())
    changed = ("SIGCHLD", "SIGTERM", "SIGINT", "SIGHUP", "SIGPIPE", "SIGXFSZ")
    mask = sum(1 << (getattr(signal, name) - 1) for name in changed)
    assert int(status["SigIgn"], 16) & mask == 0
    assert int(status["SigCgt"], 16) == 0
    assert int(status["SigBlk"], 16) == 0


def test_a_program_leads_a_session_and_a_group_of_its_own(server: Kept) -> None:
    server.launch("/bin/sleep", "600")
    server.is_launched()
    assert (os.getsid(server.main), os.getpgid(server.main)) == (server.main, server.main)
