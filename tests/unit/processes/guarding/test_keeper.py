"""A keeper and a real server: what is reported of it, and how its tree is ended."""

import contextlib
import errno
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.processes.guarding import keeper as keeper_module
from tests.support.processes import is_alive, marked_processes
from tests.unit.processes.kept import (
    LIMIT,
    PATIENT,
    PYTHON,
    Kept,
    gone,
    kept,
    without_trace,
)

FAMILY = """
fork(lambda: sleep("child"))
daemonise(lambda: sleep("daemon"))
sleep("main")
"""
DEAF_FAMILY = """
fork(lambda: deaf("child"))
daemonise(lambda: deaf("daemon"))
deaf("main")
"""


@pytest.fixture
def server() -> Iterator[Kept]:
    with kept() as (server, _, _):
        yield server


def test_the_launch_and_the_end_of_a_program_are_reported() -> None:
    with kept() as (server, keeper, _):
        server.run("tell('here'); sys.exit(3)")
        assert server.keeper == keeper.pid
        assert server.line() == "here"
        assert server.report("exit")[0] == "3"
        assert server.report("cleared") == ["0", "0"], "nobody need ask whether anything is left"
        server.nothing_more()
        assert keeper.wait(LIMIT) == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGUSR1])
def test_the_signal_that_ended_a_program_is_reported(server: Kept, number: signal.Signals) -> None:
    server.run(f"os.kill(os.getpid(), {int(number)})")
    assert server.report("exit")[0] == str(-number)


def test_what_a_program_has_used_is_reported(server: Kept) -> None:
    server.run("ballast = b'x' * 100_000_000\nwhile time.process_time() < 0.3: pass\n")
    _, seconds, size = server.report("exit")
    assert 0.3 <= float(seconds) < LIMIT
    assert 100_000_000 < int(size) < 1_000_000_000


def test_the_moment_of_the_start_tells_a_process_from_a_later_one(server: Kept) -> None:
    server.launch("/bin/sleep", "600")
    pid, started, _ = server.report("pid")
    assert Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19] == started


def test_a_program_that_is_over_before_anybody_looks_is_reported_like_any_other() -> None:
    for _ in range(20):
        with kept() as (server, _, _):
            server.launch("/bin/true")
            with contextlib.suppress(BrokenPipeError):  # it may all be over by now
                server.end(PATIENT)
            server.report("pid")
            assert server.report("exit")[0] in {"0", "-15"}
            assert server.report("cleared") == ["0", "0"]
            server.nothing_more()


@pytest.mark.parametrize(
    ("content", "mode", "number"),
    [
        (b"#!/no/such/interpreter\n", 0o755, errno.ENOENT),
        (b"no program", 0o755, errno.ENOEXEC),
        (b"#!/bin/sh\n", 0o644, errno.EACCES),
    ],
)
def test_why_a_program_cannot_be_run_is_reported(
    tmp_path: Path, content: bytes, mode: int, number: int
) -> None:
    program = tmp_path / "program"
    program.write_bytes(content)
    program.chmod(mode)
    with kept() as (server, keeper, _):
        server.launch(str(program))
        assert server.report("errno") == [str(number)]
        server.nothing_more()
        assert keeper.wait(LIMIT) == 0


def test_a_folder_that_is_gone_is_reported(tmp_path: Path) -> None:
    with kept() as (server, _, _):
        server.launch("/bin/true", cwd=str(tmp_path / "gone"))
        assert server.report("errno") == [str(errno.ENOENT)]


def test_a_machine_without_room_for_another_process_is_reported() -> None:
    prelude = f"def fork(): raise OSError({errno.EAGAIN}, '')\nos.fork = fork"
    with kept(prelude=prelude) as (server, keeper, _):
        server.launch("/bin/true")
        assert server.report("errno") == [str(errno.EAGAIN)]
        server.nothing_more()
        assert keeper.wait(LIMIT) == 0


# The tree, and its end


