"""A start that takes too long says what it waited for; one that is ready says so at once."""

import asyncio
import re
from collections.abc import Coroutine, Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from sidecar.domain.errors import FailureCode
from sidecar.domain.events import Stream
from sidecar.domain.lines import Piece
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import ReadyCheck, ReadyKind, ServerSpec
from sidecar.supervision.startup import Attempt, LogWatch, NotReady, wait_until_ready
from tests.unit.supervision.scripted_processes import ScriptedProcess, ScriptedProcesses, spec_of
from tests.unit.supervision.virtual_time import VirtualTimeLoop

PORT = 9000
PATTERN = re.compile(r"^Listening on \d+$")


class Answers(ScriptedProcesses):
    """A server that answers its probes one after the other, the last one for ever."""

    def __init__(self, *answers: str | None, seconds: float = 0.0) -> None:
        super().__init__()
        self.asked = 0
        self._answers = answers
        self._seconds = seconds

    async def probe(self, spec: ServerSpec, port: int) -> str | None:
        await asyncio.sleep(self._seconds)
        self.asked += 1
        return self._answers[min(self.asked, len(self._answers)) - 1]


class Nobody:
    """Is told of a process and does not care."""

    def on_output(self, stream: Stream, piece: Piece) -> None:
        return

    def on_exit(self, ended: Exit) -> None:
        return


class Process(ScriptedProcess):
    """A process of which a test says whether it announced itself and who else is on its port."""

    def __init__(self, *, announces: bool = True, others: tuple[str | None, ...] = ()) -> None:
        super().__init__(1, PORT, Nobody())
        self._announces = announces
        self._others = list(others)

    async def announced(self) -> None:
        if not self._announces:
            await asyncio.Event().wait()

    async def port_answerer(self, port: int) -> str | None:
        return self._others.pop(0) if self._others else None


@pytest.fixture
def loop() -> Iterator[VirtualTimeLoop]:
    loop = VirtualTimeLoop()
    clock = SimpleNamespace(monotonic=loop.time)
    with patch("sidecar.supervision.startup.time", clock):
        yield loop
    loop.close()


def waiting(
    kind: ReadyKind, process: Process, processes: ScriptedProcesses, watch: LogWatch | None = None
) -> Coroutine[Any, Any, None]:
    pattern = PATTERN if watch else None
    spec = spec_of("api", ready=ReadyCheck(kind, timeout=3.0, pattern=pattern))
    return wait_until_ready(Attempt(spec, PORT, process, watch), processes)


def failed(loop: VirtualTimeLoop, attempt: Coroutine[Any, Any, None]) -> str:
    with pytest.raises(NotReady) as caught:
        loop.run_until_complete(attempt)
    failure = caught.value.failure
    assert failure.code is FailureCode.READY_TIMEOUT
    assert failure.message.startswith("api was not ready within 3 s: ")
    assert failure.message.endswith("; it was stopped")
    return failure.message


def test_a_server_is_ready_with_its_first_good_answer(loop: VirtualTimeLoop) -> None:
    processes = Answers("nothing listens yet", "answered 503", None)
    loop.run_until_complete(waiting("http", Process(), processes))
    assert processes.asked == 3


def test_a_server_that_never_answers_well_is_told_with_its_last_answer(
    loop: VirtualTimeLoop,
) -> None:
    processes = Answers("nothing listens yet", "GET / answered 503")
    assert "GET / answered 503" in failed(loop, waiting("http", Process(), processes))


def test_a_server_is_asked_ever_more_seldom_but_never_hammered(loop: VirtualTimeLoop) -> None:
    processes = Answers("not yet")
    failed(loop, waiting("tcp", Process(), processes))
    assert 30 <= processes.asked <= 60


def test_a_server_that_takes_the_question_and_does_not_answer_is_told_as_that(
    loop: VirtualTimeLoop,
) -> None:
    processes = Answers("never comes", seconds=100)
    told = failed(loop, waiting("http", Process(), processes))
    assert f"it accepts on port {PORT} but has not answered for 3.0 s" in told


def test_an_app_that_has_not_announced_itself_is_not_asked(loop: VirtualTimeLoop) -> None:
    processes = Answers(None)
    assert "it has not started up" in failed(
        loop, waiting("http", Process(announces=False), processes)
    )
    assert processes.asked == 0


def test_an_answer_by_another_program_does_not_make_ready(loop: VirtualTimeLoop) -> None:
    nginx = Process(others=("nginx (pid 12)",) * 1000)
    told = failed(loop, waiting("tcp", nginx, Answers(None)))
    assert f"another program answers on port {PORT}: nginx (pid 12)" in told


def test_another_program_that_leaves_the_port_is_no_obstacle(loop: VirtualTimeLoop) -> None:
    loop.run_until_complete(waiting("tcp", Process(others=("nginx", None)), Answers(None)))


def test_a_check_of_no_kind_is_passed_at_once(loop: VirtualTimeLoop) -> None:
    loop.run_until_complete(waiting("none", Process(announces=False), Answers("no")))
    assert loop.time() == 0


def test_a_line_that_matches_makes_ready(loop: VirtualTimeLoop) -> None:
    watch = LogWatch(PATTERN)
    loop.call_later(1, watch.look, "starting\nListening on 80\nserving")
    loop.run_until_complete(waiting("log", Process(), Answers("no"), watch))
    assert loop.time() == pytest.approx(1)


def test_a_line_that_only_resembles_does_not(loop: VirtualTimeLoop) -> None:
    watch = LogWatch(PATTERN)
    watch.look("not Listening on 80\nListening on port 80")
    told = failed(loop, waiting("log", Process(), Answers("no"), watch))
    assert r"no line has matched '^Listening on \\d+$'" in told
