"""Where few descriptors are to be had, launches work or fail one by one; nobody goes down."""

import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.processes.guarding.guard_protocol import A_KEEPER
from tests.integration.orphans.starter import started_after
from tests.support.changing_app import ChangingApp
from tests.support.processes import is_alive
from tests.support.servers import sleeper
from tests.support.traffic import until_answered_by
from tests.unit.processes.guarded import Guarded, guarded
from tests.unit.processes.kept import Kept, descriptors_of, eventually

FEW = "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))"


@pytest.fixture
def ours() -> Iterator[Guarded]:
    with guarded() as ours:
        yield ours


async def test_servers_are_launched_with_64_descriptors(tmp_path: Path) -> None:
    app = ChangingApp(tmp_path)
    servers = {"app": app.spec(handoff="overlap"), "command": sleeper()}
    async with started_after(FEW, tmp_path, servers) as sidecar:
        assert is_alive((await sidecar.start("command"))["pid"])
        first = await sidecar.start("app")
        answer = await sidecar.request("restart", name="app")
        assert answer["success"] is True, answer
        second = answer["status"]["pid"]
        assert second != first["pid"]
        await until_answered_by(first["port"], second)
        assert resource.prlimit(second, resource.RLIMIT_NOFILE) == (64, 64)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_request_that_arrives_without_all_its_descriptors_ends_only_itself(
    ours: Guarded, count: int
) -> None:
    neighbour = ours.serve("sleep('main')")
    incomplete = Kept()
    ours.servers.append(incomplete)
    socket.send_fds(ours.requests, [A_KEEPER], incomplete.far_ends[:count])
    incomplete.hand_over()

    incomplete.nothing_more()

    assert ours.serve("tell('the next one')").line() == "the next one"
    assert neighbour.is_quiet()
    assert is_alive(neighbour.main)


@pytest.mark.parametrize("room", [0, 1, 4])
def test_a_guardian_without_room_for_descriptors_goes_on_and_serves_when_it_has(
    ours: Guarded, room: int
) -> None:
    neighbour = ours.serve("sleep('main')")
    before = descriptors_of(ours.guardian)
    limit = [number for number in range(100) if number not in before][room]
    usual = resource.prlimit(ours.guardian, resource.RLIMIT_NOFILE)
    resource.prlimit(ours.guardian, resource.RLIMIT_NOFILE, (limit, usual[1]))
    unlucky = Kept(0, 1)
    ours.servers.append(unlucky)
    socket.send_fds(ours.requests, [A_KEEPER], unlucky.far_ends)
    unlucky.hand_over()

    unlucky.nothing_more()

    resource.prlimit(ours.guardian, resource.RLIMIT_NOFILE, usual)
    eventually(lambda: descriptors_of(ours.guardian) == before, "nothing of it stays open")
    assert ours.serve("tell('the next one')").line() == "the next one"
    assert neighbour.is_quiet()
