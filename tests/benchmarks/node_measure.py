"""Runs the side of a measure that is in Node and Chromium: `electron-bridge/tests/benchmarks/`."""

import json
import os
import subprocess
import sys
from typing import Any

from tests.benchmarks.peers import ROOT
from tests.benchmarks.pipe_client import environment

BRIDGE = ROOT / "electron-bridge"
# Generous: nothing that is measured takes longer unless it is broken.
LIMIT = 600.0


def measure_in_node(name: str, *args: object) -> Any:
    """The figures that `NAME.bench.ts` finds, in milliseconds."""
    done = subprocess.run(
        ["node", "tests/benchmarks/run.mjs", name, *map(str, args)],
        cwd=BRIDGE,
        env=environment() | {"SIDECAR_PYTHON": sys.executable, "PYTHONPATH": _import_path()},
        stdout=subprocess.PIPE,
        timeout=LIMIT,
        check=True,
    )
    return json.loads(done.stdout)


def _import_path() -> str:
    return os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
