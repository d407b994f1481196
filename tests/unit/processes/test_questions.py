"""What one process is asked, and that it is really this one that answers."""

import asyncio
import os
import signal
import socket

from sidecar.domain.spec import HealthCheck, ReadyCheck
from sidecar.processes.listening.ports import any_free
from sidecar.processes.listening.sockets import LocalEndpoint
from sidecar.processes.local import LocalProcesses
from sidecar.processes.questions import Questions
from tests.unit.processes.launched import (
    LIMIT,
    SLEEP,
    Launch,
    app,
    python,
)
from tests.unit.processes.listener import holding, sharing

ACCEPTOR = """
import signal, socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
print("not yet", flush=True)
signal.sigwait({signal.SIGUSR1})
connections = [listener.accept() for _ in range(2)]
"""
LISTENER = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
time.sleep(600)
"""


async def test_a_stranger_on_the_port_is_named_and_a_member_is_not(launch: Launch) -> None:
    given = python(LISTENER, "{port}")._replace(ready=ReadyCheck("tcp"))
    with holding() as stranger:
        server = await launch(given, endpoint=LocalEndpoint(given, stranger.port, ()))
        told = await server.process.probe()
        assert told is not None
        assert f"(pid {stranger.pid})" in told
    port = any_free("127.0.0.1", frozenset())
    listener = await launch(given, endpoint=LocalEndpoint(given, port, ()))
    assert await listener.says("stdout: listening")
    assert await listener.process.probe() is None


async def test_a_socket_that_was_handed_over_answers_for_nobody_until_the_program_accepts(
    processes: LocalProcesses, launch: Launch
) -> None:
    given = python(ACCEPTOR, "{fd}")._replace(ready=ReadyCheck("tcp"), handoff="socket")
    endpoint = await processes.claim(given, 0, frozenset())
    try:
        server = await launch(given, endpoint=endpoint)
        probe = asyncio.create_task(server.process.probe())
        await server.says("stdout: not yet")
        assert not probe.done()
        assert server.process.pid is not None
        os.kill(server.process.pid, signal.SIGUSR1)
        async with asyncio.timeout(LIMIT):
            assert await probe is None
    finally:
        endpoint.close()


ANSWERER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(self.path[1:]))
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print("listening", flush=True)
server.serve_forever()
"""


async def test_a_server_is_well_when_it_says_so(launch: Launch) -> None:
    given = python(ANSWERER, "{port}")
    port = any_free("127.0.0.1", frozenset())
    server = await launch(given, endpoint=LocalEndpoint(given, port, ()))
    await server.says("stdout: listening")
    assert await server.process.check(HealthCheck("/200")) is None
    told = await server.process.check(HealthCheck("/503"))
    assert told is not None
    assert "503" in told


async def test_who_has_announced_itself_is_asked_at_its_own_door_and_believed() -> None:
    given = app("python")._replace(ready=ReadyCheck("tcp"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        nobody = any_free("127.0.0.1", frozenset())
        address = ("127.0.0.1", int(door.getsockname()[1]))
        questions = Questions(given, nobody, address, handed_over=True)
        questions.announced = True
        assert await questions.is_ready(None) is None


async def test_another_process_on_the_same_socket_does_not_answer_for_this_one(
    launch: Launch,
) -> None:
    """An old process and its successor share it: either may accept."""
    given = python(SLEEP)._replace(ready=ReadyCheck("tcp"))
    with socket.create_server(("127.0.0.1", 0)) as shared, sharing(shared) as old:
        server = await launch(given)
        questions = Questions(given, shared.getsockname()[1], None, handed_over=True)
        old.order("accept")
        told = await questions.is_ready(server.process.keeper_pid)
        assert told is not None
        assert "another process has accepted" in told
