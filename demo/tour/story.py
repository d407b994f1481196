"""The tour's plot: what a desktop app does with its server, step by step, and what it checks.

Knows the protocol as any client would; how it looks is the view's business.
"""

import asyncio
import os
import signal
import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import psutil

from demo.app import GREETING
from demo.tour.view import View
from sidecar.client import SidecarClient

CONFIG = Path(__file__).parent / "sidecar.toml"
SERVER_FOLDER = CONFIG.parents[1]
PORT = 8121
# What is awaited here takes a second; this only keeps a broken tour from hanging.
PATIENCE = 30.0

Json = Any


class Setback(Exception):
    """Something failed that should not have, so the story cannot go on."""


class Story:
    """One run from launch to shutdown; `checks` are (claim, held, seen)."""

    def __init__(self, client: SidecarClient, view: View) -> None:
        self.checks: list[tuple[str, bool, str]] = []
        self._client = client
        self._view = view
        self._heard: list[tuple[str, dict[str, Json]]] = []
        self._news = asyncio.Event()
        client.subscribe(self._hear)

    async def tell(self) -> None:
        """Play it all; the sidecar has ended afterwards."""
        await self._introduce()
        started = await self._start()
        await self._look(started)
        await self._restart(started)
        await self._crash()
        await self._fail_and_mend()
        await self._stop()
        self._check_logs()
        await self._shut_down()

    def check(self, claim: str, held: bool, seen: object = "") -> None:
        """Note a claim, whether it held, and what was seen."""
        self.checks.append((claim, held, str(seen)))

    async def _introduce(self) -> None:
        self._view.step("1. The client introduces itself and learns which servers there are")
        greeting = await self._ask(
            "initialize", {"protocolVersion": "1", "clientInfo": {"name": "tour"}}
        )
        self.check(
            "the sidecar answers quickly after its launch",
            greeting["protocolVersion"] == "1",
            f"{self._view.since_start():.0f} ms",
        )

    async def _start(self) -> Json:
        self._view.step("2. The server starts; its states and its log arrive by themselves")
        if not _is_free(PORT):
            self._view.say(f"port {PORT} is taken here: let the system choose one")
            await self._ask("update_server", {"changes": {"port": 0}})
        before = len(self._heard)
        status = await self._succeed("start")
        news = self._heard[before:]
        states = [params["status"] for topic, params in news if topic == "python-server-status"]
        self.check("states arrive in order", states == ["starting", "running"], " → ".join(states))
        self.check(
            "the server is a process of its own", psutil.pid_exists(status["pid"]), status["pid"]
        )
        await self._greet(status["url"])
        return status

    async def _look(self, status: Json) -> None:
        self._view.step("3. How it does: what it printed, and what it uses")
        await self._until(lambda topic, params: topic == "python-log" and "심장" in params["text"])
        await self._ask("get_logs", {"limit": 3})
        await self._ask("get_metrics")
        metrics = await self._ask("get_metrics")
        self.check(
            "metrics cover the whole process tree",
            metrics["rssBytes"] > 0 and metrics["processes"] >= 1,
            f"{metrics['rssBytes'] / 2**20:.0f} MiB, processes: {metrics['processes']}",
        )
        self.check(
            "get_status names the same process",
            (await self._ask("get_status"))["pid"] == status["pid"],
            status["pid"],
        )

    async def _restart(self, before: Json) -> None:
        self._view.step("4. It is restarted: another process, the same address, nobody is refused")
        already = len(self._heard)
        restart = asyncio.create_task(self._succeed("restart"))
        await self._until(lambda _topic, params: params.get("status") == "stopping", already)
        await self._greet(before["url"])  # waits in the socket, which the sidecar holds
        after = await restart
        self.check(
            "a restart is a new process at the same address",
            after["pid"] != before["pid"] and after["url"] == before["url"],
            f"pid {before['pid']} → {after['pid']}, {after['url']}",
        )
        self.check("the old process is gone", not psutil.pid_exists(before["pid"]), before["pid"])

    async def _crash(self) -> None:
        self._view.step("5. It is killed, as a crash would: it comes back by itself")
        await self._ask("update_server", {"changes": {"restart": {"policy": "on-failure"}}})
        before = await self._ask("get_status")
        already = len(self._heard)
        os.kill(before["pid"], signal.SIGKILL)
        await self._until(lambda topic, _params: topic == "python-server-ready", already)
        stopped = [params for _, params in self._heard[already:] if "expected" in params]
        self.check(
            "a crash is told, with the signal",
            [(it["expected"], it.get("signal")) for it in stopped] == [(False, "SIGKILL")],
        )
        status = await self._ask("get_status")
        self.check("it was restarted, and says why", status["restarts"] == 1, status["lastError"])
        await self._greet(status["url"])

    async def _fail_and_mend(self) -> None:
        self._view.step("6. Something goes wrong on purpose, and explains itself")
        with socket.create_server(("127.0.0.1", 0)) as held:
            port = held.getsockname()[1]
            self._view.say(f"this tour itself (pid {os.getpid()}) now holds port {port}")
            spec = {"app": "app:app", "cwd": str(SERVER_FOLDER), "port": port}
            await self._ask("initialize", {"servers": {"second": spec}})
            answer = await self._ask("start", {"name": "second"})
            error = answer.get("error", {})
            data = error.get("data", {})
            self.check(
                "a port in use is named, with its holder",
                error.get("code") == "PORT_IN_USE"
                and data.get("port") == port
                and data.get("pid") == os.getpid(),
                answer["message"],
            )
            suggested = {"port": data.get("suggestedPort", 0)}
            await self._ask("update_server", {"name": "second", "changes": suggested})
            answer = await self._ask("start", {"name": "second"})
            self.check("the port it suggests works", answer["success"], answer["message"])

    async def _stop(self) -> None:
        self._view.step("7. The server is stopped: its own shutdown runs, nothing of it is left")
        status = await self._ask("get_status", {"name": "default"})
        answer = await self._ask("stop", {"name": "default"})
        self.check(
            "stop leaves no process and a free port",
            answer["success"] and not psutil.pid_exists(status["pid"]) and _is_free(status["port"]),
            answer["message"],
        )

    async def _shut_down(self) -> None:
        self._view.step("8. The sidecar is shut down, and with it what still runs")
        pid = (await self._ask("get_status", {"name": "second"})).get("pid")
        await self._ask("shutdown")
        code = await asyncio.wait_for(self._client.wait(), PATIENCE)
        self.check("the second server was stopped too", not (pid and psutil.pid_exists(pid)), pid)
        self.check("the sidecar ends with exit code 0", code == 0, code)

    async def _greet(self, url: str) -> None:
        """Ask the real server, past the sidecar."""
        body = await asyncio.to_thread(_get, url)
        self._view.say(f"HTTP GET {url} → {body.decode()}")
        message = orjson.loads(body)["message"]
        self.check("the server itself answers over HTTP", message == GREETING, message)

    def _check_logs(self) -> None:
        batches = [
            params
            for topic, params in self._heard
            if topic == "python-log" and params["name"] == "default"
        ]
        text = "\n".join(batch["text"] for batch in batches)
        ends = [batch["seq"] + batch["count"] for batch in batches]
        starts = [batch["seq"] for batch in batches]
        self.check(
            "every log line arrived, in order, none twice",
            starts == [1, *ends[:-1]] and not any("dropped" in batch for batch in batches),
            f"{ends[-1] - 1 if ends else 0} lines",
        )
        self.check(
            "Korean text arrived undamaged", "인사를 보냅니다" in text and "\ufffd" not in text
        )
        self.check("the server's own shutdown ran", text.count("서버를 정상적으로 종료합니다") == 2)

    async def _succeed(self, command: str) -> Json:
        """Give a command on which all that follows rests; returns the server's status."""
        answer = await self._ask(command)
        if not answer["success"]:
            raise Setback(f"{answer['message']} {answer['error'].get('hint', '')}")
        return answer["status"]

    async def _ask(self, method: str, params: Json = None) -> Json:
        return await self._client.request(method, params, timeout=PATIENCE)

    def _hear(self, topic: str, params: dict[str, Json]) -> None:
        self._heard.append((topic, params))
        self._news.set()

    async def _until(self, wanted: Callable[[str, dict[str, Json]], bool], after: int = 0) -> None:
        """Waits for news that is not among the first `after`."""
        async with asyncio.timeout(PATIENCE):
            while not any(wanted(topic, params) for topic, params in self._heard[after:]):
                self._news.clear()
                await self._news.wait()


def _get(url: str) -> bytes:
    # Past any proxy of this machine: it would look for 127.0.0.1 on its own side.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(url, timeout=PATIENCE) as answer:
        return answer.read()


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
