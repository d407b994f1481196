"""What the start may import: each of these packages costs a client tens of milliseconds."""

import json
import subprocess
import sys

import pytest

SLOW = [
    "jsonschema",
    "prompt_toolkit",
    "psutil",
    "pydantic",
    "rich",
    "starlette",
    "uvicorn",
    "watchfiles",
    "websockets",
]
# Runs in an interpreter of its own, since this one has imported everything already.
PROBE = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]))
"""
TIME_LIMIT = 30


@pytest.mark.parametrize("module", ["sidecar.cli", "sidecar.client", "sidecar.bootstrap"])
def test_the_start_imports_only_what_it_needs(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, module, *SLOW],
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        check=True,
    )
    assert json.loads(done.stdout) == []


def test_the_version_is_told_without_slow_imports() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sidecar", "--version"],
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "sidecar.streams" in imported
    assert not imported & {*SLOW, "asyncio"}
