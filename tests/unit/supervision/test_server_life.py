"""Whatever clients command and processes do, a server's life is told truly and answered fully."""

from contextlib import ExitStack

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sidecar.domain.errors import Failure, FailureCode
from sidecar.domain.events import Stream
from sidecar.domain.outcome import Exit
from sidecar.domain.phases import Status
from sidecar.domain.spec import Handoff, HealthAction, HealthCheck, RestartSettings, RestartWhen
from tests.unit.supervision.scripted_processes import ScriptedProcess, ScriptedProcesses, spec_of
from tests.unit.supervision.server_clients import Clients
from tests.unit.supervision.stage import stage_for

READY_TIMEOUT = 30.0
HEALTH_INTERVAL = 5.0
STREAMS = st.sampled_from(["stdout", "stderr"])
ENDS = st.sampled_from([Exit(code=0), Exit(code=3), Exit(signal="SIGSEGV")])
LINES = st.lists(st.sampled_from(["", "a line", "한 줄"]), min_size=1, max_size=3)
GRACES = st.sampled_from([None, 0.5, 5.0])
WHICH = st.integers(min_value=0, max_value=3)
HANDOFFS = st.sampled_from(["none", "socket", "overlap", "overlap"])
POLICIES = st.sampled_from(["never", "on-failure", "always"])
ACTIONS = st.sampled_from(["alert", "restart", None])

ENOUGH_STEPS = 40
"""For a few processes to come to rest; each that is left over from before needs two more."""