def test_the_main_process_is_asked_first_and_the_others_when_it_is_gone(server: Kept) -> None:
    server.run("""
def leave(*_):
    tell("child asked, child of", os.getppid())
    os._exit(0)
def child():
    signal.signal(signal.SIGTERM, leave)
    sleep("child")
def finish(*_):
    time.sleep(0.2)
    tell("main asked")
    os._exit(0)
fork(child)
signal.signal(signal.SIGTERM, finish)
time.sleep(600)
""")
    server.pid_of("child")
    server.end(PATIENT)
    assert server.line() == "main asked"
    assert server.line() == f"child asked, child of {server.keeper}"
    assert server.report("exit")[0] == "0"
    assert server.report("cleared") == ["0", "0"]


def test_whoever_the_main_process_leaves_behind_lives_until_the_end_is_wanted(
    server: Kept,
) -> None:
    server.run("daemonise(lambda: sleep('daemon'))")
    daemon = server.pid_of("daemon")
    server.report("exit")
    assert server.is_quiet()
    assert is_alive(daemon)
    server.end(PATIENT)
    assert server.report("cleared") == ["0", "0"]
    without_trace(daemon)


def test_a_tree_that_does_not_listen_is_killed_when_its_time_is_over(server: Kept) -> None:
    server.run(DEAF_FAMILY)
    family = server.pids(3)
    server.end(0.2)
    assert server.report("exit")[0] == "-9"
    assert server.report("cleared") == ["1", "0"]
    without_trace(*family.values())


def test_a_tree_that_is_stopped_can_be_ended(server: Kept) -> None:
    server.run(FAMILY)
    family = server.pids(3)
    for pid in family.values():
        os.kill(pid, signal.SIGSTOP)
    server.end(0.2)
    server.report("exit")
    assert server.report("cleared") == ["1", "0"]
    without_trace(*family.values())


def test_a_tree_that_forks_all_the_time_is_killed(server: Kept) -> None:
    server.run("""
signal.signal(signal.SIGTERM, signal.SIG_IGN)
tell("here")
deadline = time.monotonic() + 60
while time.monotonic() < deadline:  # the next one goes on, as a new process
    if os.fork():
        os._exit(0)
""")
    server.line()
    server.report("exit")
    server.end(0)
    assert server.report("cleared") == ["1", "0"]
    assert marked_processes(server.mark) == {}


def test_a_second_word_brings_the_end_forward_and_never_puts_it_off(server: Kept) -> None:
    server.run(DEAF_FAMILY)
    server.pids(3)
    began = time.monotonic()
    server.end(PATIENT)
    server.end(0.5)
    server.end(PATIENT)
    assert server.report("exit")[0] == "-9"
    assert server.report("cleared") == ["1", "0"]
    assert 0.5 <= time.monotonic() - began < PATIENT / 2


def test_a_grace_longer_than_the_system_can_wait_is_a_long_one(server: Kept) -> None:
    server.run("deaf('main')")
    server.pid_of("main")
    server.end(1e9)
    time.sleep(0.1)  # a keeper at fault would have told by now
    assert server.is_quiet()
    server.end(0)
    assert server.report("exit")[0] == "-9"


def test_a_word_may_arrive_in_pieces(server: Kept) -> None:
    server.run("sleep('main')")
    server.pid_of("main")
    for piece in (b"en", b"d 6", b"0\nen"):
        server.control.sendall(piece)
        time.sleep(0.02)
    assert server.report("exit")[0] == "-15"
    assert server.report("cleared") == ["0", "0"]


def test_no_zombie_stays_of_those_who_were_left_behind(server: Kept) -> None:
    server.run("daemonise(lambda: tell('short', os.getpid()))\nsleep('main')")
    pids = server.pids(2)
    without_trace(pids["short"])
    assert is_alive(pids["main"])


