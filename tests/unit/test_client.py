"""SidecarClient against a scripted sidecar, which also does what the real one never would."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from sidecar import client as client_module
from sidecar.client import RpcError, SidecarClient, SidecarGone

# Answers a request with its own params, unless the method is one of its tricks.
STAND_IN = r"""
import json, os, sys, time

def send(message, end="\n"):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False) + end)
    sys.stdout.flush()

def told(number, text=""):
    send({"method": "told", "params": {"number": number, "text": text}})

for line in sys.stdin:
    message = json.loads(line)
    method, params, id = message["method"], message.get("params"), message.get("id")
    if method == "refuse":
        error = {"code": -32602, "message": "no such setting", "data": {"field": "api.prot"}}
        send({"id": id, "error": error})
    elif method == "tell":
        for number in range(params["times"]):
            told(number)
        send({"id": id, "result": "told"})
    elif method == "tell-at-length":
        told(0, "한" * params["characters"])
        send({"id": id, "result": None})
    elif method == "in-pieces":
        whole = json.dumps({"jsonrpc": "2.0", "id": id, "result": "가나다"}, ensure_ascii=False)
        for byte in whole.encode() + b"\n":
            os.write(1, bytes([byte]))
    elif method == "as-batch":
        answers = [{"jsonrpc": "2.0", "id": n, "result": n} for n in (id, 999)]
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()
    elif method == "hold-back":
        held = id
    elif method == "release":
        send({"id": id, "result": "second"})
        send({"id": held, "result": "first"})
    elif method == "babble":
        os.write(1, b"Traceback, or whatever a library prints\n")
    elif method == "end":
        sys.exit(params["code"])
    elif method == "ignore-the-end":
        send({"id": id, "result": None})
        sys.stdin.read()
        time.sleep(600)
    elif method == "where":
        place = {"arguments": sys.argv[1:], "cwd": os.getcwd(), "session": os.getsid(0)}
        send({"id": id, "result": {**place, "variable": os.environ.get("VARIABLE")}})
    elif method == "to-stderr":
        sys.stderr.write("noted\n")
        sys.stderr.flush()
        send({"id": id, "result": None})
    elif id is not None:
        send({"id": id, "result": params})
