"""The runs of one server, of which there may be several at once.

One counts; during a restart without a gap an old one serves beside it until its successor is ready;
and retired ones finish what they have begun. Only when nothing of any is left, the server is over.
"""

import logging
from collections.abc import Callable
from typing import NamedTuple

from sidecar.domain.events import Event, ServerStopped
from sidecar.domain.phases import Input
from sidecar.domain.spec import ServerSpec
from sidecar.supervision.interfaces import LogFileOpener, Processes
from sidecar.supervision.log_stream import LogStream
from sidecar.supervision.run import Place, Run

logger = logging.getLogger(__name__)


class Surroundings(NamedTuple):
    """What the servers of a sidecar share; `ports_of_others` are those to be left alone."""

    processes: Processes
    open_log_file: LogFileOpener
    publish: Callable[[Event], None]
    ports_of_others: Callable[[str], frozenset[int]]


class Runs:
    """Makes runs, and hears what they tell."""

    def __init__(
        self,
        name: str,
        logs: LogStream,
        surroundings: Surroundings,
        tell: Callable[[Input], None],
    ) -> None:
        """`tell` is given what happens to the run that counts, and OLD_ENDED of the one beside."""
        self.current: Run | None = None
        self.old: Run | None = None
        self.old_was_killed = False
        """Whether the run before the current one had to be, against what was hoped for."""
        self._name = name
        self._logs = logs
        self._around = surroundings
        self._tell = tell
        self._retired: list[Run] = []  # on their way out
        self._stuck: list[Run] = []  # which survived even force; the next end tries again
        self._over: Input | None = None  # how the current run ended, if it has

    def make_next(self, spec: ServerSpec, *, again: bool) -> None:
        """A new current run, in the place of the last if it is to go on `again`."""
        self.current, self._over = self._new_run(spec, self.current, again=again), None

    def make_successor(self, spec: ServerSpec) -> None:
        """A new current run beside the one that serves; one that was on that way has to go."""
        serving = self.old or self.current
        out_of_date = self.current if self.old is not None else None
        self.old = serving
        self.current, self._over = self._new_run(spec, serving, again=True, beside=True), None
        if out_of_date is not None:
            out_of_date.is_to_end()
            out_of_date.release(unless_kept_by=serving)
            self._retire(out_of_date, 0.0)

    def begin(self) -> None:
        """Starts the current run."""
        if self.current is not None:
            self.current.begin(self._around.ports_of_others(self._name))

    def retire_old(self, grace: float, *, succeeded: bool) -> None:
        """The old run ends, because it has `succeeded` to the new one, or by itself."""
        old, self.old = self.old, None
        if old is not None:
            if succeeded:
                old.is_to_end()
            old.release(unless_kept_by=self.current)
            self._retire(old, grace, successor=succeeded)

    def go_back_to_old(self) -> None:
        """The successor has failed and is gone: the old run counts again."""
        failed, self.current, self.old, self._over = self.current, self.old, None, None
        if failed is not None:
            failed.release(unless_kept_by=self.current)
            if failed.survivors:
                self._stuck.append(failed)

    def end_all(self, grace: float, *, successor: bool = False) -> None:
        """Ends whatever there is."""
        for run in (self.old, self.current):
            if run is not None:
                run.is_to_end()
        self.retire_old(grace, succeeded=False)
        self.clear(grace, successor=successor)

    def clear(self, grace: float, *, successor: bool = False) -> None:
        """Ends the current run, and the retired ones unless there is an old one that serves.

        What is ending already gets at most so much more time.
        """
        if self.old is None:
            self._retired += self._stuck
            self._stuck = []
            for run in self._retired:
                run.clear(grace)
        if self.current is not None and self._over is not Input.CLEARED:
            self._over = None
            self.current.clear(grace, successor=successor)

    def _retire(self, run: Run, grace: float, *, successor: bool = False) -> None:
        self._retired.append(run)
        run.clear(grace, successor=successor)

    def _new_run(
        self, spec: ServerSpec, last: Run | None, *, again: bool, beside: bool = False
    ) -> Run:
        """One that tries the port of the last one first, where clients may count on that."""
        port, kept = spec.port, None
        self.old_was_killed = False
        if last is not None:
            self.old_was_killed = again and not beside and last.forced and last.grace > 0
            if last.spec.port == port and (again or port == 0):
                port = last.port
            kept = last.endpoint if again else None
        place = Place(port, kept, beside_another=beside)
        around = self._around
        return Run(spec, place, around.processes, around.open_log_file, self._logs, self._told)

    def _told(self, run: Run, given: Input) -> None:
        if given in (Input.CLEARED, Input.SURVIVED):
            self._tell_stopped(run, given)
            self._is_over(run, given)
        elif run is self.current:
            self._tell(given)
        elif run is self.old and given in (Input.EXIT, Input.CRASH):
            self._tell(Input.OLD_ENDED)

    def _is_over(self, run: Run, given: Input) -> None:
        """The end of the current run is told once those before it are over, unless one serves."""
        if run is self.current:
            self._over = given
        else:
            self._retired.remove(run)
            if given is Input.SURVIVED:
                logger.error("%s", run.failure().sentence)
                self._stuck.append(run)
        if self._over is not None and (self.old is not None or not self._retired):
            self._tell(self._end_of_all(self._over))

    def _end_of_all(self, end_of_current: Input) -> Input:
        """What is left of those before the current run is told as if it were left of that."""
        if self.current is None or self.old is not None:
            return end_of_current
        stuck = sum(run.survivors for run in self._stuck)
        if end_of_current is Input.CLEARED:
            self.current.survivors = stuck
        else:
            self.current.survivors += stuck
        return Input.SURVIVED if self.current.survivors else Input.CLEARED

    def _tell_stopped(self, run: Run, given: Input) -> None:
        self._logs.flush()
        if given is Input.CLEARED and (ended := run.exit) is not None:
            stopped = ServerStopped(self._name, ended.code, run.exit_expected, ended.signal)
            self._around.publish(stopped)