class ManagedServerLife(RuleBasedStateMachine):
    """Clients, scripted processes, and a witness of what is told."""

    @initialize(
        handoff=HANDOFFS,
        policy=POLICIES,
        action=ACTIONS,
        port=st.sampled_from([0, 8000]),
        restarts=st.integers(min_value=0, max_value=2),
    )
    def begin(
        self,
        handoff: Handoff,
        policy: RestartWhen,
        action: HealthAction | None,
        port: int,
        restarts: int,
    ) -> None:
        """In the midst of its life, perhaps with old processes that still finish their work."""
        self.spec = spec_of(
            "api",
            port=port,
            handoff=handoff,
            restart=RestartSettings(policy, max=2),
            health=HealthCheck("/", HEALTH_INTERVAL, failures=1, action=action) if action else None,
            reload=True,
        )
        self.processes = ScriptedProcesses(ports_at_once=False)
        self.stage_is_up = ExitStack()
        self.stage = self.stage_is_up.enter_context(stage_for(self.spec, self.processes))
        self.server = self.stage.server
        self.witness = self.stage.witness
        self.clients = Clients(self.stage)
        self.changes = 0
        self.client_starts(wait=False)
        self.clients.let_all_go_well()
        self.clients.let_all_go_well()
        for _ in range(restarts):
            self.client_restarts(force=False, wait=False, grace=None)
            self.clients.let_all_go_well()

    @rule()
    def all_goes_well(self) -> None:
        self.clients.let_all_go_well()

    @rule()
    def all_goes_on_well(self) -> None:
        """So that it is chosen as often as what goes wrong."""
        self.clients.let_all_go_well()

    @rule(wait=st.booleans())
    def client_starts(self, wait: bool) -> None:
        self.clients.command("start", lambda: self.server.start(wait=wait), wait=wait)

    @rule(force=st.booleans(), wait=st.booleans(), grace=GRACES)
    def client_restarts(self, force: bool, wait: bool, grace: float | None) -> None:
        self.clients.command(
            "restart",
            lambda: self.server.restart(force=force, grace=grace, wait=wait),
            wait=wait,
        )

    @rule(force=st.booleans(), grace=GRACES)
    def client_stops(self, force: bool, grace: float | None) -> None:
        self.clients.stop(force=force, grace=grace)

    @rule(handoff=HANDOFFS, policy=POLICIES, port=st.sampled_from([0, 8000, 8001]))
    def client_changes_settings(self, handoff: Handoff, policy: RestartWhen, port: int) -> None:
        self.changes += 1
        self.clients.configure(
            self.spec._replace(
                handoff=handoff,
                restart=RestartSettings(policy, max=2),
                port=port,
                args=(str(self.changes),),
            )
        )

    @precondition(lambda self: self.processes.watches)
    @rule()
    def source_changes(self) -> None:
        self.clients.do("source", lambda: self.processes.watches[0].saw("main.py"))

    @precondition(lambda self: self.processes.watches)
    @rule()
    def something_else_changes(self) -> None:
        self.clients.do("file", lambda: self.processes.watches[0].saw("settings.json"))

    @rule()
    def starts_by_itself(self) -> None:
        self.clients.do("autostart", self.server.start_by_itself)

    @precondition(lambda self: self.processes.port_is_wanted)
    @rule(how=st.sampled_from(["port taken", "no such program"]))
    def attempt_fails(self, how: str) -> None:
        if how == "no such program":
            self.processes.refusal = Failure(FailureCode.SPAWN_FAILED, "there is no such program")
        taken = how == "port taken"
        self.clients.do(how, self.processes.refuse_port if taken else self.processes.grant_port)
        self.processes.refusal = None

    @precondition(lambda self: self.processes.living)
    @rule(which=WHICH, stream=STREAMS, lines=LINES, partial=st.booleans())
    def process_says(self, which: int, stream: Stream, lines: list[str], partial: bool) -> None:
        process = _one_of(self.processes.living, which)
        self.clients.said += lines
        text = "\n".join(lines)
        self.clients.do("output", lambda: process.says(stream, text, partial=partial))

    @precondition(lambda self: self.clients.alive)
    @rule(which=WHICH)
    def process_becomes_ready(self, which: int) -> None:
        self.clients.do("ready", _one_of(self.clients.alive, which).answers.set)

    @precondition(lambda self: self.clients.alive)
    @rule(which=WHICH, ended=ENDS)
    def process_ends(self, which: int, ended: Exit) -> None:
        process = _one_of(self.clients.alive, which)
        self.clients.do("end", lambda: process.ends(ended))

    @precondition(lambda self: self.clients.alive)
    @rule(which=WHICH, bad=st.sampled_from([None, "it is not well"]))
    def health_changes(self, which: int, bad: str | None) -> None:
        _one_of(self.clients.alive, which).bad_health = bad
        self.clients.pass_time(HEALTH_INTERVAL)

    @precondition(lambda self: self.clients.being_cleared)
    @rule(which=WHICH, forced=st.booleans())
    def process_is_cleared_away(self, which: int, forced: bool) -> None:
        self.clients.clear_away(_one_of(self.clients.being_cleared, which), forced=forced)

    @precondition(lambda self: self.clients.being_cleared)
    @rule(which=WHICH)
    def process_survives(self, which: int) -> None:
        self.clients.let_survive(_one_of(self.clients.being_cleared, which))

    @rule(seconds=st.sampled_from([0.001, 0.1, 1.0, READY_TIMEOUT + 1]))
    def time_passes(self, seconds: float) -> None:
        self.clients.pass_time(seconds)

    @invariant()
    def only_who_serves_or_is_to_serve_is_left_alone(self) -> None:
        left_alone = [
            process
            for process in self.processes.living
            if not process.being_cleared and process.pid not in self.clients.survivors
        ]
        most = {Status.RUNNING: 1, Status.STARTING: 2}
        assert len(left_alone) <= most.get(self.witness.status, 0)

    @invariant()
    def the_last_status_told_is_the_status(self) -> None:
        status, told = self.stage.status, self.witness.told[-1]
        assert status.status is told.status
        assert (status.retry_at, status.last_error) == (told.retry_at, told.last_error)
        assert status.health == told.health or not self.server.running

    @invariant()
    def a_server_at_rest_holds_nothing(self) -> None:
        if self.witness.status in (Status.STOPPED, Status.ERROR):
            assert not self.processes.port_is_wanted
            waits_for_sources = self.witness.status is Status.ERROR and self.server.spec.reload
            assert not self.stage.endpoints or waits_for_sources
        if self.witness.status is Status.STOPPED:
            assert not self.processes.living
            assert not self.processes.watches

    @invariant()
    def who_runs_can_be_reached(self) -> None:
        status = self.stage.status
        if self.server.running:
            (serving,) = (process for process in self.clients.alive if process.pid == status.pid)
            assert serving.port == status.port
            assert serving.endpoint is not None
            assert not serving.endpoint.closed, "released while it is in use"

    def teardown(self) -> None:
        with self.stage_is_up:
            self._come_to_an_end()

    def _come_to_an_end(self) -> None:
        for process in self.clients.alive:
            process.bad_health = None
        for _ in range(ENOUGH_STEPS + 2 * len(self.processes.launched)):
            self.clients.let_all_go_well()
        assert not self.clients.waiting, "somebody was never answered"
        assert self.witness.status in (Status.STOPPED, Status.RUNNING, Status.ERROR)

        self.clients.stop()
        while self.clients.being_cleared:
            self.clients.clear_away(self.clients.being_cleared[0])
        assert self.witness.status is Status.STOPPED
        assert len(self.witness.stops) == len(self.processes.launched), "each end is told once"
        assert self.witness.lines == self.clients.said
        if not self.changes:
            ports = {process.port for process in self.processes.launched}
            assert len(ports) <= 1, "a port is kept"


def _one_of(processes: list[ScriptedProcess], which: int) -> ScriptedProcess:
    return processes[which % len(processes)]


TestManagedServerLife = ManagedServerLife.TestCase
TestManagedServerLife.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
