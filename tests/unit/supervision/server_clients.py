"""Clients of one server that command in any order, and what each of them was promised.

`Clients` plays on a stage, a step at a time, and looks at every answer when it is given.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sidecar.domain.errors import FailureCode
from sidecar.domain.outcome import Exit, Outcome
from sidecar.domain.phases import Status
from sidecar.domain.spec import ServerSpec
from tests.unit.supervision.scripted_processes import ScriptedProcess
from tests.unit.supervision.stage import Stage

Command = Callable[[], asyncio.Future[Outcome]]


@dataclass
class Waiting:
    """A command whose outcome has not been looked at."""

    command: str
    outcome: asyncio.Future[Outcome]
    readies_before: int


class Clients:
    """Who commands, and who sees to the processes meanwhile."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.server = stage.server
        self.witness = stage.witness
        self.processes = stage.processes
        self.waiting: list[Waiting] = []
        self.survivors: set[int] = set()
        self.said: list[str] = []
        self._step = ""
        self._living_before: set[ScriptedProcess] = set()
        self._ended_in: dict[int, str] = {}  # the step that brought it about, by pid

    @property
    def alive(self) -> list[ScriptedProcess]:
        return [process for process in self.processes.living if process.alive]

    @property
    def being_cleared(self) -> list[ScriptedProcess]:
        return [process for process in self.processes.living if process.being_cleared]

    def command(self, name: str, command: Command, *, wait: bool = True) -> None:
        """A client asks for something."""
        already = name == "start" and self.server.running
        readies = len(self.witness.readies) - already
        self._begin(name)
        outcome = self.stage.loop.do(command)
        if wait:
            self.waiting.append(Waiting(name, outcome, readies))
        else:
            assert outcome.result().success, "accepted is all that is promised"
        self._look()

    def stop(self, *, force: bool = False, grace: float | None = None) -> None:
        """A client stops the server; nobody is left in peace."""
        self.command("stop", lambda: self.server.stop(force=force, grace=grace))
        for living in self.processes.living:
            if living.grace is None:
                assert living.pid in self.survivors, "it is not being stopped"
                continue
            assert living.grace == 0 or not force, "force waits for nobody"
            assert grace is None or living.grace <= grace, "whoever waits longest decides nothing"

    def configure(self, spec: ServerSpec) -> None:
        """A client has other wishes."""
        self.do("configure", lambda: self.server.configure(spec))

    def do(self, step: str, action: Callable[[], object]) -> None:
        """Something happens."""
        self._begin(step)
        self.stage.loop.do(action)
        self._look()

    def pass_time(self, seconds: float) -> None:
        """Nothing happens but what is due."""
        self._begin("time")
        self.stage.loop.pass_time(seconds)
        self._look()

    def clear_away(self, process: ScriptedProcess, *, forced: bool = False) -> None:
        """What was to end has ended, and that is told."""
        if process.alive:
            ended = Exit(signal="SIGKILL" if forced else "SIGTERM")
            self.do("end", lambda: process.ends(ended))
        stops = len(self.witness.stops)
        self.do("cleared", lambda: process.is_cleared_away(forced=forced))
        stop = self.witness.stops[stops]
        assert Exit(stop.code, stop.signal) == process.ended
        if (reason := self._ended_in[process.pid]) in ("stop", "itself"):
            assert stop.expected is (reason == "stop")

    def let_survive(self, process: ScriptedProcess) -> None:
        """What was to end does not, not even by force."""
        self.survivors.add(process.pid)
        self.do("survived", process.survives)

    def let_all_go_well(self) -> None:
        """What is waited for happens, of several things the one that came last."""
        left_alone = [p for p in self.alive if not p.being_cleared and p.pid not in self.survivors]
        unready = [process for process in left_alone if not process.knows_it_is_ready]
        if self.processes.port_is_wanted:
            self.do("launched", self.processes.grant_port)
        elif unready:
            self.do("ready", unready[-1].answers.set)
        elif self.being_cleared:
            self.clear_away(self.being_cleared[-1])
        else:
            self.pass_time(1.0)

    def _begin(self, step: str) -> None:
        self._step = step
        self._living_before = set(self.processes.living)

    def _look(self) -> None:
        for process in self.processes.living:
            if process.ended is not None:
                self._ended_in.setdefault(process.pid, "itself")
            elif process.being_cleared:
                self._ended_in.setdefault(process.pid, self._step)
        for waiting in [w for w in self.waiting if w.outcome.done()]:
            self.waiting.remove(waiting)
            outcome = waiting.outcome.result()
            assert outcome.message
            if waiting.command == "stop":
                self._check_stop(outcome)
            else:
                self._check_start(outcome, waiting)

    def _check_stop(self, outcome: Outcome) -> None:
        if outcome.failure is None:
            left = set(self.processes.living) & self._living_before
            assert not left, "stopped means that nothing is left"
        else:
            assert outcome.failure.code is FailureCode.STOP_TIMEOUT
            assert self.processes.living

    def _check_start(self, outcome: Outcome, waiting: Waiting) -> None:
        if outcome.failure is None:
            assert len(self.witness.readies) > waiting.readies_before
            unhealthy = any(process.bad_health for process in self.processes.launched)
            assert self.witness.status is Status.RUNNING or unhealthy
            return
        assert outcome.failure.hint or outcome.failure.code is FailureCode.SPAWN_FAILED
        if self._step in ("stop", "restart"):
            assert outcome.failure.code is FailureCode.CANCELLED
            return
        assert outcome.failure.code is not FailureCode.CANCELLED
        status = self.stage.status
        assert status.status in (Status.ERROR, Status.RUNNING) or status.retry_at is not None
        assert status.last_error is not None
        assert status.last_error.startswith(outcome.failure.sentence.rstrip("."))
