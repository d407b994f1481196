"""Samples come at a steady pace, of running servers only, and only while somebody wants them."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from sidecar.domain.events import Event, MetricsSampled, ServerMetrics
from sidecar.supervision.manager import Manager
from sidecar.supervision.metrics_feed import INTERVAL_SECONDS, MetricsFeed
from tests.unit.supervision.scripted_processes import ScriptedProcess, ScriptedProcesses, spec_of
from tests.unit.supervision.virtual_time import VirtualTimeLoop


class Stage:
    def __init__(self, loop: VirtualTimeLoop) -> None:
        self.loop = loop
        self.processes = ScriptedProcesses()
        self.manager = Manager(self.processes, lambda _: None)
        self.manager.configure({"api": spec_of("api"), "idle": spec_of("idle")})
        self.sampled: list[str] = []
        self.manager.listen(self._on_event)
        self.feed = MetricsFeed(self.manager)
        loop.do(self.manager.server("api").start)
        loop.do(self.processes.launched[0].answers.set)

    def switch(self, *, on: bool, who: str = "somebody") -> None:
        self.loop.do(lambda: self.feed.switch(who, on=on))

    def _on_event(self, event: Event) -> None:
        if isinstance(event, MetricsSampled):
            self.sampled.append(event.metrics.name)


@pytest.fixture
def stage() -> Iterator[Stage]:
    loop = VirtualTimeLoop()
    yield Stage(loop)
    loop.close()


def test_running_servers_are_sampled_at_once_and_then_at_every_interval(stage: Stage) -> None:
    stage.switch(on=True)
    stage.switch(on=True)
    assert stage.sampled == ["api"]
    stage.loop.pass_time(3 * INTERVAL_SECONDS)
    assert stage.sampled == ["api"] * 4


def test_nothing_is_sampled_for_nobody(stage: Stage) -> None:
    stage.switch(on=False)
    stage.loop.pass_time(INTERVAL_SECONDS)
    stage.switch(on=True)
    stage.switch(on=False)
    stage.loop.pass_time(INTERVAL_SECONDS)
    assert len(stage.sampled) <= 1


def test_servers_are_sampled_once_for_all_until_the_last_has_enough(stage: Stage) -> None:
    stage.switch(on=True, who="one")
    stage.switch(on=True, who="other")
    stage.loop.pass_time(INTERVAL_SECONDS)
    assert stage.sampled == ["api"] * 2
    stage.switch(on=False, who="one")
    stage.switch(on=False, who="one")
    stage.loop.pass_time(INTERVAL_SECONDS)
    assert stage.sampled == ["api"] * 3
    stage.switch(on=False, who="other")
    stage.loop.pass_time(2 * INTERVAL_SECONDS)
    assert stage.sampled == ["api"] * 3


def test_a_sample_that_fails_is_logged_and_the_next_is_taken(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: ScriptedProcess) -> ServerMetrics:
        raise RuntimeError("no /proc today")

    with patch.object(ScriptedProcess, "sample", broken):
        stage.switch(on=True)
    assert stage.sampled == []
    assert "sampling api failed" in caplog.text
    stage.loop.pass_time(INTERVAL_SECONDS)
    assert stage.sampled == ["api"]
