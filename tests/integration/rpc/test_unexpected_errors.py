"""A defect inside is logged and answered in general words; the sidecar lives on."""

import os
from pathlib import Path

import pytest

from tests.support.processes import PROJECT_ROOT
from tests.support.servers import sleeper
from tests.support.sidecar import LaunchSidecar, RpcError

# Stands for a broken library: measuring a process fails in an unforeseen way.
BROKEN_LIBRARY = """
import sys
if "sidecar" in sys.orig_argv:
    import psutil

    def broken(*arguments, **options):
        raise ZeroDivisionError("the secret is in /etc/shadow")

    for name in ("cpu_times", "memory_info", "num_threads", "oneshot"):
        setattr(psutil.Process, name, broken)
"""


async def test_an_unexpected_exception_tells_nothing_of_the_inside(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(BROKEN_LIBRARY)
    path = os.pathsep.join([str(tmp_path), str(PROJECT_ROOT)])
    s = await sidecar({"api": sleeper()}, env={"PYTHONPATH": path})
    assert (await s.request("start"))["success"]
    with pytest.raises(RpcError) as failure:
        await s.request("get_metrics")
    assert failure.value.code == -32603
    told = f"{failure.value.message} {failure.value.data}"
    for inside in ("secret", "shadow", "ZeroDivision", "psutil", "/"):
        assert inside not in told
    assert (await s.request("get_status"))["status"] == "running"
    await s.stderr_until("ZeroDivisionError: the secret")
