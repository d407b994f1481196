"""The script that writes protocol.md: what it writes is whole, and it notices what is stale."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sidecar.protocol import codes
from sidecar.protocol.interface import METHODS

ROOT = Path(__file__).parents[3]
TIME_LIMIT = 30


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the script."""
    return subprocess.run(
        [sys.executable, "scripts/protocol_doc.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh document."""
    path = tmp_path_factory.mktemp("doc") / "protocol.md"
    done = run(str(path))
    assert done.returncode == 0, done.stderr
    return path


def anchors(text: str) -> set[str]:
    """The anchors that a Markdown viewer gives to the headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def test_it_tells_of_every_method_topic_and_code(written: Path) -> None:
    text = written.read_text("utf-8")
    for method in METHODS:
        assert f"### {method.name}\n" in text
    for topic in codes.TOPICS:
        assert f"| `{topic}` |" in text
    for code in codes.ERRORS:
        assert f"| `{code}` |" in text


def test_nothing_is_left_to_be_filled_in(written: Path) -> None:
    assert "{{" not in written.read_text("utf-8")


def test_every_link_leads_somewhere(written: Path) -> None:
    text = written.read_text("utf-8")
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert links
    assert links <= anchors(text)


def test_a_fresh_document_passes_the_check(written: Path) -> None:
    done = run("--check", str(written))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("stale", ["# Something else\n", None])
def test_a_stale_or_missing_document_fails_it_with_the_cure(
    tmp_path: Path, stale: str | None
) -> None:
    path = tmp_path / "protocol.md"
    if stale is not None:
        path.write_text(stale, "utf-8")
    done = run("--check", str(path))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "make docs" in done.stderr
    assert path.exists() == (stale is not None)
