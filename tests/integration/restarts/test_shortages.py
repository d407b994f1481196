"""A launch that fails for want of something is tried again; one that cannot succeed is not."""

import errno
import os
import resource
import signal
from pathlib import Path

import pytest

from sidecar.domain.spec import ReadyCheck, ServerSpec
from sidecar.processes.launch import check_launchable, explain_error_number, no_guardian
from sidecar.supervision.interfaces import CannotLaunch
from tests.integration.restarts.programs import quick
from tests.support.servers import sleeper
from tests.support.sidecar import LaunchSidecar
from tests.support.story import until_restarted

SPEC = ServerSpec(
    name="api",
    app=None,
    command=("/opt/api/serve",),
    python="python3",
    cwd="/",
    ready=ReadyCheck("none"),
)

# What the sidecar has open is in use from 0 on without gaps, so it can open no more.
TOO_FEW = 8

SHORTAGES = [errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM]


@pytest.mark.parametrize("number", SHORTAGES, ids=errno.errorcode.get)
def test_a_shortage_may_be_over_at_the_next_try(number: int) -> None:
    for refusal in (
        explain_error_number(SPEC, number),
        no_guardian(SPEC, OSError(number, os.strerror(number))),
    ):
        assert refusal.permanent is False
        assert os.strerror(number) in refusal.failure.message


@pytest.mark.parametrize(
    "number", [errno.ENOENT, errno.ENOEXEC, errno.EACCES, errno.E2BIG], ids=errno.errorcode.get
)
def test_what_somebody_must_mend_is_not_tried_again(number: int) -> None:
    assert explain_error_number(SPEC, number).permanent is True


@pytest.mark.parametrize("program", ["/nowhere/serve", "no-such-program-7", "/"])
def test_a_program_that_is_not_there_is_not_looked_for_again(program: str) -> None:
    with pytest.raises(CannotLaunch) as refused:
        check_launchable(SPEC, program, {"PATH": os.environ["PATH"]})
    assert refused.value.permanent is True


async def test_a_sidecar_out_of_descriptors_brings_its_server_back_when_it_has_some_again(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": sleeper(restart=quick("on-failure", max=1000))})
    pid = (await client.request("start"))["status"]["pid"]
    client.mark()
    usual = resource.prlimit(client.pid, resource.RLIMIT_NOFILE)

    resource.prlimit(client.pid, resource.RLIMIT_NOFILE, (TOO_FEW, usual[1]))
    os.kill(pid, signal.SIGKILL)
    short = await client.until(
        "python-server-status", lambda told: "Too many open files" in told.get("lastError", "")
    )
    assert short["status"] == "starting"
    assert "retryAt" in short
    resource.prlimit(client.pid, resource.RLIMIT_NOFILE, usual)

    assert (await until_restarted(client, pid))["restarts"] > 1


async def test_a_program_that_was_removed_is_not_tried_again(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    program = tmp_path / "serve"
    program.symlink_to("/bin/sleep")
    spec = {"command": [str(program), "600"], "ready": {"none": True}}
    client = await sidecar({"api": spec | {"restart": quick("always", max=1000)}})
    pid = (await client.request("start"))["status"]["pid"]
    program.unlink()
    client.mark()

    os.kill(pid, signal.SIGKILL)

    failed = await client.until_status("error")
    assert str(program) in failed["lastError"]
    assert failed["restarts"] == 1
    assert "retryAt" not in failed
