"""Which server a name means, who is started by itself, and how everything ends."""

import asyncio
from collections.abc import Iterator

import pytest

from sidecar.domain.errors import InvalidSetting, ShuttingDown, UnknownServer
from sidecar.domain.events import Alert, Event, ServerStatus, StatusChanged
from sidecar.domain.outcome import Exit, Outcome
from sidecar.domain.phases import Status
from sidecar.domain.spec import HealthCheck, RestartSettings
from sidecar.supervision.callers import Callers
from sidecar.supervision.manager import GONE_CLIENT_GRACE, LATE_START_SECONDS, Manager
from tests.unit.supervision.scripted_processes import ScriptedProcesses, spec_of
from tests.unit.supervision.virtual_time import VirtualTimeLoop


@pytest.fixture
def loop() -> Iterator[VirtualTimeLoop]:
    loop = VirtualTimeLoop()
    yield loop
    loop.close()


@pytest.fixture
def processes() -> ScriptedProcesses:
    return ScriptedProcesses()


@pytest.fixture
def manager(processes: ScriptedProcesses) -> Manager:
    return Manager(processes, lambda _: None)


def configure(manager: Manager, *names: str, **settings: object) -> None:
    manager.configure({name: spec_of(name, **settings) for name in names})


def start(loop: VirtualTimeLoop, manager: Manager, processes: ScriptedProcesses, name: str) -> None:
    loop.do(manager.server(name).start)
    loop.do(processes.launched[-1].answers.set)
    assert manager.server(name).running


def test_the_only_server_needs_no_name(manager: Manager) -> None:
    configure(manager, "api")
    assert manager.server(None) is manager.server("api")


def test_a_server_called_default_is_meant_when_nothing_else_is_said(manager: Manager) -> None:
    configure(manager, "api", "default")
    assert manager.server(None) is manager.server("default")


def test_among_several_a_name_must_be_given(manager: Manager) -> None:
    configure(manager, "api", "web")
    with pytest.raises(InvalidSetting, match="Give a name: api, web") as caught:
        manager.server(None)
    assert caught.value.field == "name"


def test_without_any_server_it_is_said_how_to_add_one(manager: Manager) -> None:
    with pytest.raises(InvalidSetting, match=r"no server is configured; add one"):
        manager.server(None)


def test_who_has_stopped_listening_is_told_nothing_and_the_others_everything(
    manager: Manager,
) -> None:
    heard: list[str] = []
    stop = manager.listen(lambda _: heard.append("one"))
    manager.listen(lambda _: stop())
    manager.listen(lambda _: heard.append("other"))
    event = Alert("api", "unhealthy", "it hangs", "2026-01-01T00:00:00.000Z")
    manager.publish(event)
    assert heard == ["one", "other"], "who leaves in between keeps nobody from hearing"
    manager.publish(event)
    assert heard == ["one", "other", "other"]


@pytest.mark.parametrize("name", ["apj", "", "API"])
def test_a_name_is_taken_literally(manager: Manager, name: str) -> None:
    configure(manager, "api")
    with pytest.raises(UnknownServer, match="configured: api"):
        manager.server(name)


def test_servers_are_listed_in_the_order_of_configuration(manager: Manager) -> None:
    configure(manager, "web", "api")
    configure(manager, "web", "db")
    assert [status.name for status in manager.statuses()] == ["web", "api", "db"]


def test_everyone_who_listens_is_told_in_order(loop: VirtualTimeLoop, manager: Manager) -> None:
    told: list[tuple[int, Event]] = []
    manager.listen(lambda event: told.append((1, event)))
    manager.listen(lambda event: told.append((2, event)))
    configure(manager, "api")
    loop.do(manager.server("api").start)
    assert [who for who, _ in told] == [1, 2]
    assert told[0][1] == told[1][1]


def test_only_what_starts_by_itself_is_started(
    loop: VirtualTimeLoop, manager: Manager, processes: ScriptedProcesses
) -> None:
    configure(manager, "api", autostart=True)
    configure(manager, "web")
    loop.do(manager.autostart)
    assert [status.status for status in manager.statuses()] == [Status.STARTING, Status.STOPPED]
    loop.do(manager.autostart)
    assert len(processes.launched) == 1


def test_a_running_server_keeps_its_process_when_it_is_replaced(
    loop: VirtualTimeLoop, manager: Manager, processes: ScriptedProcesses
) -> None:
    configure(manager, "api")
    start(loop, manager, processes, "api")
    configure(manager, "api", port=8200)
    status = manager.server("api").status()
    assert status.status is Status.RUNNING
    assert status.port == processes.launched[0].port


def test_a_start_leaves_the_ports_of_other_servers_alone(
    loop: VirtualTimeLoop, manager: Manager, processes: ScriptedProcesses
) -> None:
    configure(manager, "web", port=8121)
    configure(manager, "api", "db")
    start(loop, manager, processes, "api")
    loop.do(manager.server("db").start)
    assert processes.avoided == [{8121}, {8121, processes.launched[0].port}]


def test_commands_come_too_late_once_everything_is_being_stopped(
    loop: VirtualTimeLoop, manager: Manager
) -> None:
    configure(manager, "api")
    assert manager.commandable("api") is manager.server("api")
    loop.do(manager.close)
    assert manager.closing
    with pytest.raises(ShuttingDown):
        manager.commandable("api")
    assert manager.server("api").status().status is Status.STOPPED


