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
from sidecar.domain.spec import ReadyCheck, ReadyKind
from sidecar.supervision.startup import Attempt, LogWatch, NotReady, wait_until_ready
from tests.unit.supervision.scripted_processes import ScriptedEndpoint, ScriptedProcess, spec_of
from tests.unit.supervision.virtual_time import VirtualTimeLoop

PORT = 9000
PATTERN = re.compile(r"^Listening on \d+$")


class Nobody:
    """Is told of a process and does not care."""

    def on_output(self, stream: Stream, piece: Piece) -> None:
        return

    def on_exit(self, ended: Exit) -> None:
        return


class Process(ScriptedProcess):
    """Answers its probes one after the other, the last one for ever, once it has announced itself.

    Each answer takes `seconds`.
    """

    def __init__(self, *results: str | None, seconds: float = 0.0, announces: bool = True) -> None:
        endpoint = ScriptedEndpoint(spec_of("api"), PORT)
        super().__init__(1, endpoint, Nobody())
        self.asked = 0
        self._results = results
        self._seconds = seconds
        self._announces = announces

    async def announced(self) -> None:
        if not self._announces:
            await asyncio.Event().wait()

    async def probe(self) -> str | None:
        await asyncio.sleep(self._seconds)
        self.asked += 1
        return self._results[min(self.asked, len(self._results)) - 1]


@pytest.fixture
def loop() -> Iterator[VirtualTimeLoop]:
    loop = VirtualTimeLoop()
    clock = SimpleNamespace(monotonic=loop.time)
    with patch("sidecar.supervision.startup.time", clock):
        yield loop
    loop.close()


def waiting(
    kind: ReadyKind, process: Process, watch: LogWatch | None = None
) -> Coroutine[Any, Any, None]:
    pattern = PATTERN if watch else None
    spec = spec_of("api", ready=ReadyCheck(kind, timeout=3.0, pattern=pattern))
    return wait_until_ready(Attempt(spec, PORT, process, watch))


def failed(loop: VirtualTimeLoop, attempt: Coroutine[Any, Any, None]) -> str:
    with pytest.raises(NotReady) as caught:
        loop.run_until_complete(attempt)
    failure = caught.value.failure
    assert failure.code is FailureCode.READY_TIMEOUT
    assert failure.message.startswith("api was not ready within 3 s: ")
    assert failure.message.endswith("; it was stopped")
    return failure.message


def test_a_server_is_ready_with_its_first_good_answer(loop: VirtualTimeLoop) -> None:
    process = Process("nothing listens yet", "answered 503", None)
    loop.run_until_complete(waiting("http", process))
    assert process.asked == 3


def test_a_server_that_never_answers_well_is_told_with_its_last_answer(
    loop: VirtualTimeLoop,
) -> None:
    process = Process("nothing listens yet", "GET / answered 503")
    assert "GET / answered 503" in failed(loop, waiting("http", process))


def test_a_server_is_asked_ever_more_seldom_but_never_hammered(loop: VirtualTimeLoop) -> None:
    process = Process("not yet")
    failed(loop, waiting("tcp", process))
    assert 30 <= process.asked <= 60


def test_a_server_that_takes_the_question_and_does_not_answer_is_told_as_that(
    loop: VirtualTimeLoop,
) -> None:
    told = failed(loop, waiting("http", Process("never comes", seconds=100)))
    assert f"it has not answered on port {PORT} for 3.0 s" in told


def test_an_app_that_has_not_announced_itself_is_not_asked(loop: VirtualTimeLoop) -> None:
    process = Process(None, announces=False)
    assert "it has not started up" in failed(loop, waiting("http", process))
    assert process.asked == 0


def test_a_check_of_no_kind_is_passed_at_once(loop: VirtualTimeLoop) -> None:
    loop.run_until_complete(waiting("none", Process("no", announces=False)))
    assert loop.time() == 0


def test_a_check_of_no_kind_may_want_the_process_to_live_for_a_while(
    loop: VirtualTimeLoop,
) -> None:
    process = Process("no", announces=False)
    spec = spec_of("api", ready=ReadyCheck("none", alive_for=0.5))
    loop.run_until_complete(wait_until_ready(Attempt(spec, PORT, process, None)))
    assert loop.time() == pytest.approx(0.5)


def test_a_line_that_matches_makes_ready(loop: VirtualTimeLoop) -> None:
    watch = LogWatch(PATTERN)
    loop.call_later(1, watch.look, "starting\nListening on 80\nserving")
    loop.run_until_complete(waiting("log", Process("no"), watch))
    assert loop.time() == pytest.approx(1)


def test_a_line_that_only_resembles_does_not(loop: VirtualTimeLoop) -> None:
    watch = LogWatch(PATTERN)
    watch.look("not Listening on 80\nListening on port 80")
    told = failed(loop, waiting("log", Process("no"), watch))
    assert r"no line has matched '^Listening on \\d+$'" in told
