"""A small FastAPI server, such as a desktop app might bring: it greets, and logs that it lives."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

HEARTBEAT_INTERVAL = 0.5
GREETING = "안녕하세요! 파이썬 서버입니다."


def log(line: str) -> None:
    """Write a line to stdout; the sidecar carries it to the client."""
    sys.stdout.write(line + "\n")


async def beat() -> None:
    """Say once in a while that all is well."""
    count = 0
    while True:
        await asyncio.sleep(HEARTBEAT_INTERVAL)
        count += 1
        log(f"심장 박동 {count}회: 서버가 살아 있습니다")


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
    """Announce start and end; the end is heard only by a server that is stopped gracefully."""
    log(f"서버를 시작합니다 (pid {os.getpid()})")
    heart = asyncio.create_task(beat())
    yield
    heart.cancel()
    with suppress(asyncio.CancelledError):
        await heart
    log("서버를 정상적으로 종료합니다")


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def greet() -> dict[str, str]:
    """Greet."""
    log("인사를 보냅니다")
    return {"message": GREETING}


@app.get("/health")
async def health() -> dict[str, bool]:
    """Answer the readiness check."""
    return {"ok": True}
