"""What is generated is fresh: the tables of protocol.md say what the models say."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIME_LIMIT = 30


def test_protocol_md_says_what_the_models_say() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/protocol_doc.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nRun: make docs"
