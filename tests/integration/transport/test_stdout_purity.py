"""Nothing but protocol messages reaches stdout, whoever writes to descriptor 1."""

import os
from pathlib import Path

from tests.support.processes import PROJECT_ROOT
from tests.support.raw import call, lines, open_raw
from tests.support.servers import portless
from tests.support.sidecar import LaunchSidecar

# Waits until descriptor 1 is stderr, as promised, and then prints in every way there is.
NOISY_LIBRARY = """
import ctypes, os, sys, threading, time

def same(one, other):
    return os.readlink(f"/proc/self/fd/{one}") == os.readlink(f"/proc/self/fd/{other}")

def shout():
    while not same(1, 2):
        time.sleep(0.002)
    print("NOISE by print", flush=True)
    sys.__stdout__.write("NOISE by __stdout__\\n")
    sys.__stdout__.flush()
    os.write(1, b"NOISE by os.write\\n")
    libc = ctypes.CDLL(None)
    libc.puts(b"NOISE by puts")
    libc.fflush(None)
    libc.write(1, b"NOISE by write(2)\\n", 18)
    os.system("echo NOISE by a shell")
    os.write(2, b"ALL SHOUTED\\n")

if "sidecar" in " ".join(sys.orig_argv) and "-m" in sys.orig_argv:
    threading.Thread(target=shout, daemon=True).start()
"""


async def test_noise_inside_the_sidecar_goes_to_stderr(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(NOISY_LIBRARY)
    path = os.pathsep.join([str(tmp_path), str(PROJECT_ROOT)])
    s = await sidecar(env={"PYTHONPATH": path})
    await s.request("list_servers")
    await s.stderr_until("ALL SHOUTED")
    await s.request("list_servers")
    for way in ("print", "__stdout__", "os.write", "puts", "write(2)", "a shell"):
        assert f"NOISE by {way}" in s.stderr_text()
    assert await s.finish() == 0


async def test_a_server_holds_neither_end_of_the_protocol(tmp_path: Path) -> None:
    code = """
import os, time
for descriptor in os.listdir("/proc/self/fd"):
    try:
        print(descriptor, os.readlink("/proc/self/fd/" + descriptor))
    except OSError:
        pass
print("stdin gave", os.read(0, 10))
while True: time.sleep(60)
"""
    spec = portless(code, ready={"log": "stdin gave"})
    async with open_raw() as raw:
        await raw.write(lines(call("initialize", 1, servers={"api": spec})))
        await raw.answer_to(1)
        private = private_pipes(raw.process.pid)
        assert private, "the sidecar should hold the pipes of the protocol itself"
        await raw.write(lines(call("start", 2)))
        assert (await raw.answer_to(2))["result"]["success"]
        await raw.write(lines(call("get_status", 3)))
        logs = (await raw.answer_to(3))["result"]["logs"]
        assert "stdin gave b''" in logs
        held = {line.split()[1] for line in logs if line[0].isdigit()}
        assert not held & private, f"the server inherited a pipe of the sidecar: {logs}"


def private_pipes(pid: int) -> set[str]:
    """The pipes and sockets that a process holds, but for its stderr."""
    folder = Path(f"/proc/{pid}/fd")
    targets = {descriptor.name: str(descriptor.readlink()) for descriptor in folder.iterdir()}
    streams = {link for link in targets.values() if link.startswith(("pipe:", "socket:"))}
    return streams - {targets["2"]}


async def test_a_server_that_writes_to_every_descriptor_disturbs_nobody(
    sidecar: LaunchSidecar,
) -> None:
    code = """
import os, time
for descriptor in range(3, 64):
    try:
        os.write(descriptor, b"GARBAGE\\n" * 10)
    except OSError:
        pass
print("done")
while True: time.sleep(60)
"""
    s = await sidecar({"api": portless(code, ready={"log": "done"})})
    assert (await s.request("start"))["success"]
    assert (await s.request("get_status"))["status"] == "running"
    assert (await s.request("stop"))["success"]


async def test_what_a_server_prints_comes_as_log_only(sidecar: LaunchSidecar) -> None:
    fake = '{"jsonrpc":"2.0","id":1,"result":"forged"}'
    s = await sidecar({"api": portless(f"print({fake!r})\nimport time\ntime.sleep(60)")})
    assert (await s.request("start"))["success"]
    assert fake in await s.logs_until("forged")
