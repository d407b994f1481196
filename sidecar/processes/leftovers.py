"""Ends what dead sidecars have left behind, as far as it is provably theirs, and nothing else.

Proof is the file of a sidecar that is dead (see `state_file`) together with what it names: a pid
with the moment its process started, and the mark in a process's environment; what descends from
such a process is left behind likewise. Where a system does not tell when it was booted, the moment
proves nothing, and the mark alone is believed.
"""

import logging
import math
import os
import signal
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sidecar.folders import running_folder
from sidecar.processes.state_file import Notes, abandoned_files
from sidecar.processes.threads import in_thread

if TYPE_CHECKING:
    from sidecar.processes.guarding.system import Identity

LEFTOVER_GRACE_SECONDS = 1.5
"""From SIGTERM to SIGKILL. As long as the helpers of a sidecar that has just been killed take: they
may still be at work."""

KILL_SECONDS = 1.5
"""Who is not gone so long after SIGKILL hangs in the system."""

CLEAN_UP_SECONDS = 5.0
"""For all of it; the first launch waits so long at most. What takes longer goes on beside it."""

LOOK_AGAIN_SECONDS = 0.03

EMPTY_LOOKS = 2
"""One look can miss a process that has just forked or is exchanging its program."""

MOST_NAMED = 10
"""So many processes are named in a message."""

_INIT = 1

_Who: TypeAlias = "tuple[int, Identity]"
"""A process for certain: its pid, and since when it runs."""

logger = logging.getLogger(__name__)


async def clean_up(folder: Path | None = None) -> int:
    """Ends what is left behind by the sidecars whose files are in the user's state folder.

    Returns how many processes have ended; what goes wrong is logged, and no reason not to start.
    """
    try:
        return await in_thread(partial(_clean_up, folder), CLEAN_UP_SECONDS)
    except TimeoutError:
        logger.warning("cleaning up after an earlier sidecar takes long; the start goes on")
    except Exception:  # a start must not fail for what was before it
        logger.exception("could not clean up after earlier sidecars")
    return 0


def _clean_up(folder: Path | None) -> int:
    try:
        files = abandoned_files(folder or running_folder())
    except RuntimeError:  # the user has no home
        return 0
    try:
        left_by = [
            _Leftovers(believed)
            for file in files
            if file.notes is not None and (believed := _believed(file.notes)) is not None
        ]
        if left_by:
            _end(left_by)
        return sum(leftovers.report() for leftovers in left_by)
    finally:
        for file in files:
            file.remove()


def _believed(notes: Notes) -> Notes | None:
    """As much of the notes as can be proof now; None if the system was booted since."""
    from sidecar.processes.guarding import system

    boot = system.current_boot()
    if not notes.boot or not boot:
        return notes._replace(processes=())
    return notes if notes.boot == boot else None


class _Leftovers:
    """The processes that one dead sidecar has left behind, as far as they have been found."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._names: dict[_Who, str] = {}

    def look(self, kin: frozenset[int]) -> set[_Who]:
        """All that live now; `kin` and who descends from it is never among them."""
        from sidecar.processes.guarding import system

        seen: set[_Who] = set()
        for who, name in self._roots():
            if who in seen or who[0] in kin or system.started_at(who[0]) != who[1]:
                continue
            family = {who, *system.descendants(who[0], kin).items()}
            # Were the pid somebody else's by now, so would the descendants be.
            if system.started_at(who[0]) in (who[1], None):
                seen |= family
                for member in filter(_is_alive, family):
                    self._names.setdefault(member, name or _name(member[0]))
        return set(filter(_is_alive, self._names))

    def report(self) -> int:
        """Logs what has become of them; returns how many have ended."""
        living = set(filter(_is_alive, self._names))
        ended = self._names.keys() - living
        if ended:
            logger.warning(
                "ended %s that an earlier sidecar (pid %d) had left behind: %s",
                "a process" if len(ended) == 1 else f"{len(ended)} processes",
                self._notes.sidecar,
                self._listed(ended),
            )
        if living:
            logger.warning(
                "an earlier sidecar (pid %d) has left behind what cannot be killed: %s",
                self._notes.sidecar,
                self._listed(living),
            )
        return len(ended)

    def _roots(self) -> Iterator[tuple[_Who, str]]:
        """Whoever is proof by itself, and then whoever was found before: it may have forked."""
        from sidecar.processes.guarding import marks, system

        for started in self._notes.processes:
            yield (started.pid, started.since), started.server
        yield from list(self._names.items())
        for guardian in self._notes.guardians:
            for who in system.marked(marks.VARIABLE, marks.of_run(guardian, "")).items():
                yield who, ""

    def _listed(self, processes: set[_Who]) -> str:
        pids = sorted(processes)
        named = [f"{self._names[who]} (pid {who[0]})" for who in pids[:MOST_NAMED]]
        return ", ".join([*named, "..."] if len(pids) > MOST_NAMED else named)


def _end(left_by: Sequence[_Leftovers]) -> None:
    """Asks them all to end, and kills them after a while."""
    from sidecar.processes.guarding import system

    asked: set[_Who] = set()
    grace_ends = time.monotonic() + LEFTOVER_GRACE_SECONDS
    given_up = math.inf
    empty_looks = 0
    while empty_looks < EMPTY_LOOKS and (now := time.monotonic()) < given_up:
        kin = _kin()
        living = {who for leftovers in left_by for who in leftovers.look(kin)}
        if now < grace_ends:
            for who in living - asked:
                system.send(*who, signal.SIGTERM)
            asked |= living
        else:
            given_up = min(given_up, now + KILL_SECONDS)
            for who in living:
                system.send(*who, signal.SIGKILL)
        empty_looks = 0 if living else empty_looks + 1
        time.sleep(LOOK_AGAIN_SECONDS)


def _kin() -> frozenset[int]:
    """Who is never ended: this process, what it descends from, and what descends from it."""
    import psutil

    from sidecar.processes.guarding import system

    ancestors = (parent.pid for parent in psutil.Process().parents())
    return frozenset({os.getpid(), _INIT, *ancestors, *system.descendants(os.getpid())})


def _is_alive(who: _Who) -> bool:
    """Whether it is still that process, and more than a zombie."""
    import psutil

    from sidecar.processes import tree
    from sidecar.processes.guarding import system

    pid, since = who
    if system.started_at(pid) != since:
        return False
    try:
        return tree.is_alive(psutil.Process(pid))
    except psutil.Error:
        return False


def _name(pid: int) -> str:
    import psutil

    try:
        return psutil.Process(pid).name()
    except psutil.Error:
        return "a process"
