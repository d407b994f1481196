"""Programs with a life of their own, for the lifecycle tests: slow to end, crashing, forking."""

from typing import Any

from tests.support.servers import Spec, script

# Far beyond the limit of a test: only force or a shorter time can end such a stop.
LONG = {"timeout": 50}

# Closing takes a moment and leaves a file.
LIFESPAN_APP = """
import asyncio, os, pathlib


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.sleep(0.3)
        pathlib.Path(os.environ["CLOSED_FILE"]).write_text("closed in good order")
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""

STUBBORN_TREE = """
import os, signal, subprocess, time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
shell = subprocess.Popen(["sh", "-c", "trap '' TERM; while :; do sleep 60; done"])
read_end, write_end = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(write_end, b"%d" % os.getpid())
        while True:
            time.sleep(60)
    os._exit(0)
os.wait()
print("tree", os.getpid(), shell.pid, int(os.read(read_end, 20)), flush=True)
while True:
    time.sleep(60)
"""


def stubborn_tree(**settings: Any) -> Spec:
    """Ignores SIGTERM, as do its shell and a daemon: double-forked, in its own session.

    Prints `tree` and the three process ids once all of them live.
    """
    return script(STUBBORN_TREE, **{"ready": {"log": "^tree"}, **settings})


def tree_pids(line: str) -> list[int]:
    """The process ids in the line that a stubborn tree prints."""
    tree = next(one for one in line.splitlines() if one.startswith("tree "))
    return [int(word) for word in tree.split()[1:]]


def slow_to_end(seconds: float, **settings: Any) -> Spec:
    """Needs `seconds` after SIGTERM, says goodbye and exits with 0."""
    code = f"""
import signal, sys, time

def end(number, frame):
    print("ending", flush=True)
    time.sleep({seconds})
    print("goodbye", flush=True)
    sys.exit(0)

signal.signal(signal.SIGTERM, end)
print("up", flush=True)
while True:
    time.sleep(60)
"""
    return script(code, **{"ready": {"log": "^up$"}, **settings})


def ends_on_request(ending: str, **settings: Any) -> Spec:
    """Runs until SIGUSR1 and then does `ending`, a piece of Python, in its main thread."""
    code = f"""
import os, signal, sys, subprocess, time

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print("up", flush=True)
signal.sigwait([signal.SIGUSR1])
{ending}
"""
    return script(code, **{"ready": {"log": "^up$"}, **settings})


def says_force(message: str) -> bool:
    """Whether the answer to a stop tells that the server did not end by itself."""
    return any(word in message.lower() for word in ("force", "kill"))