"""

Launch = Callable[..., Awaitable[SidecarClient]]


@pytest.fixture
async def launch(tmp_path: Path) -> AsyncIterator[Launch]:
    package = tmp_path / "stand-in" / "sidecar"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(STAND_IN, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "PYTHONUTF8": "1"}
    clients: list[SidecarClient] = []

    async def launch(*args: str, **settings: Any) -> SidecarClient:
        env = {**environment, **settings.pop("env", {})}
        # The working folder comes first in the path of `python -m`: never the project's own.
        settings.setdefault("cwd", tmp_path)
        clients.append(await SidecarClient.launch(*args, env=env, **settings))
        return clients[-1]

    yield launch
    for client in clients:
        await client.close()


async def test_a_request_returns_its_result(launch: Launch) -> None:
    client = await launch()
    assert await client.request("echo", {"text": "안녕"}) == {"text": "안녕"}


async def test_params_that_are_not_given_are_not_sent(launch: Launch) -> None:
    client = await launch()
    sent: list[bytes] = []
    client.trace = lambda direction, body: sent.append(body) if direction == "->" else None
    assert await client.request("echo") is None
    assert sent == [b'{"jsonrpc":"2.0","id":1,"method":"echo"}']


async def test_an_error_answer_is_raised_with_code_message_and_data(launch: Launch) -> None:
    client = await launch()
    with pytest.raises(RpcError, match="no such setting") as caught:
        await client.request("refuse")
    assert caught.value.code == -32602
    assert caught.value.message == "no such setting"
    assert caught.value.data == {"field": "api.prot"}


async def test_answers_find_their_requests_in_any_order(launch: Launch) -> None:
    client = await launch()
    first = asyncio.create_task(client.request("hold-back"))
    await client.request("echo")
    assert await client.request("release") == "second"
    assert await first == "first"


async def test_notifications_come_in_order_and_before_a_later_answer(launch: Launch) -> None:
    client = await launch()
    heard: list[int] = []
    client.subscribe(lambda _topic, params: heard.append(params["number"]))
    assert await client.request("tell", {"times": 500}) == "told"
    assert heard == list(range(500))


async def test_unsubscribing_ends_the_calls_and_may_be_repeated(launch: Launch) -> None:
    client = await launch()
    heard: list[str] = []
    unsubscribe = client.subscribe(lambda topic, _params: heard.append(topic))
    await client.request("tell", {"times": 1})
    unsubscribe()
    unsubscribe()
    await client.request("tell", {"times": 1})
    assert heard == ["told"]


async def test_a_listener_that_raises_harms_neither_its_neighbours_nor_the_reader(
    launch: Launch,
) -> None:
    client = await launch()
    reported: list[Any] = []
    heard: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: reported.append(context["exception"])
    )

    def fail(topic: str, params: dict[str, Any]) -> None:
        raise ValueError(f"cannot handle {topic} {params['number']}")

    client.subscribe(fail)
    client.subscribe(lambda topic, _params: heard.append(topic))
    assert await client.request("tell", {"times": 1}) == "told"
    assert heard == ["told"]
    assert [str(error) for error in reported] == ["cannot handle told 0"]


async def test_a_message_may_be_larger_than_any_buffer(launch: Launch) -> None:
    client = await launch()
    heard: list[str] = []
    client.subscribe(lambda _topic, params: heard.append(params["text"]))
    await client.request("tell-at-length", {"characters": 3_000_000})
    assert heard == ["한" * 3_000_000]


async def test_a_message_that_comes_byte_by_byte_is_whole(launch: Launch) -> None:
    client = await launch()
    assert await client.request("in-pieces") == "가나다"


async def test_a_batch_of_answers_is_taken_apart(launch: Launch) -> None:
    client = await launch()
    assert await client.request("as-batch") == 1


async def test_a_late_answer_is_a_timeout_and_the_next_request_works(launch: Launch) -> None:
    client = await launch()
    with pytest.raises(TimeoutError):
        await client.request("hold-back", timeout=0.05)
    assert await client.request("release") == "second"  # the late answer to the first is dropped
    assert await client.request("echo", [1]) == [1]


async def test_a_notification_is_not_answered(launch: Launch) -> None:
    client = await launch()
    received: list[bytes] = []
    client.trace = lambda direction, body: received.append(body) if direction == "<-" else None
    await client.notify("echo", {"a": 1})
    assert await client.request("echo") is None
    assert len(received) == 1


async def test_the_trace_sees_every_message_as_it_crossed(launch: Launch) -> None:
    client = await launch()
    crossed: list[tuple[str, bytes]] = []
    client.trace = lambda direction, body: crossed.append((direction, body))
    await client.request("tell", {"times": 1})
    assert [direction for direction, _ in crossed] == ["->", "<-", "<-"]
    assert b'"method": "told"' in crossed[1][1]
    assert not any(body.endswith(b"\n") for _, body in crossed)


async def test_a_sidecar_that_ends_fails_what_waits_and_what_comes_later(launch: Launch) -> None:
    client = await launch()
    waiting = asyncio.create_task(client.request("hold-back"))
    with pytest.raises(SidecarGone, match="exit code 7"):
        await client.request("end", {"code": 7})
    with pytest.raises(SidecarGone, match="exit code 7"):
        await waiting
    with pytest.raises(SidecarGone, match="exit code 7"):
        await client.request("echo")
    assert await client.wait() == 7
    assert await client.close() == 7


async def test_a_line_that_is_no_json_ends_the_sidecar_and_is_told(launch: Launch) -> None:
    client = await launch()
    with pytest.raises(SidecarGone, match="not JSON"):
        await client.request("babble")
    assert await client.wait() != 0


async def test_a_trace_that_raises_leaves_nobody_waiting(launch: Launch) -> None:
    client = await launch()

    def trace(direction: str, body: bytes) -> None:
        if direction == "<-":
            raise BrokenPipeError(f"nobody reads {len(body)} bytes")

    client.trace = trace
    with pytest.raises(SidecarGone, match="can no longer read"):
        await client.request("echo")
    assert await client.close() == 0


async def test_closing_ends_the_sidecar_through_its_stdin(launch: Launch) -> None:
    client = await launch()
    await client.request("echo")
    assert await client.close() == 0
    assert await client.close() == 0
    with pytest.raises(SidecarGone):
        await client.request("echo")


async def test_closing_kills_a_sidecar_that_does_not_end(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "CLOSE_LIMIT", 0.2)
    client = await launch()
    await client.request("ignore-the-end")
    assert await client.close() == -9


async def test_leaving_the_context_closes(launch: Launch) -> None:
    async with await launch() as client:
        await client.request("echo")
    assert await client.wait() == 0


async def test_the_sidecar_gets_arguments_folder_environment_and_a_session(
    launch: Launch, tmp_path: Path
) -> None:
    client = await launch("--config", "x.toml", cwd=tmp_path, env={"VARIABLE": "값"})
    assert await client.request("where") == {
        "arguments": ["stdio", "--config", "x.toml"],
        "cwd": str(tmp_path),
        "session": client.pid,
        "variable": "값",
    }


async def test_stderr_can_be_read_when_it_is_asked_for(launch: Launch) -> None:
    client = await launch(stderr=asyncio.subprocess.PIPE)
    await client.request("to-stderr")
    assert client.stderr is not None
    assert await client.stderr.readline() == b"noted\n"
