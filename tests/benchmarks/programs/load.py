"""Clients of an app: PORT KIND NUMBER; they ask until stdin ends, then tell what they met as JSON.

KIND `rate`: NUMBER new connections a second, one request on each. `new`: NUMBER clients that ask
back to back, each time over a new connection. `kept`: the same over connections that are kept until
the app says that it closes them, or closes one while nothing is asked.

Every request counts; none is tried again. A process of its own, so that it is slowed by nothing but
the machine.
"""

import asyncio
import json
import sys
import time
from collections import Counter

# A request that waits out a restart on a busy machine; beyond this it will never be answered.
ANSWER_LIMIT = 20.0
# After a failure, or a client would spend its time on nothing else.
PAUSE = 0.01
REQUEST = b"GET / HTTP/1.1\r\nhost: bench\r\nconnection: %s\r\n\r\n"


class Load:
    """What the clients met: `gap` is the longest time between two answers to whomever."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._done = asyncio.Event()
        self._last_answer: float | None = None
        self.answers = 0
        self.failures = Counter[str]()
        self.gap = 0.0
        self.wait = 0.0

    def stop(self) -> None:
        self._done.set()

    async def rate(self, number: int) -> None:
        begin = time.monotonic()
        async with asyncio.TaskGroup() as group:
            asked = 0
            while not self._done.is_set():
                group.create_task(self._counted(self._on_a_new_connection()))
                asked += 1
                await asyncio.sleep(max(0.0, begin + asked / number - time.monotonic()))

    async def new(self, number: int) -> None:
        await asyncio.gather(*(self._again(self._on_a_new_connection) for _ in range(number)))

    async def kept(self, number: int) -> None:
        await asyncio.gather(*(self._again(self._on_a_kept_connection) for _ in range(number)))

    async def _again(self, ask) -> None:
        while not self._done.is_set():
            if not await self._counted(ask()):
                await asyncio.sleep(PAUSE)

    async def _counted(self, asking) -> bool:
        try:
            await asking
        except (OSError, EOFError, TimeoutError, ValueError) as failure:
            self.failures[f"{type(failure).__name__}: {failure}"] += 1
            return False
        return True

    async def _on_a_new_connection(self) -> None:
        begin = time.monotonic()
        async with asyncio.timeout(ANSWER_LIMIT):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            try:
                await self._ask(reader, writer, b"close", begin)
            finally:
                writer.close()

    async def _on_a_kept_connection(self) -> None:
        begin = time.monotonic()
        async with asyncio.timeout(ANSWER_LIMIT):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            # Who sees the end of an idle connection makes a new one, as all clients do.
            while not self._done.is_set() and not reader.at_eof():
                async with asyncio.timeout(ANSWER_LIMIT):
                    if not await self._ask(reader, writer, b"keep-alive", begin):
                        return
                begin = time.monotonic()
        finally:
            writer.close()

    async def _ask(self, reader, writer, connection: bytes, begin: float) -> bool:
        """Whether the connection stays open."""
        writer.write(REQUEST % connection)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if line)
        await reader.readexactly(int(headers["content-length"]))
        if " 200 " not in status:
            raise ValueError(status)
        self._answered(begin)
        return headers.get("connection") != "close"

    def _answered(self, begin: float) -> None:
        now = time.monotonic()
        self.answers += 1
        self.wait = max(self.wait, now - begin)
        if self._last_answer is not None:
            self.gap = max(self.gap, now - self._last_answer)
        self._last_answer = now


async def main(port: int, kind: str, number: int) -> None:
    load = Load(port)
    asyncio.get_running_loop().add_reader(0, load.stop)
    await getattr(load, kind)(number)
    told = {"answers": load.answers, "failures": load.failures, "gap": load.gap, "wait": load.wait}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
