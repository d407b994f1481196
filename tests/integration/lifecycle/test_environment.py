"""What a server's process is given: variables, encodings, standard streams, descriptors."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.support.processes import PROJECT_ROOT
from tests.support.servers import ASGI_APP, app_file, portless
from tests.support.sidecar import LaunchSidecar, Sidecar

PRINT_ENVIRONMENT = (
    "import json, os, time; print('ENV', json.dumps(dict(os.environ))); time.sleep(60)"
)

PRINT_DESCRIPTORS = """
import json, os, stat, time

def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True

numbers = [int(name) for name in os.listdir("/proc/self/fd")]
print("FDS", json.dumps([number for number in numbers if is_open(number)]))
print("LINKS", json.dumps([os.readlink(f"/proc/self/fd/{number}") for number in (0, 1, 2)]))
"""


def _command(code: str, **settings: Any) -> dict[str, Any]:
    """A server without `-u`: what it prints is buffered unless its environment says otherwise."""
    return {"command": [sys.executable, "-c", code], "ready": {"none": True}, **settings}


async def _printed(client: Sidecar, label: str) -> Any:
    await client.request("start")
    text = await client.logs_until(lambda logs: any(_labelled(logs, label)))
    return json.loads(_labelled(text, label)[0])


def _streams_of_this_process() -> set[str]:
    """What the client has open, the pipes to the sidecar's stdout and stderr among it."""
    return {os.readlink(entry) for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()}


def _labelled(text: str, label: str) -> list[str]:
    return [line.removeprefix(label + " ") for line in text.splitlines() if line.startswith(label)]


async def test_a_server_inherits_the_environment_and_its_own_settings_win(
    sidecar: LaunchSidecar,
) -> None:
    spec = _command(PRINT_ENVIRONMENT, env={"OWN": "한국어 설정", "SHARED": "of the server"})
    client = await sidecar({"api": spec}, env={"INHERITED": "yes", "SHARED": "of the sidecar"})

    environment = await _printed(client, "ENV")

    assert environment["INHERITED"] == "yes"
    assert environment["OWN"] == "한국어 설정"
    assert environment["SHARED"] == "of the server"
    assert environment["PYTHONUNBUFFERED"]


async def test_the_environment_of_the_server_can_overrule_what_the_sidecar_adds(
    sidecar: LaunchSidecar,
) -> None:
    spec = portless(PRINT_ENVIRONMENT, env={"PYTHONUNBUFFERED": "2"})
    client = await sidecar({"api": spec})

    assert (await _printed(client, "ENV"))["PYTHONUNBUFFERED"] == "2"


async def test_what_a_server_prints_arrives_without_its_flushing(sidecar: LaunchSidecar) -> None:
    client = await sidecar({"api": _command("print('at once'); import time; time.sleep(60)")})

    await client.request("start")

    assert "at once" in await client.logs_until("at once")


async def test_korean_is_printed_and_read_where_the_locale_knows_only_ascii(
    sidecar: LaunchSidecar,
) -> None:
    code = """
import sys, time
print("서버를 시작합니다")
print("경고: 포트", file=sys.stderr)
time.sleep(60)
"""
    locale = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    client = await sidecar({"api": _command(code)}, env=locale)

    await client.request("start")

    assert "서버를 시작합니다" in await client.logs_until("서버", stream="stdout")
    assert "경고: 포트" in await client.logs_until("경고", stream="stderr")


async def test_a_server_that_reads_its_stdin_is_at_its_end_at_once(sidecar: LaunchSidecar) -> None:
    code = "import sys, time; print('READ', repr(sys.stdin.read())); time.sleep(60)"
    client = await sidecar({"api": _command(code)})

    await client.request("start")

    assert "READ ''" in await client.logs_until("READ")


async def test_a_server_has_its_three_streams_and_no_other_descriptor(
    sidecar: LaunchSidecar,
) -> None:
    client = await sidecar({"api": _command(PRINT_DESCRIPTORS + "time.sleep(60)")})

    assert await _printed(client, "FDS") == [0, 1, 2]

    links = json.loads(_labelled(await client.logs_until("LINKS"), "LINKS")[0])
    assert links[0] == "/dev/null"
    assert not _streams_of_this_process() & set(links[1:])


async def test_two_servers_share_no_descriptor(sidecar: LaunchSidecar) -> None:
    spec = _command(PRINT_DESCRIPTORS + "time.sleep(60)")
    client = await sidecar({"one": spec, "two": spec})
    links: list[set[str]] = []

    for name in ("one", "two"):
        client.mark()
        await client.request("start", name=name)
        text = await client.logs_until("LINKS")
        links.append(set(json.loads(_labelled(text, "LINKS")[0])))
        assert json.loads(_labelled(text, "FDS")[0]) == [0, 1, 2]

    assert links[0] & links[1] <= {"/dev/null"}


async def test_stdout_and_stderr_of_a_server_are_told_apart(sidecar: LaunchSidecar) -> None:
    code = (
        "import sys, time; print('to stdout'); print('to stderr', file=sys.stderr); time.sleep(60)"
    )
    client = await sidecar({"api": _command(code)})

    await client.request("start")

    await client.logs_until("to stdout", stream="stdout")
    await client.logs_until("to stderr", stream="stderr")
    assert "to stderr" not in client.log_text("stdout")


async def test_a_server_runs_in_its_working_directory(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    folder = tmp_path / "작업 폴더"
    folder.mkdir()
    code = "import os, json, time; print('CWD', json.dumps(os.getcwd())); time.sleep(60)"
    client = await sidecar({"api": _command(code, cwd="작업 폴더")})

    assert await _printed(client, "CWD") == str(folder)


async def test_an_app_finds_its_modules_and_none_of_the_sidecars_inner_ones(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    # The sidecar has modules of these names: the folder of a launcher would shadow the app's own.
    for name in ("metrics", "readiness", "sockets", "launch_uvicorn"):
        (tmp_path / f"{name}.py").write_text("OWNER = 'the app'\n")
    telling = """
import json, sys
import metrics, readiness, sockets, launch_uvicorn
print("OWNERS", metrics.OWNER == readiness.OWNER == sockets.OWNER == launch_uvicorn.OWNER)
print("PATH", json.dumps(sys.path))
"""
    client = await sidecar({"api": app_file(tmp_path, "telling", telling + ASGI_APP)})

    paths = await _printed(client, "PATH")

    assert "OWNERS True" in client.log_text()
    inside = PROJECT_ROOT / "sidecar"
    assert not [path for path in paths if Path(path).is_relative_to(inside)]


async def test_an_app_gets_no_end_of_the_protocol(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    telling = """
import json, os, sys
print("LINKS", json.dumps([os.readlink(f"/proc/self/fd/{number}") for number in (0, 1, 2)]))
print("READ", json.dumps(sys.stdin.read()))
"""
    client = await sidecar({"api": app_file(tmp_path, "telling", telling + ASGI_APP)})

    links = await _printed(client, "LINKS")

    assert links[0] == "/dev/null"
    assert not _streams_of_this_process() & set(links[1:])
    assert 'READ ""' in client.log_text()
