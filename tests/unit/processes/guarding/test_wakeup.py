"""Signals as something to wait for, in a process of its own: they belong to the whole of it."""

import subprocess

from tests.support.processes import PROJECT_ROOT
from tests.unit.processes.kept import HEADER, LIMIT, PYTHON

BEGIN = f"""
import select
sys.path.append({str(PROJECT_ROOT)!r})
from sidecar.processes.guarding.wakeup import Wakeup
def is_ready(wakeup):
    return bool(select.select([wakeup.descriptor], [], [], 0)[0])
"""


def told_by(code: str) -> list[str]:
    """The lines that the code prints, which knows HEADER, `Wakeup` and `is_ready`."""
    done = subprocess.run(
        [*PYTHON, HEADER + BEGIN + code], capture_output=True, timeout=LIMIT, check=True
    )
    return done.stdout.decode().splitlines()


def test_signals_wait_until_they_are_taken_and_do_nothing_else() -> None:
    assert told_by("""
wakeup = Wakeup()
tell(is_ready(wakeup), wakeup.take())
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
    os.kill(os.getpid(), number)
tell(is_ready(wakeup), sorted(map(int, wakeup.take())))
tell(is_ready(wakeup), wakeup.take())
""") == ["False set()", "True [1, 15]", "False set()"]


def test_the_end_of_a_child_wakes() -> None:
    assert told_by("""
wakeup = Wakeup()
child = fork(lambda: None)
select.select([wakeup.descriptor], [], [])
tell(os.waitpid(child, 0) == (child, 0), wakeup.take() == {signal.SIGCHLD})
""") == ["True True"]


def test_no_flood_of_signals_holds_anybody_up() -> None:
    assert told_by("""
wakeup = Wakeup()
for _ in range(50_000):
    signal.raise_signal(signal.SIGHUP)
tell(wakeup.take() == {signal.SIGHUP})
""") == ["True"]


def test_a_fork_is_woken_by_its_own_signals_alone() -> None:
    assert told_by("""
wakeup = Wakeup()
parent = os.getpid()
def child():
    wakeup.renew()
    os.kill(parent, signal.SIGHUP)
    tell("child", is_ready(wakeup))
    os.kill(os.getpid(), signal.SIGTERM)
    tell("child", wakeup.take() == {signal.SIGTERM})
pid = fork(child)
os.waitpid(pid, 0)
tell("parent", wakeup.take() == {signal.SIGHUP, signal.SIGCHLD})
""") == ["child False", "child True", "parent True"]
