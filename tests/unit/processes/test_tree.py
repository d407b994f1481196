"""Who belongs to a server: all who descend from it, wherever they went, and nobody else."""

import os
import signal
import subprocess

import psutil

from sidecar.processes.tree import is_alive, members
from tests.unit.processes.kept import LIMIT, eventually, kept, without_trace

FAMILY = """
fork(lambda: sleep("child"))
daemonise(lambda: sleep("daemon"))
sleep("main")
"""


def pids_beneath(keeper: int) -> set[int]:
    return {process.pid for process in members(keeper)}


def test_everyone_who_descends_from_the_main_process_belongs() -> None:
    with kept() as (ours, our_keeper, _), kept() as (theirs, their_keeper, _):
        ours.run(FAMILY)
        theirs.run(FAMILY)
        family, others = ours.pids(3), theirs.pids(3)
        assert pids_beneath(our_keeper.pid) == set(family.values())
        assert pids_beneath(their_keeper.pid) == set(others.values())


def test_who_has_left_home_belongs_when_the_main_process_has_ended() -> None:
    with kept() as (server, keeper, _):
        server.run(FAMILY)
        family = server.pids(3)
        os.kill(family["main"], signal.SIGKILL)
        without_trace(family["main"])
        assert pids_beneath(keeper.pid) == {family["child"], family["daemon"]}


def test_a_zombie_is_not_alive() -> None:
    with kept() as (server, keeper, _):
        server.run("zombie = fork(lambda: tell('zombie', os.getpid()))\nsleep('main')")
        pids = server.pids(2)
        eventually(lambda: pids_beneath(keeper.pid) == {pids["main"]}, "the zombie is left out")
        assert os.path.exists(f"/proc/{pids['zombie']}")


def test_who_lost_his_main_thread_is_alive_while_others_run() -> None:
    with kept() as (server, keeper, _):
        server.run("""
import ctypes, threading
def others():
    threading.Thread(target=time.sleep, args=(600,)).start()
    tell("headless", os.getpid())
    ctypes.CDLL(None).pthread_exit(None)  # which lets go of the interpreter, too
fork(others)
sleep("main")
""")
        pids = server.pids(2)
        headless = psutil.Process(pids["headless"])
        eventually(lambda: headless.status() == psutil.STATUS_ZOMBIE, "it looks like a zombie")
        assert is_alive(headless)
        assert headless.pid in pids_beneath(keeper.pid)
        headless.kill()
        eventually(lambda: not is_alive(headless), "it is gone")


def test_nobody_is_beneath_a_keeper_that_is_gone() -> None:
    with subprocess.Popen(["true"]) as popen:
        popen.wait(LIMIT)
    assert members(popen.pid) == []
