"""A real guardian: it forks keepers, cleans up after killed ones, and goes last."""

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.processes.guarding import guard_protocol
from tests.support.processes import PROJECT_ROOT, is_alive
from tests.unit.processes.guarded import GUARDIAN, KEEPER, LOOKOUT, Guarded, guarded, helpers
from tests.unit.processes.kept import (
    LIMIT,
    PATIENT,
    PYTHON,
    Kept,
    descriptors_of,
    eventually,
    gone,
    without_trace,
)

DEAF_FAMILY = """
fork(lambda: deaf("child"))
daemonise(lambda: deaf("daemon"))
deaf("main")
"""


@pytest.fixture
def ours() -> Iterator[Guarded]:
    with guarded() as ours:
        yield ours


def test_each_server_has_a_keeper_and_ends_without_the_others(ours: Guarded) -> None:
    servers = [ours.serve("sleep('main')") for _ in range(4)]
    assert helpers(ours.mark)[KEEPER] == {server.keeper for server in servers}
    first, *others = servers
    first.end(PATIENT)
    assert first.report("exit")[0] == "-15"
    assert first.report("cleared") == ["0", "0"]
    without_trace(first.keeper)
    for server in others:
        assert is_alive(server.main)
        assert server.is_quiet()


def test_whoever_belonged_to_a_killed_keeper_is_killed(ours: Guarded) -> None:
    server, another = ours.serve(DEAF_FAMILY), ours.serve("sleep('main')")
    family = server.pids(3)
    os.kill(server.keeper, signal.SIGKILL)
    without_trace(server.keeper, *family.values())
    server.nothing_more()
    assert is_alive(another.main)
    assert another.is_quiet()
    assert ours.serve("tell('a new one')").line() == "a new one"


def test_all_who_belonged_to_several_killed_keepers_are_killed(ours: Guarded) -> None:
    servers = [ours.serve(DEAF_FAMILY) for _ in range(3)]
    families = [pid for server in servers for pid in server.pids(3).values()]
    for server in servers:
        os.kill(server.keeper, signal.SIGKILL)
    without_trace(*families)
    assert is_alive(ours.guardian)


def test_a_guardian_without_a_sidecar_ends_its_servers_and_goes_last(ours: Guarded) -> None:
    server = ours.serve("signal.signal(15, lambda *_: None)\nsleep('main')\ntime.sleep(600)")
    server.pid_of("main")
    began = time.monotonic()
    ours.dismiss()
    assert time.monotonic() - began < LIMIT
    assert server.report("abandoned") == []
    assert server.report("exit")[0] == "-9"
    assert server.report("cleared") == ["1", "0"]
    gone(ours.guardian, ours.lookout, server.keeper, server.main)


def test_a_guardian_lives_for_as_long_as_its_servers_need_to_end(ours: Guarded) -> None:
    server = ours.serve("""
def leave(*_):
    time.sleep(0.5)
    tell("guardian lives", is_guardian_alive())
    os._exit(0)
def is_guardian_alive():
    with open(f"/proc/{os.getppid()}/status") as status:
        keeper = dict(line.split(":\\t") for line in status)
    return os.path.exists(f"/proc/{int(keeper['PPid'])}") and int(keeper["PPid"]) != 1
signal.signal(signal.SIGTERM, leave)
sleep("main")
""")
    server.pid_of("main")
    ours.dismiss()
    assert server.line() == "guardian lives True"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_guardian_that_somebody_ends_ends_its_servers_first(
    ours: Guarded, number: signal.Signals
) -> None:
    server = ours.serve("sleep('main')")
    server.pid_of("main")
    os.kill(ours.guardian, number)
    assert server.report("abandoned") == []
    assert server.report("exit")[0] == "-15"
    assert server.report("cleared") == ["0", "0"]
    gone(ours.guardian, ours.lookout, server.keeper)


def test_a_guardian_that_is_about_to_end_takes_no_more_servers(ours: Guarded) -> None:
    server = ours.serve("deaf('main')")
    server.pid_of("main")
    os.kill(ours.guardian, signal.SIGTERM)
    assert server.report("abandoned") == []
    with pytest.raises(BrokenPipeError):
        ours.serve("sleep('too late')")
    assert is_alive(ours.guardian), "it still looks after the other one"


