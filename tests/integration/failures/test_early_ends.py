"""Servers that end before they are ready: by exit, by signal, for want of memory."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.failures.explanations import fails_to_start, says, tail_of
from tests.support.servers import script
from tests.support.sidecar import LaunchSidecar

NEVER = {"ready": {"log": "this line never comes"}}
CGROUPS = Path("/sys/fs/cgroup/memory")
MEMORY_LIMIT = 48 * 1024 * 1024


async def test_exit_0_before_it_is_ready_is_a_failure(sidecar: LaunchSidecar) -> None:
    answer = await fails_to_start(sidecar, script("print('done')", **NEVER), "EXITED_EARLY")

    says(answer, r"\b0\b")
    assert answer["error"]["data"]["exitCode"] == 0
    assert answer["status"]["exitCode"] == 0
    assert answer["error"]["data"]["tail"] == ["done"]


async def test_exit_1_before_it_is_ready_tells_the_last_lines(sidecar: LaunchSidecar) -> None:
    code = "import sys; print('checking'); sys.exit('the licence has expired')"

    answer = await fails_to_start(sidecar, script(code, **NEVER), "EXITED_EARLY")

    says(answer, r"\b1\b", "the licence has expired")
    assert answer["error"]["data"]["exitCode"] == 1
    assert "signal" not in answer["error"]["data"]
    assert set(answer["error"]["data"]["tail"]) == {"checking", "the licence has expired"}


async def test_an_early_end_without_any_output_is_told_by_its_code(sidecar: LaunchSidecar) -> None:
    answer = await fails_to_start(
        sidecar, script("import os; os._exit(42)", **NEVER), "EXITED_EARLY"
    )

    says(answer, r"\b42\b")
    assert answer["error"]["data"] == {"exitCode": 42, "tail": []}


async def test_the_tail_is_the_end_of_a_long_output(sidecar: LaunchSidecar) -> None:
    code = "import sys\nfor n in range(5000): print('line', n)\nsys.exit(2)"

    answer = await fails_to_start(sidecar, script(code, **NEVER), "EXITED_EARLY")

    tail = answer["error"]["data"]["tail"]
    assert tail[-1] == "line 4999"
    assert 5 <= len(tail) <= 100


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGTERM"])
async def test_a_signal_before_it_is_ready_is_named(sidecar: LaunchSidecar, name: str) -> None:
    code = f"""
import os, resource, signal
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
print("about to end", flush=True)
os.kill(os.getpid(), signal.{name})
"""
    answer = await fails_to_start(sidecar, script(code, **NEVER), "EXITED_EARLY")

    says(answer, name)
    assert answer["error"]["data"] == {"signal": name, "tail": ["about to end"]}
    assert answer["status"]["signal"] == name
    assert "exitCode" not in answer["status"]


async def test_address_in_use_on_another_port_than_the_configured_one(
    sidecar: LaunchSidecar,
) -> None:
    code = """
import socket
held = socket.create_server(("127.0.0.1", 0))
socket.create_server(held.getsockname())
"""
    answer = await fails_to_start(sidecar, script(code, **NEVER), "EXITED_EARLY")

    says(answer, "address.* in use")


async def test_children_of_a_server_that_ended_early_are_killed(sidecar: LaunchSidecar) -> None:
    code = """
import os, subprocess
subprocess.Popen(["sh", "-c", "trap '' TERM; setsid sleep 600 & wait"])
os._exit(5)
"""
    answer = await fails_to_start(sidecar, script(code, **NEVER), "EXITED_EARLY")

    assert answer["error"]["data"]["exitCode"] == 5


async def test_a_server_out_of_memory_is_told_from_one_that_was_killed(
    sidecar: LaunchSidecar, small_memory: Path
) -> None:
    eater = "import sys; print('eating', flush=True); hoard = bytearray(400_000_000)"
    command = f'echo $$ > {small_memory}/cgroup.procs && exec "$@"'
    spec = {"command": ["sh", "-c", command, "sh", sys.executable, "-c", eater], **NEVER}

    answer = await fails_to_start(sidecar, spec, "EXITED_EARLY")

    says(answer, "out of memory", "SIGKILL")
    assert answer["error"]["data"]["signal"] == "SIGKILL"
    assert "memory" in answer["error"]["hint"]
    assert tail_of(answer) == "eating"


@pytest.fixture
def small_memory() -> Iterator[Path]:
    """A control group with little memory, where the kernel lets us make one."""
    group = CGROUPS / f"sidecar-test-{os.getpid()}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(MEMORY_LIMIT))
    except OSError as problem:
        if group.exists():
            group.rmdir()
        pytest.skip(f"needs root and a memory control group (cgroup v1): {problem}")
    if not shutil.which("sh"):
        pytest.skip("needs sh")
    yield group
    group.rmdir()


async def test_a_command_without_a_port_that_fails_at_once_has_failed_to_start(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": {"command": ["sh", "-c", "echo no licence >&2; exit 3"]}})
    answer = await client.request("start")
    assert answer["error"]["code"] == "EXITED_EARLY"
    assert answer["error"]["data"]["exitCode"] == 3
    assert answer["error"]["data"]["tail"] == ["no licence"]
