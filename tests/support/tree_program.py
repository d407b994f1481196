"""A server that grows a tree of processes; each writes down who it is before it lives on.

Run as a script with the standard library alone, or by uvicorn as `tree_program:app`. A line of the
record is "PID START ROLE", START as in /proc/PID/stat: with it nobody takes another process that
was given the same number for one of these. Nothing here knows how the product finds a tree.

Branches, each "deaf" to the signals that ask a process to end if ":deaf" follows its name:
  child     a child like any other
  session   a child in a session of its own
  daemon    forked twice, in a session of its own
  bare      a daemon with nothing in its environment, no descriptor of ours and another program
  storm     one that forks and ends again and again, in a session of its own every other time
(two of one kind are told apart by a suffix, as in "storm:1"),
and for the main process "main", "main:deaf", or "main:heir": asked to end, it leaves a deaf daemon.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

RECORD_VARIABLE = "SIDECAR_TEST_TREE"
BRANCHES_VARIABLE = "SIDECAR_TEST_BRANCHES"

# No process of a tree outlives a test that failed by more than this.
FUSE_SECONDS = 40
STORM_STEP = 0.01
DEAF_TO = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def start_time() -> str:
    """When this process began, in the kernel's own words."""
    with open("/proc/self/stat", encoding="utf-8") as stat:
        return stat.read().rpartition(")")[2].split()[19]


def write_down(record: str, role: str) -> None:
    """Appends this process to the record, in one write that nobody else's can be mixed with."""
    file = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, f"{os.getpid()} {start_time()} {role}\n".encode())
    os.close(file)


def live(record: str, role: str) -> NoReturn:
    """Writes itself down and does nothing from then on."""
    signal.set_wakeup_fd(-1)  # an event loop's, if one forked us
    for number in DEAF_TO:
        signal.signal(number, signal.SIG_IGN if role.endswith(":deaf") else signal.SIG_DFL)
    signal.alarm(FUSE_SECONDS)
    write_down(record, role)
    while True:
        time.sleep(60)


def child(record: str, role: str) -> None:
    if os.fork() == 0:
        live(record, role)


def session(record: str, role: str) -> None:
    if os.fork() == 0:
        os.setsid()
        live(record, role)


def daemon(record: str, role: str) -> None:
    _as_daemon(lambda: live(record, role))


def bare(record: str, role: str) -> None:
    program = [sys.executable, "-I", "-S", os.path.abspath(__file__), record, "--alone", role]

    def become_another() -> NoReturn:
        os.chdir("/")
        os.closerange(0, 64)
        for _ in range(3):
            os.open(os.devnull, os.O_RDWR)
        os.execve(program[0], program, {})

    _as_daemon(become_another)


def storm(record: str, role: str) -> None:
    """Whoever looks finds it, but by the time it is killed it has forked and gone."""
    if os.fork():
        return
    signal.set_wakeup_fd(-1)
    for number in DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    end = time.monotonic() + FUSE_SECONDS
    for generation in range(1_000_000):
        if generation % 2:
            os.setsid()
        write_down(record, role)
        time.sleep(STORM_STEP)
        if os.fork() or time.monotonic() > end:
            os._exit(0)


def _as_daemon(become: Callable[[], NoReturn]) -> None:
    """Has `become` called by a process whose parent has ended and whose session is its own."""
    middle = os.fork()
    if middle == 0:
        os.setsid()
        if os.fork() == 0:
            become()
        os._exit(0)
    os.waitpid(middle, 0)


GROW: dict[str, Callable[[str, str], None]] = {
    "child": child, "session": session, "daemon": daemon, "bare": bare, "storm": storm
}  # fmt: skip


def grow(record: str, branches: list[str]) -> None:
    """Starts the branches of this process and waits until each has written itself down."""
    for role in branches:
        GROW[role.partition(":")[0]](record, role)
    ourselves = f"{os.getpid()} {start_time()} "
    end = time.monotonic() + FUSE_SECONDS
    while time.monotonic() < end:
        with open(record, encoding="utf-8") as lines:
            since_us = lines.read().partition(ourselves)[2].splitlines()[1:]
        if {line.split()[2] for line in since_us} >= set(branches):
            return
        time.sleep(0.005)


def main(arguments: list[str]) -> NoReturn:
    """RECORD --alone ROLE, or RECORD PORT MAIN BRANCH...; a port of 0 is no port."""
    record, port, role, *branches = arguments
    if port == "--alone":
        live(record, role)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if role == "main:deaf":
        for number in DEAF_TO:
            signal.signal(number, signal.SIG_IGN)

    def leave_an_heir(_number: int, _frame: FrameType | None) -> NoReturn:
        daemon(record, "heir:deaf")
        os._exit(0)

    if role == "main:heir":
        signal.signal(signal.SIGTERM, leave_an_heir)
    signal.alarm(FUSE_SECONDS)
    if int(port):
        # Before the branches: those that only fork hold the port as well.
        listener = socket.create_server(("127.0.0.1", int(port)))
        listener.set_inheritable(True)
    write_down(record, role)
    grow(record, branches)
    sys.stdout.write("tree complete\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The same as an ASGI app; with several workers each has its own branches."""
    if scope["type"] == "lifespan":
        await receive()
        record = os.environ[RECORD_VARIABLE]
        write_down(record, "app")
        grow(record, os.environ[BRANCHES_VARIABLE].split())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d" % os.getpid()})


if __name__ == "__main__":
    main(sys.argv[1:])