def test_what_survives_everything_is_counted_and_tried_again(tmp_path: Path) -> None:
    power = tmp_path / "power"
    prelude = f"""
send = system.send
def powerless(pid, started, what):
    if os.path.exists({str(power)!r}):
        send(pid, started, what)
system.send = powerless
"""
    with kept(prelude=prelude) as (server, _, _):
        server.run(DEAF_FAMILY)
        family = server.pids(3)
        server.end(0.1)
        assert server.report("cleared") == ["1", "3"]
        power.touch()
        time.sleep(0.2)
        assert server.is_quiet(), "nothing is done until somebody wants it"
        server.end(0)
        assert server.report("exit")[0] == "-9"
        assert server.report("cleared") == ["1", "0"]
        without_trace(*family.values())


# The ends of others


def test_a_tree_is_ended_when_the_sidecar_is_gone() -> None:
    with kept() as (server, keeper, _):
        server.run(FAMILY)
        family = server.pids(3)
        server.control.close()
        assert keeper.wait(LIMIT) == 0
        without_trace(*family.values())


def test_a_tree_is_killed_soon_when_it_does_not_care_that_the_sidecar_is_gone() -> None:
    with kept() as (server, keeper, _):
        server.run(DEAF_FAMILY)
        family = server.pids(3)
        began = time.monotonic()
        server.control.close()
        assert keeper.wait(LIMIT) == 0
        assert time.monotonic() - began >= keeper_module.LEASE_SECONDS
        without_trace(*family.values())


def test_a_patient_end_is_hurried_when_the_sidecar_is_gone_meanwhile() -> None:
    with kept() as (server, keeper, _):
        server.run(DEAF_FAMILY)
        family = server.pids(3)
        server.end(PATIENT)
        server.control.close()
        assert keeper.wait(LIMIT) == 0
        without_trace(*family.values())


def test_a_tree_is_ended_when_the_guardian_is_gone() -> None:
    with kept() as (server, keeper, end_life):
        server.run(FAMILY)
        family = server.pids(3)
        end_life()
        assert server.report("abandoned") == []
        assert server.report("exit")[0] == "-15"
        assert server.report("cleared") == ["0", "0"]
        assert keeper.wait(LIMIT) == 0
        without_trace(*family.values())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_tree_is_ended_when_somebody_ends_the_keeper(number: signal.Signals) -> None:
    with kept() as (server, keeper, _):
        server.run(FAMILY)
        family = server.pids(3)
        keeper.send_signal(number)
        assert server.report("abandoned") == []
        server.report("exit")
        assert server.report("cleared") == ["0", "0"]
        assert keeper.wait(LIMIT) == 0
        without_trace(*family.values())


def test_the_main_process_does_not_outlive_a_killed_keeper() -> None:
    with kept() as (server, keeper, _):
        server.run("deaf('main')")
        main = server.pid_of("main")
        keeper.kill()
        gone(main)


@pytest.mark.parametrize("sent", [b"", b"\x05", b"\x20\x00\x00\x00half of"])
def test_a_sidecar_that_is_gone_before_it_said_what_to_run_leaves_nothing(sent: bytes) -> None:
    with kept() as (server, keeper, _):
        server.control.sendall(sent)
        server.control.close()
        assert keeper.wait(LIMIT) == 0


def test_a_sidecar_that_is_gone_right_after_the_launch_leaves_nothing() -> None:
    with kept() as (server, keeper, _):
        server.launch(*PYTHON, "import time; time.sleep(600)")
        server.control.close()
        assert keeper.wait(LIMIT) == 0
        assert marked_processes(server.mark) == {}


def test_an_error_in_the_keeper_is_told_and_leaves_no_server() -> None:
    prelude = "def keep(self): raise ValueError('oh dear')\nkeeper.Keeper._keep = keep"
    with kept(prelude=prelude) as (server, keeper, _):
        server.run("deaf('main')")
        assert "oh dear" in " ".join(server.report("defect"))
        keeper.kill()
        gone(server.main)
