"""What is read from /proc and done with pidfds, with real processes."""

import contextlib
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sidecar.processes.guarding.marks import VARIABLE, new_mark, of_run
from tests.support.processes import is_alive
from tests.unit.processes.kept import HEADER, LIMIT, PYTHON, eventually, gone, without_trace

if sys.platform != "linux":
    pytest.skip("needs Linux", allow_module_level=True)

from sidecar.processes.guarding import linux

HERE = os.getpid()


@contextlib.contextmanager
def program(code: str, **env: str) -> Iterator[tuple["subprocess.Popen[bytes]", dict[str, int]]]:
    """Runs code that may use HEADER; its pids by name, "main" when all others are there."""
    with subprocess.Popen([*PYTHON, HEADER + code], stdout=subprocess.PIPE, env=env) as popen:
        assert popen.stdout
        pids: dict[str, int] = {}
        try:
            while "main" not in pids:
                name, pid = popen.stdout.readline().split()
                pids[name.decode()] = int(pid)
            yield popen, pids
        finally:
            for pid in pids.values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def sleeper(**env: str) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "600"], env=env) as popen:
        try:
            yield popen
        finally:
            popen.kill()


IMPORT = "from sidecar.processes.guarding import linux"


def in_a_process_of_its_own(code: str) -> str:
    """What the code prints; it knows HEADER and `linux`."""
    begin = f"import sys\nsys.path.append({os.getcwd()!r})\n{IMPORT}\n"
    done = subprocess.run(
        [*PYTHON, begin + HEADER + code], capture_output=True, timeout=LIMIT, check=True
    )
    return done.stdout.decode()


def test_everybody_beneath_a_process_is_found_with_the_moment_of_the_start() -> None:
    code = "fork(lambda: (fork(lambda: sleep('grandchild')), sleep('child')))\n"
    code += "while len(os.listdir('/proc/self/task')) < 1: pass\ntime.sleep(0.2)\nsleep('main')"
    with program(code) as (popen, pids):
        eventually(lambda: len(linux.descendants(popen.pid)) == 2, "both are there")
        found = linux.descendants(HERE)
        assert found.keys() >= {popen.pid}
        assert found[popen.pid] == linux.started_at(popen.pid)
        beneath = linux.descendants(popen.pid)
        assert {pids["child"], pids["grandchild"]} == beneath.keys()
        assert beneath == {pid: linux.started_at(pid) for pid in beneath}


def test_those_who_are_excepted_are_left_out_with_all_beneath_them() -> None:
    code = "fork(lambda: sleep('child'))\nsleep('main')"
    with program(code) as (one, ours), program(code) as (other, theirs):
        eventually(
            lambda: len(linux.descendants(one.pid) | linux.descendants(other.pid)) == 2,
            "both have a child",
        )
        found = linux.descendants(HERE, besides=frozenset({other.pid}))
        assert found.keys() >= {one.pid, *linux.descendants(one.pid)}
        assert not found.keys() & {other.pid, *linux.descendants(other.pid)}
        del ours, theirs


def test_a_zombie_counts_since_its_threads_may_run_on() -> None:
    with subprocess.Popen(["true"]) as popen:
        os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOWAIT)
        assert popen.pid in linux.descendants(HERE)
        popen.wait(LIMIT)
        assert popen.pid not in linux.descendants(HERE)


def test_nobody_is_beneath_a_process_that_is_gone() -> None:
    with subprocess.Popen(["true"]) as popen:
        popen.wait(LIMIT)
    assert linux.descendants(popen.pid) == {}
    assert linux.started_at(popen.pid) is None


def test_a_name_full_of_brackets_and_blanks_does_not_confuse() -> None:
    told = in_a_process_of_its_own(
        "linux.name_this_process(') S 1 (x'); "
        "print(linux.started_at(os.getpid()), os.getpid() in linux.descendants(os.getppid()));"
        "print(open('/proc/self/comm').read())"
    )
    started, found, name = told.split(maxsplit=2)
    assert started.isdigit()
    assert found == "True"
    assert name.strip() == ") S 1 (x"


def test_those_who_carry_a_mark_are_found_by_its_beginning() -> None:
    guardian, other = new_mark(), new_mark()
    with (
        sleeper(**{VARIABLE: of_run(guardian, "one")}) as one,
        sleeper(FIRST="1", **{VARIABLE: of_run(guardian, "two")}) as two,
        sleeper(**{VARIABLE: of_run(other, "one")}),
        sleeper(**{f"X{VARIABLE}": of_run(guardian, "one")}),
        sleeper(ELSEWHERE=f"x {VARIABLE}={guardian}"),
    ):
        assert linux.marked(VARIABLE, guardian).keys() == {one.pid, two.pid}
        found = linux.marked(VARIABLE, of_run(guardian, "two"))
        assert found == {two.pid: linux.started_at(two.pid)}


