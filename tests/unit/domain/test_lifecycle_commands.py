"""No order of commands and process events breaks what clients are promised: at random, and all."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sidecar.domain.phases import Input
from tests.unit.domain.lifecycle_clients import STARTS, STOPS, Caller, Life


class ServerLife(RuleBasedStateMachine):
    """Any number of clients, and processes that do what they please."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()
        self.callers: list[Caller] = []

    @rule(command=st.sampled_from(STARTS))
    def client_starts(self, command: Input) -> None:
        self.callers.append(self.life.start(command))

    @rule(command=st.sampled_from(STOPS))
    def client_stops(self, command: Input) -> None:
        self.callers.append(self.life.stop(command))

    @precondition(lambda self: self.life.world.can_launch)
    @rule()
    def attempt_launches(self) -> None:
        self.life.launch()

    @precondition(lambda self: self.life.world.retired)
    @rule()
    def retired_processes_go(self) -> None:
        self.life.retired_go()

    @precondition(lambda self: self.life.possible_events)
    @rule(data=st.data())
    def process_event(self, data: st.DataObject) -> None:
        possible = self.life.possible_events
        self.life.happen(data.draw(st.sampled_from(possible), label="event"))

    @invariant()
    def promises_are_kept(self) -> None:
        self.life.check()

    def teardown(self) -> None:
        self.life.settle()
        assert all(len(caller.answers) == 1 for caller in self.callers)


TestServerLife = ServerLife.TestCase
TestServerLife.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)


def next_lives(life: Life) -> list[Life]:
    """Every life that `life` can become with one command or event."""
    found: list[Life] = []

    def fork() -> Life:
        found.append(life.copy())
        return found[-1]

    # What holds for one caller holds for each: one is watched, the others only command.
    for waits in (False,) if life.waiting else (False, True):
        for command in STARTS:
            fork().start(command, waits=waits)
        for command in STOPS:
            fork().stop(command, waits=waits)
    if life.world.can_launch:
        fork().launch()
    if life.world.retired:
        fork().retired_go()
    for event in life.possible_events:
        fork().happen(event)
    return found


def test_every_order_of_commands_and_events_keeps_every_promise() -> None:
    seen: set[tuple[object, ...]] = set()
    to_look_at = [Life()]
    while to_look_at:
        life = to_look_at.pop()
        if life.key() in seen:
            continue
        seen.add(life.key())
        life.check()
        life.copy().settle()
        to_look_at += next_lives(life)
    assert len(seen) > 100
