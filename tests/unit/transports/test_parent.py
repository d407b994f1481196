"""The end of whoever launched us is noticed, though the pipes stay open."""

import os
import subprocess
import sys

import pytest

from tests.support.processes import PROJECT_ROOT

LIMIT = 20.0

WATCHING = """
import asyncio, os, sys
from sidecar.transports.parent import ParentWatch

async def main():
    gone = asyncio.Event()
    watch = ParentWatch(gone.set)
    os.write(1, b"watching\\n")
    async with asyncio.timeout(15):
        await gone.wait()
    watch.close()
    os.write(1, b"gone\\n")

asyncio.run(main())
"""

LAUNCHING = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", sys.argv[1]])
time.sleep(600)
"""


@pytest.mark.parametrize(
    "prelude", ["", "import os\nos.__dict__.pop('pidfd_open', None)\n"], ids=["pidfd", "looking"]
)
def test_the_end_of_the_parent_is_noticed_though_the_pipe_stays_open(prelude: str) -> None:
    env = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHING, prelude + WATCHING], stdout=subprocess.PIPE, env=env
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"watching\n"
        parent.kill()
        assert parent.wait(LIMIT)
        assert parent.stdout.read() == b"gone\n"
