"""The launcher serves on what it was handed, and says when."""

import asyncio
import json
import signal
import socket
from collections.abc import Callable

import pytest

from tests.integration.launcher.conftest import Connect, Launch
from tests.integration.launcher.launching import LIMIT, children_of, get, installed
from tests.support.processes import is_alive

Listening = Callable[..., socket.socket]
LOOPS = ["asyncio", *installed("uvloop")]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("loop", LOOPS)
async def test_it_serves_on_a_handed_socket_and_says_so(
    launched: Launch, listening: Listening, loop: str, host: str
) -> None:
    handed = listening(host)
    server = await launched([handed], "--loop", loop)

    assert await server.told() == b"1"
    assert (await get(handed)).body == str(server.pid)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{handed.getsockname()[1]}"
    assert f"Uvicorn running on {url} (Press CTRL+C to quit)" in server.output


async def test_it_serves_on_all_handed_sockets(launched: Launch, listening: Listening) -> None:
    handed = [listening("127.0.0.1"), listening("::1")]
    server = await launched(handed)
    assert await server.told() == b"1"

    assert {(await get(one)).body for one in handed} == {str(server.pid)}
    assert server.output.count("Uvicorn running on") == 1


async def test_without_handed_sockets_uvicorn_binds_by_itself(
    launched: Launch, listening: Listening
) -> None:
    with listening() as free:
        port = free.getsockname()[1]
    server = await launched([], "--port", str(port))

    assert await server.told() == b"1"
    assert f"Uvicorn running on http://127.0.0.1:{port} " in server.output
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    assert (await reader.read()).endswith(str(server.pid).encode())
    writer.close()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("loop", LOOPS)
async def test_small_answers_do_not_wait_for_the_clients_acknowledgement(
    launched: Launch, listening: Listening, loop: str, workers: int
) -> None:
    handed = listening()
    await (await launched([handed], "--loop", loop, "--workers", str(workers))).told()

    nodelay = (await get(handed, "/nodelay")).body
    assert nodelay == "[1]"


@pytest.mark.parametrize("workers", [1, 2])
async def test_programs_that_the_app_starts_get_none_of_the_descriptors(
    launched: Launch, listening: Listening, workers: int
) -> None:
    handed = listening()
    server = await launched([handed], "--workers", str(workers), door=listening())
    await server.told()

    inherited = set(json.loads((await get(handed, "/inheritable")).body))
    assert inherited.isdisjoint(server.handed)
    assert len(server.handed) == 3


async def test_a_failed_startup_reports_nothing(launched: Launch, listening: Listening) -> None:
    server = await launched([listening()], env={"FAIL": "yes"})

    assert await server.told() == b""
    assert await server.exit_code() == 3
    assert "no database" in server.output
    assert "Uvicorn running" not in server.output


async def test_options_of_uvicorn_in_the_environment_undo_nothing(
    launched: Launch, listening: Listening
) -> None:
    handed = listening()
    env = {"UVICORN_FD": "0", "UVICORN_UDS": "uvicorn.sock", "UVICORN_RELOAD": "true"}
    server = await launched([handed], env=env)

    assert await server.told() == b"1"
    assert (await get(handed)).body == str(server.pid)


async def test_workers_serve_on_all_handed_sockets_and_end_together(
    launched: Launch, listening: Listening
) -> None:
    handed = [listening("127.0.0.1"), listening("::1")]
    server = await launched(handed, "--workers", "2")
    assert await server.told() == b"?"
    answers = [int((await get(one)).body) for one in handed]
    await server.prints("Application startup complete", times=2)
    workers = children_of(server.pid)
    assert set(answers) <= workers
    assert server.output.count("Uvicorn running on http://127.0.0.1:") == 1

    server.signal()

    assert await server.exit_code() == 0
    async with asyncio.timeout(LIMIT):
        while any(is_alive(pid) for pid in workers):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("workers", [1, 2])
async def test_the_door_is_served_until_readiness_was_seen(
    launched: Launch, connect: Connect, listening: Listening, workers: int
) -> None:
    handed, door = listening(), listening()
    server = await launched([handed], "--workers", str(workers), door=door)
    await server.told()
    at_the_door = await connect(door)
    assert (await at_the_door.get()).body == (await get(handed)).body or workers > 1

    server.tell(b"r")

    # The test holds the door as well: once nobody else does, connections are not answered.
    async with asyncio.timeout(LIMIT):
        while await _is_answered(door):
            await asyncio.sleep(0.01)
    assert (await at_the_door.get()).head.startswith("HTTP/1.1 200")
    assert (await get(handed)).head.startswith("HTTP/1.1 200")


async def _is_answered(to: socket.socket) -> bool:
    try:
        async with asyncio.timeout(0.5):
            await get(to)
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("with_door", [False, True])
async def test_it_serves_on_when_the_sidecar_is_gone(
    launched: Launch, connect: Connect, listening: Listening, with_door: bool
) -> None:
    handed = listening()
    server = await launched([handed], door=listening() if with_door else None)
    await server.told()
    client = await connect(handed)
    await client.get()

    server.channel.close()

    assert (await client.get()).body == str(server.pid)
    assert (await get(handed)).body == str(server.pid)
    server.signal()
    assert await server.exit_code() == -signal.SIGTERM
    assert "lifespan ended" in server.output


async def test_the_sidecar_may_be_gone_before_it_serves(
    launched: Launch, listening: Listening
) -> None:
    handed = listening()
    server = await launched([handed])
    server.channel.close()

    assert (await get(handed)).body == str(server.pid)


async def test_a_limit_of_requests_ends_it_as_uvicorn_does(
    launched: Launch, listening: Listening
) -> None:
    handed = listening()
    server = await launched([handed], "--limit-max-requests", "2")
    await server.told()
    for _ in range(2):
        await get(handed)

    assert await server.exit_code() == 0
    assert "lifespan ended" in server.output
