"""Apps run by uvicorn: its options, TLS, and interpreters other than the sidecar's."""

import asyncio
import importlib.util
import json
import os
import shutil
import ssl
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lifecycle.server_tree import server_processes, tracked
from tests.support.servers import ASGI_APP, app_file, asgi_app, fastapi_app
from tests.support.sidecar import LaunchSidecar

# What uvicorn needs besides the standard library, as folders or files of site-packages.
UVICORN_NEEDS = ("uvicorn", "click", "h11", "typing_extensions")

TELL = """
import importlib.util, json, sys
told = {
    "prefix": sys.prefix,
    "executable": sys.executable,
    "sidecar": importlib.util.find_spec("sidecar") is not None,
}
print("TOLD", json.dumps(told), flush=True)
"""


def _body(url: str, context: ssl.SSLContext | None = None) -> bytes:
    with urllib.request.urlopen(url, timeout=5, context=context) as response:
        return response.read()


async def test_the_log_level_of_uvicorn_can_be_set(sidecar: LaunchSidecar, tmp_path: Path) -> None:
    client = await sidecar({"api": fastapi_app(tmp_path, args=["--log-level", "warning"])})

    await client.request("start")
    await client.request("stop")

    assert "lifespan ended" in client.log_text()
    assert "Started server process" not in client.log_text()


async def test_several_workers_serve_and_are_all_gone_after_a_stop(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    client = await sidecar({"api": tracked(fastapi_app(tmp_path, args=["--workers", "2"]))})

    status = (await client.request("start"))["status"]

    told = json.loads(await asyncio.to_thread(_body, status["url"] + "/pid"))
    assert told["pid"] != status["pid"]
    assert told["pid"] in server_processes(client)
    assert len(server_processes(client)) >= 3
    stopped = await client.request("stop")
    assert stopped["success"] is True
    assert server_processes(client) == {}


async def test_an_app_behind_tls_is_ready_and_has_an_https_url(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    certificate, key = _self_made_certificate(tmp_path)
    args = ["--ssl-certfile", str(certificate), "--ssl-keyfile", str(key)]
    client = await sidecar({"api": asgi_app(tmp_path, args=args, ready={"http": "/"})})

    status = (await client.request("start"))["status"]

    assert status["url"] == f"https://127.0.0.1:{status['port']}"
    trusting = ssl.create_default_context(cafile=str(certificate))
    assert await asyncio.to_thread(_body, status["url"], trusting) == b"hello"


async def test_an_app_with_a_root_path_and_a_factory(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    source = TELL + ASGI_APP.replace(
        "async def app(", "def make():\n    return serve\n\nasync def serve("
    )
    spec = app_file(tmp_path, "made", source, args=["--factory", "--root-path", "/api"])
    client = await sidecar({"api": spec | {"app": "made:make"}})

    status = (await client.request("start"))["status"]

    assert await asyncio.to_thread(_body, status["url"]) == b"hello"


async def test_another_interpreter_needs_uvicorn_and_not_the_sidecar(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    _make_environment(tmp_path / ".venv")
    spec = app_file(
        tmp_path, "telling", TELL + ASGI_APP, python=".venv/bin/python", env={"PYTHONPATH": ""}
    )
    client = await sidecar({"api": spec})

    status = (await client.request("start"))["status"]

    assert status["status"] == "running"
    told = _told(client.log_text())
    assert told["prefix"] == str(tmp_path / ".venv")
    assert told["executable"] == str(tmp_path / ".venv" / "bin" / "python")
    assert told["sidecar"] is False
    assert await asyncio.to_thread(_body, status["url"]) == b"hello"


async def test_without_an_interpreter_the_sidecars_own_runs_the_app(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    client = await sidecar({"api": app_file(tmp_path, "telling", TELL + ASGI_APP)})

    await client.request("start")

    assert _told(client.log_text())["executable"] == sys.executable


async def test_an_interpreter_by_its_bare_name_is_looked_for_on_the_path(
    sidecar: LaunchSidecar, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    wrapper = tmp_path / "bin" / "our-python"
    wrapper.write_text(f'#!/bin/sh\nOUR_PYTHON=yes exec {sys.executable} "$@"\n')
    wrapper.chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    client = await sidecar({"api": fastapi_app(tmp_path, python="our-python")}, env={"PATH": path})

    status = (await client.request("start"))["status"]

    body = await asyncio.to_thread(_body, status["url"] + "/env/OUR_PYTHON")
    assert json.loads(body) == {"value": "yes"}


def _told(text: str) -> dict[str, Any]:
    line = next(line for line in text.splitlines() if line.startswith("TOLD "))
    return json.loads(line.removeprefix("TOLD "))


def _make_environment(folder: Path) -> None:
    """A virtual environment that has uvicorn, by way of links, and nothing else."""
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in UVICORN_NEEDS:
        found = importlib.util.find_spec(name)
        assert found and found.origin
        origin = Path(found.origin)
        target = origin.parent if origin.name == "__init__.py" else origin
        (packages / target.name).symlink_to(target)


def _self_made_certificate(folder: Path) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("needs openssl to make a certificate")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key