def test_nobody_finds_himself_marked() -> None:
    mark = new_mark()
    code = f"os.execve(sys.executable, [sys.executable, '-c', LOOK, {os.getcwd()!r}], "
    code += f"{{{VARIABLE!r}: {mark!r}}})"
    look = (
        "import sys; sys.path.append(sys.argv[1]); from sidecar.processes.guarding import linux; "
    )
    look += f"print(linux.marked({VARIABLE!r}, {mark!r}))"
    assert in_a_process_of_its_own(f"LOOK = {look!r}\n{code}").strip() == "{}"


def test_a_signal_reaches_the_process_that_it_is_meant_for() -> None:
    with sleeper() as popen:
        started = linux.started_at(popen.pid)
        assert started is not None
        linux.send(popen.pid, started, signal.SIGTERM)
        assert popen.wait(LIMIT) == -signal.SIGTERM


def test_a_signal_never_reaches_another_process_with_the_same_pid() -> None:
    with sleeper() as popen:
        started = linux.started_at(popen.pid)
        assert started is not None
        linux.send(popen.pid, started - 1, signal.SIGKILL)
        linux.send(popen.pid, started + 1, signal.SIGKILL)
        with pytest.raises(subprocess.TimeoutExpired):
            popen.wait(0.1)


def test_a_signal_to_a_process_that_is_gone_is_no_trouble() -> None:
    with sleeper() as popen:
        started = linux.started_at(popen.pid)
        assert started is not None
        popen.kill()
        os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOWAIT)
        linux.send(popen.pid, started, signal.SIGTERM)
        popen.wait(LIMIT)
        linux.send(popen.pid, started, signal.SIGTERM)


def no_such_call(_: int) -> int:
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def not_allowed(_: int) -> int:
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


@pytest.mark.parametrize("refusal", [no_such_call, not_allowed, None])
def test_where_there_are_no_pidfds_signals_are_sent_all_the_same(
    refusal: Callable[[int], int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if refusal is None:
        monkeypatch.delattr(os, "pidfd_open")
    else:
        monkeypatch.setattr(os, "pidfd_open", refusal)
    with sleeper() as popen:
        started = linux.started_at(popen.pid)
        assert started is not None
        linux.send(popen.pid, started + 1, signal.SIGKILL)
        linux.send(popen.pid, started, signal.SIGTERM)
        assert popen.wait(LIMIT) == -signal.SIGTERM
        linux.send(popen.pid, started, signal.SIGTERM)


def test_the_run_of_the_system_is_told_where_the_system_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = linux.current_boot()
    assert len(told) == 36
    assert told == linux.current_boot()
    monkeypatch.setattr(linux, "_BOOT_ID", str(tmp_path / "missing"))
    assert linux.current_boot() == ""


def test_a_process_adopts_whom_its_descendants_leave_behind() -> None:
    told = in_a_process_of_its_own(
        "linux.adopt_orphans()\ndaemonise(lambda: time.sleep(600))\n"
        "(pid,) = linux.descendants(os.getpid())\nos.kill(pid, 9)\n"
        "print(os.waitpid(pid, 0) == (pid, 9))"
    )
    assert told.strip() == "True"


@pytest.mark.parametrize("too_late", [False, True])
def test_a_process_that_promised_so_dies_with_its_parent(too_late: bool) -> None:
    wait = "os.kill(parent, 9); time.sleep(0.1);" if too_late else ""
    code = f"""
sys.path.append({os.getcwd()!r})
from sidecar.processes.guarding import linux
parent = os.getpid()
def child():
    {wait}
    tell("child", os.getpid())
    linux.die_with(parent)
    sleep("main")
fork(child)
time.sleep(600)
"""
    with subprocess.Popen([*PYTHON, HEADER + code], stdout=subprocess.PIPE) as popen:
        assert popen.stdout
        child = int(popen.stdout.readline().split()[1])
        if not too_late:
            assert popen.stdout.readline().startswith(b"main")
            assert is_alive(child)
            popen.kill()
        gone(child)
        assert popen.stdout.read() == b"", "it went no further"


Ask = Callable[[], object]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: linux.descendants(HERE),
        lambda: linux.marked(VARIABLE, "x"),
        lambda: linux.started_at(HERE),
        lambda: linux.send(HERE, 0, signal.SIGKILL),
    ],
)
def test_nothing_stays_open_behind_a_look(ask: Ask) -> None:
    ask()
    before = os.listdir("/proc/self/fd")
    ask()
    assert os.listdir("/proc/self/fd") == before


def test_the_looks_at_a_whole_machine_are_short() -> None:
    """It is looked at again and again while a tree is being ended; the limit is a generous one."""
    with contextlib.ExitStack() as crowd:
        pids = {crowd.enter_context(sleeper()).pid for _ in range(200)}
        before = os.times()
        for _ in range(5):
            assert linux.descendants(HERE).keys() >= pids
        after = os.times()
    assert (after.user + after.system) - (before.user + before.system) < 2.0
    without_trace(*pids)
