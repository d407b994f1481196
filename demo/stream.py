"""A server that talks a lot: it makes up the samples of a headband and prints what it sees."""

import asyncio
import math
import random
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

SAMPLE_SECONDS = 0.25
CHANNELS = ("Fp1", "Fp2", "T7", "T8")
BLINK_MICROVOLTS = 80
GREEN, YELLOW, DIM, RESET = "\x1b[32m", "\x1b[33m", "\x1b[2m", "\x1b[0m"

latest: dict[str, float] = {}


def sample(moment: float) -> dict[str, float]:
    """One value per channel, in microvolts: an alpha wave, noise, and a blink now and then."""
    blink = BLINK_MICROVOLTS if random.random() < 0.04 else 0
    wave = 20 * math.sin(2 * math.pi * 10 * moment)
    return {name: round(wave + random.gauss(0, 6) + blink, 1) for name in CHANNELS}


def describe(values: dict[str, float]) -> str:
    """One line, coloured as a terminal would show it."""
    text = "  ".join(f"{name} {value:7.1f} µV" for name, value in values.items())
    if min(values.values()) > BLINK_MICROVOLTS / 2:
        return f"{YELLOW}WARNING{RESET}  눈 깜박임 감지  {text}"
    return f"{GREEN}INFO{RESET}     {DIM}{text}{RESET}"


async def stream() -> None:
    """Print a sample four times a second."""
    loop = asyncio.get_running_loop()
    while True:
        latest.update(sample(loop.time()))
        sys.stdout.write(describe(latest) + "\n")
        await asyncio.sleep(SAMPLE_SECONDS)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
    """Stream from start to end."""
    task = asyncio.create_task(stream())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


app = FastAPI(title="Stream", lifespan=lifespan)


@app.get("/")
async def read_latest() -> dict[str, float]:
    """The newest sample of each channel, in microvolts."""
    return latest