def test_keepers_end_their_servers_when_the_guardian_is_killed(ours: Guarded) -> None:
    servers = [ours.serve("sleep('main')") for _ in range(2)]
    os.kill(ours.guardian, signal.SIGKILL)
    for server in servers:
        assert server.report("abandoned") == []
        assert server.report("exit")[0] == "-15"
        assert server.report("cleared") == ["0", "0"]
    gone(ours.guardian, ours.lookout, *(server.keeper for server in servers))


def test_no_helper_holds_on_to_what_is_not_its_own(ours: Guarded) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        at_first = descriptors_of(ours.guardian)
        servers = [ours.serve("sleep('main')", listener.fileno()) for _ in range(3)]
        eventually(
            lambda: descriptors_of(ours.guardian) == at_first,
            "the guardian holds nothing of theirs",
        )
        shared = {name for name in at_first.values() if name.startswith(("pipe:", "/dev/null"))}
        theirs: list[str] = []
        for server in servers:
            held = descriptors_of(server.keeper)
            assert held[2] == "/dev/null", "who reads the sidecar's errors waits for no keeper"
            own = [name for name in held.values() if name not in shared]
            # its socket to the sidecar, and both ends of the pipe that wakes it
            assert sorted(name.partition(":")[0] for name in own) == ["pipe", "pipe", "socket"]
            theirs += set(own)
        assert len(set(theirs)) == len(theirs), "no keeper has anything of another's"
        watched = descriptors_of(ours.lookout)
        assert [watched[place] for place in (0, 1, 2)] == ["/dev/null"] * 3
        assert all(name.startswith("pipe:") for place, name in watched.items() if place > 2)
        assert len(watched) == 5


def test_what_somebody_left_open_in_the_sidecar_reaches_neither_helper_nor_server() -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    name = os.readlink(f"/proc/self/fd/{writer}")
    try:
        with guarded() as ours:
            server = ours.serve("sleep('main')")
            server.pid_of("main")
            for pid in (ours.guardian, ours.lookout, server.keeper, server.main):
                assert name not in descriptors_of(pid).values()
    finally:
        os.close(reader)
        os.close(writer)


def test_no_helper_knows_the_environment_of_the_sidecar(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("A_SECRET", "hush")
    with guarded() as ours:
        server = ours.serve("sleep('main')")
        for pid in (ours.guardian, ours.lookout, server.keeper):
            assert Path(f"/proc/{pid}/environ").read_bytes() == b""


def test_a_guardian_that_cannot_fork_tells_so_and_goes_on(tmp_path: Path) -> None:
    full = tmp_path / "full"
    program = f"""
import os, socket, sys
sys.path.append({str(PROJECT_ROOT)!r})
from sidecar.processes.guardian import Guardian
guardian = Guardian(socket.socket(fileno=int(sys.argv[1])), "mark")
fork = os.fork
def limited():
    if os.path.exists({str(full)!r}):
        raise BlockingIOError({errno.EAGAIN}, "no more processes")
    return fork()
os.fork = limited
guardian.run()
"""
    requests, theirs = socket.socketpair()
    full.touch()
    with (
        requests,
        theirs,
        subprocess.Popen(
            [*PYTHON, program, str(theirs.fileno())], pass_fds=[theirs.fileno()]
        ) as guardian,
        contextlib.ExitStack() as servers,
    ):
        theirs.close()

        def launch() -> Kept:
            server = Kept()
            servers.callback(server.close)
            socket.send_fds(requests, [guard_protocol.A_KEEPER], server.far_ends)
            server.hand_over()
            server.launch(sys.executable, "-c", "")
            return server

        assert requests.recv(1) == guard_protocol.AT_WORK
        unlucky = launch()
        assert unlucky.report("errno") == [str(errno.EAGAIN)]
        unlucky.nothing_more()
        full.unlink()
        launch().is_launched()
        requests.close()
        assert guardian.wait(LIMIT) == 0


def test_nobody_is_left_of_a_guardian_that_never_had_a_server(ours: Guarded) -> None:
    ours.dismiss()
    gone(ours.lookout)
    assert helpers(ours.mark) == {GUARDIAN: set(), KEEPER: set(), LOOKOUT: set()}


def test_a_guardian_ends_in_order_when_its_lookout_was_killed(ours: Guarded) -> None:
    server = ours.serve("sleep('main')")
    os.kill(ours.lookout, signal.SIGKILL)
    ours.dismiss()
    gone(ours.guardian, server.main)
    assert server.report("abandoned") == []