def test_a_shutdown_gives_every_server_its_full_grace(
    loop: VirtualTimeLoop, manager: Manager, processes: ScriptedProcesses
) -> None:
    configure(manager, "api", "web", stop_timeout=20.0)
    for name in ("api", "web"):
        start(loop, manager, processes, name)

    closed = asyncio.ensure_future(loop.do(manager.close), loop=loop)

    assert [process.grace for process in processes.launched] == [20, 20]
    for process in processes.launched:
        assert not closed.done()
        loop.do(lambda process=process: process.ends(Exit(code=0)))
        loop.do(process.is_cleared_away)
    assert closed.done()


@pytest.mark.parametrize(("own", "given"), [(20.0, GONE_CLIENT_GRACE), (0.5, 0.5)])
def test_once_the_client_is_gone_servers_are_stopped_quickly(
    loop: VirtualTimeLoop, manager: Manager, processes: ScriptedProcesses, own: float, given: float
) -> None:
    configure(manager, "api", stop_timeout=own)
    start(loop, manager, processes, "api")
    loop.do(lambda: loop.create_task(manager.close_soon()))
    assert processes.launched[0].grace == given


def test_a_start_under_way_is_cancelled_a_moment_after_the_client_has_gone(
    loop: VirtualTimeLoop, manager: Manager, processes: ScriptedProcesses
) -> None:
    configure(manager, "api")
    outcome = loop.do(manager.server("api").start)
    loop.do(lambda: loop.create_task(manager.close_soon()))

    loop.pass_time(LATE_START_SECONDS * 0.9)
    assert not outcome.done()
    loop.pass_time(LATE_START_SECONDS * 0.2)
    assert outcome.result().failure is not None
    assert processes.launched[0].being_cleared


def test_a_start_that_makes_it_in_time_is_answered_as_running_and_then_stopped(
    loop: VirtualTimeLoop, manager: Manager, processes: ScriptedProcesses
) -> None:
    configure(manager, "api")
    seen: list[ServerStatus] = []
    outcome = loop.do(manager.server("api").start)
    outcome.add_done_callback(lambda _: seen.append(manager.server("api").status()))
    told: list[Status] = []
    manager.listen(lambda e: told.append(e.status.status) if isinstance(e, StatusChanged) else None)
    loop.do(lambda: loop.create_task(manager.close_soon()))
    loop.do(processes.launched[0].answers.set)
    loop.pass_time(LATE_START_SECONDS)

    assert outcome.result().success
    assert seen[0].status is Status.RUNNING
    assert told == [Status.RUNNING, Status.STOPPING]


def test_who_waits_no_more_is_not_answered_and_everyone_else_is(loop: VirtualTimeLoop) -> None:
    callers = Callers()
    patient, impatient = loop.do(callers.join), loop.do(callers.join)
    impatient.cancel()
    callers.settle(Outcome("done"))
    callers.settle(Outcome("done again"))
    assert patient.result() == Outcome("done")


def closing_soon(loop: VirtualTimeLoop, manager: Manager) -> asyncio.Task[None]:
    return loop.do(lambda: loop.create_task(manager.close_soon()))


def test_a_restart_that_is_waited_for_does_not_outlast_the_client(
    loop: VirtualTimeLoop, manager: Manager, processes: ScriptedProcesses
) -> None:
    configure(manager, "api", restart=RestartSettings("always", first=5.0))
    start(loop, manager, processes, "api")
    loop.do(lambda: processes.launched[0].ends(Exit(code=1)))
    loop.do(processes.launched[0].is_cleared_away)
    assert manager.server("api").status().retry_at is not None

    assert closing_soon(loop, manager).done()
    loop.pass_time(10)
    assert len(processes.launched) == 1


def test_once_the_client_is_gone_an_overlap_has_a_moment_and_then_both_processes_end(
    loop: VirtualTimeLoop, manager: Manager, processes: ScriptedProcesses
) -> None:
    configure(manager, "api", handoff="overlap")
    start(loop, manager, processes, "api")
    loop.do(manager.server("api").restart)
    closed = closing_soon(loop, manager)
    assert not any(process.being_cleared for process in processes.launched)
    loop.pass_time(LATE_START_SECONDS * 1.1)
    assert [process.grace for process in processes.launched] == [GONE_CLIENT_GRACE] * 2
    for process in processes.launched:
        assert not closed.done()
        loop.do(process.is_cleared_away)
    assert closed.done()


@pytest.mark.parametrize("how", ["stopping", "unhealthy", "restarted"])
def test_once_the_client_is_gone_what_ends_already_is_hurried(
    loop: VirtualTimeLoop, manager: Manager, processes: ScriptedProcesses, how: str
) -> None:
    configure(
        manager,
        "api",
        stop_timeout=20.0,
        handoff="overlap",
        health=HealthCheck("/health", interval=5.0, failures=1, action="restart"),
    )
    start(loop, manager, processes, "api")
    server = manager.server("api")
    if how == "stopping":
        loop.do(server.stop)
    elif how == "unhealthy":
        processes.launched[0].bad_health = "it hangs"
        loop.pass_time(5.0)
    else:
        loop.do(server.restart)
        loop.do(processes.launched[1].answers.set)
    assert processes.launched[0].grace == 20
    closing_soon(loop, manager)
    assert {process.grace for process in processes.launched} == {GONE_CLIENT_GRACE}
