"""Killed all at once, a sidecar leaves something behind: the next one ends that, and only that."""

import re
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.integration.orphans.chain import (
    Chain,
    find_chain,
    kill_at_once,
    own_processes,
)
from tests.integration.orphans.forest import Forest
from tests.support.servers import free_port
from tests.support.sidecar import LaunchSidecar, Sidecar
from tests.support.trees import Tree, survivors_of_the_promise

DEAF_FAMILY = ("child:deaf", "session:deaf", "daemon:deaf")

# No promise is made in seconds; asked to end, they have a moment, and are killed then.
CLEANED_WITHIN = 6.0


Stranger = subprocess.Popen[bytes]


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    """A process that has nothing to do with any sidecar."""
    with subprocess.Popen(["sleep", "30"]) as process:
        yield process
        process.kill()


async def kill_all_that_guards(client: Sidecar, tree: Tree) -> Chain:
    """The sidecar, its guardian, the keepers and the lookout, none of which can act any more."""
    chain = find_chain(client.pid, [tree])
    own = own_processes(client.pid)
    assert len(own) >= 4, f"sidecar, guardian, keeper and lookout: {own}"
    kill_at_once(*own)
    await client.client.wait()
    return chain


def state_files(tmp_path: Path) -> list[Path]:
    """All that sidecars have left in the state folder of the test."""
    return [path for path in (tmp_path / "state").rglob("*") if path.is_file()]


async def test_the_next_sidecar_ends_what_an_earlier_one_left(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    deaf, docile = forest.plant(*DEAF_FAMILY), forest.plant_app("child", "daemon")
    first = await sidecar({"deaf": deaf.spec, "docile": docile.spec})
    await first.request("start", name="deaf")
    await first.request("start", name="docile")
    await kill_all_that_guards(first, deaf)
    left = {member.role for member in (*deaf.survivors(), *docile.survivors())}
    assert left >= {*DEAF_FAMILY, "child", "daemon"}, "there must be something to clear away"

    began = time.monotonic()
    await sidecar({})

    assert not await survivors_of_the_promise([deaf, docile], began, CLEANED_WITHIN)


async def test_a_server_can_be_started_at_once_on_the_port_that_a_leftover_held(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    tree = forest.plant(*DEAF_FAMILY, port=free_port())
    first = await sidecar({"api": tree.spec})
    await first.request("start")
    before = tree.survivors()
    await kill_all_that_guards(first, tree)
    assert any(member.lives for member in before)
    second = await sidecar({"api": tree.spec})

    answer = await second.request("start")

    assert answer["success"] is True, answer
    assert not [member for member in before if member.lives]
    assert len(tree.survivors()) == tree.size


async def test_what_a_living_sidecar_runs_is_left_alone(
    sidecar: LaunchSidecar, forest: Forest
) -> None:
    theirs, ours, lost = forest.plant(*DEAF_FAMILY), forest.plant("daemon"), forest.plant("daemon")
    living = await sidecar({"theirs": theirs.spec})
    await living.request("start")
    before = theirs.survivors()
    assert len(before) == theirs.size
    dead = await sidecar({"lost": lost.spec})
    await dead.request("start")
    await kill_all_that_guards(dead, lost)

    began = time.monotonic()
    other = await sidecar({"ours": ours.spec})
    await other.request("start")
    await other.request("stop")
    assert not await survivors_of_the_promise([lost], began, CLEANED_WITHIN)
    await other.finish()

    assert theirs.survivors() == before
    assert (await living.request("get_status"))["status"] == "running"


async def test_a_process_that_was_given_the_number_of_a_leftover_is_left_alone(
    sidecar: LaunchSidecar, forest: Forest, tmp_path: Path, stranger: Stranger
) -> None:
    tree = forest.plant("daemon")
    first = await sidecar({"api": tree.spec})
    await first.request("start")
    members = tree.members()
    chain = await kill_all_that_guards(first, tree)
    tree.kill()
    remembered = (members[0].pid, *chain.keepers, chain.guardian)
    assert give_number(stranger.pid, remembered, state_files(tmp_path))

    second = await sidecar({"api": tree.spec})
    assert (await second.request("start"))["success"] is True
    assert await second.finish() == 0

    assert stranger.poll() is None


async def test_a_process_that_was_given_the_number_of_a_dead_sidecar_does_not_protect_its_leftovers(
    sidecar: LaunchSidecar, forest: Forest, tmp_path: Path, stranger: Stranger
) -> None:
    tree = forest.plant("daemon")
    first = await sidecar({"api": tree.spec})
    await first.request("start")
    await kill_all_that_guards(first, tree)
    assert give_number(stranger.pid, (first.pid,), state_files(tmp_path))

    began = time.monotonic()
    await sidecar({})

    assert not await survivors_of_the_promise([tree], began, CLEANED_WITHIN)
    assert stranger.poll() is None


async def test_a_record_that_cannot_be_read_keeps_no_sidecar_from_working(
    sidecar: LaunchSidecar, forest: Forest, tmp_path: Path
) -> None:
    tree = forest.plant("daemon")
    first = await sidecar({"api": tree.spec})
    await first.request("start")
    await kill_all_that_guards(first, tree)
    remembered = state_files(tmp_path)
    assert remembered
    for path in remembered:
        path.write_bytes(path.read_bytes()[:-5] + b"\xff\x00")
    tree.kill()

    second = await sidecar({"api": tree.spec})

    assert (await second.request("start"))["success"] is True
    assert await second.finish() == 0


async def test_sidecars_that_end_in_good_order_leave_no_record(
    sidecar: LaunchSidecar, forest: Forest, tmp_path: Path
) -> None:
    tree = forest.plant("daemon")
    client = await sidecar({"api": tree.spec})
    await client.request("start")
    assert await client.finish() == 0

    pids = {str(client.pid), *(str(member.pid) for member in tree.members())}
    assert not [path for path in state_files(tmp_path) if mentions(path, pids)]


async def test_the_record_of_a_dead_sidecar_is_gone_once_the_next_has_cleaned_up(
    sidecar: LaunchSidecar, forest: Forest, tmp_path: Path
) -> None:
    tree = forest.plant("daemon")
    first = await sidecar({"api": tree.spec})
    await first.request("start")
    await kill_all_that_guards(first, tree)
    remembered = state_files(tmp_path)
    assert remembered

    second = await sidecar({"api": tree.spec})
    await second.request("start")
    await second.finish()

    assert not [path for path in remembered if path.exists()]


def give_number(stranger: int, remembered: Iterable[int], files: Iterable[Path]) -> bool:
    """Writes the stranger's process id in the place of those that a dead sidecar remembered.

    Whether there was any of them.
    """
    numbers = re.compile(rf"\b({'|'.join(map(str, remembered))})\b")
    found = 0
    for path in files:
        text, in_text = numbers.subn(str(stranger), path.read_text())
        name, in_name = numbers.subn(str(stranger), path.name)
        path.write_text(text)
        path.rename(path.with_name(name))
        found += in_text + in_name
    return found > 0


def mentions(path: Path, numbers: set[str]) -> bool:
    """Whether one of `numbers` is in the name of a file, or in the file."""
    return bool(numbers & set(re.findall(r"\d+", path.name + path.read_text(errors="replace"))))
