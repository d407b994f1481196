"""What is generated is fresh: protocol.md and the schema of the types say what the models say."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TIME_LIMIT = 30


@pytest.mark.parametrize(
    ("script", "file"),
    [
        ("protocol_doc.py", "protocol.md"),
        ("typescript_types.py", "electron-bridge/src/shared/generated/protocol.schema.json"),
    ],
)
def test_a_generated_file_says_what_the_models_say(script: str, file: str) -> None:
    assert (ROOT / file).is_file()
    done = checked(script)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nRun: make docs"


@pytest.mark.parametrize("script", ["protocol_doc.py", "typescript_types.py"])
def test_a_stale_file_is_found_and_left_alone(script: str, tmp_path: Path) -> None:
    stale = tmp_path / "stale"
    stale.write_text("something else", "utf-8")
    done = checked(script, str(stale))
    assert done.returncode == 1
    assert "stale is not what" in done.stderr
    assert stale.read_text("utf-8") == "something else"


def checked(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The outcome of `SCRIPT --check`."""
    return subprocess.run(
        [sys.executable, f"scripts/{script}", "--check", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )
