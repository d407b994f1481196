"""Servers on this machine. Fulfils `supervision.interfaces.Processes` with the parts beside it."""

import importlib
import os
import threading

from sidecar.domain.spec import ServerSpec
from sidecar.processes import ports, posix, readiness
from sidecar.processes.announcement import Announcement
from sidecar.processes.launch import arguments, check_launchable, environment, explain_os_error
from sidecar.processes.local_process import LocalProcess
from sidecar.processes.output import Pace
from sidecar.supervision.interfaces import ProcessObserver

MARK_BYTES = 8


def _unhurried(_size: int) -> float:
    return 0.0


class LocalProcesses:
    """Launches programs as children of the sidecar."""

    def __init__(self, pace: Pace = _unhurried) -> None:
        """`pace` may slow the reading of output down, when whoever it is for needs a moment."""
        self._pace = pace
        self._warm = False

    async def settle_port(self, spec: ServerSpec, preferred: int, avoid: frozenset[int]) -> int:
        """A port that can be bound now. Raises CannotLaunch."""
        return await ports.settle(spec, preferred, avoid)

    async def probe(self, spec: ServerSpec, port: int) -> str | None:
        """Asks the server once: None if it answered well."""
        return await readiness.probe(spec, port)

    def launch(self, spec: ServerSpec, port: int, observer: ProcessObserver) -> LocalProcess:
        """Starts the server's process. Raises CannotLaunch."""
        mark = os.urandom(MARK_BYTES).hex()
        env = environment(spec, port, mark)
        announcement = Announcement() if spec.app else None
        try:
            argv = arguments(spec, port, announcement.writer if announcement else -1)
            argv[0] = check_launchable(spec, argv[0], env)
            keep_open = [announcement.writer] if announcement else []
            try:
                popen = posix.spawn(argv, spec.cwd, env, keep_open)
            except OSError as error:
                raise explain_os_error(spec, argv[0], error) from error
        except BaseException:
            if announcement is not None:
                announcement.child_has_it()
                announcement.close()
            raise
        try:
            if announcement is not None:
                announcement.child_has_it()
            self._warm_up()
            return LocalProcess(popen, mark, spec, observer, announcement, self._pace)
        except BaseException:  # nobody will own the process
            posix.kill_group(popen.pid)
            popen.wait()
            if announcement is not None:
                announcement.close()
            raise

    def _warm_up(self) -> None:
        """Imports what every stop needs while the first server starts, which takes longer."""
        if not self._warm:
            self._warm = True
            threading.Thread(target=_import_process_tree, name="warm up", daemon=True).start()


def _import_process_tree() -> None:
    importlib.import_module("sidecar.processes.tree")
