"""What the documents show is so: links lead somewhere, code is the demo's own, TOML is taken.

That the TypeScript in them compiles is tested in `electron-bridge/tests/documents`.
"""

import re
import tomllib
from pathlib import Path
from textwrap import dedent

import pytest

from sidecar.config.loader import load_configuration

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / name
    for name in (
        "README.md",
        "CHANGELOG.md",
        "protocol.md",
        "electron-bridge/README.md",
        "electron-bridge/demo/README.md",
    )
]
BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
QUOTED = re.compile(
    r"^<!-- (?P<source>\S+) -->\n```\w+\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)
each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)


def prose(document: Path) -> str:
    """A document without its code."""
    return BLOCK.sub("", document.read_text("utf-8"))


def anchors(document: Path) -> set[str]:
    """What `#…` may name in a document, as it is made of headings."""
    headings = [match["text"].lower() for match in HEADING.finditer(prose(document))]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


@each_document
def test_every_link_leads_somewhere(document: Path) -> None:
    for match in LINK.finditer(prose(document)):
        path, _, anchor = match["target"].partition("#")
        if "://" in path:
            continue
        target = document.parent / path if path else document
        assert target.exists(), match["target"]
        if anchor:
            page = target / "README.md" if target.is_dir() else target
            assert anchor in anchors(page), match["target"]


@each_document
def test_quoted_code_stands_in_the_file_that_it_is_quoted_from(document: Path) -> None:
    for match in QUOTED.finditer(document.read_text("utf-8")):
        source = (document.parent / match["source"]).read_text("utf-8")
        assert match["code"] in source, f"{match['source']}:\n{match['code']}"


def test_the_guide_quotes_the_demo() -> None:
    guide = (ROOT / "electron-bridge/demo/README.md").read_text("utf-8")
    sources = {match["source"] for match in QUOTED.finditer(guide)}
    assert {"src/main.ts", "src/python.ts", "src/renderer/main.tsx"} <= sources


@each_document
def test_every_configuration_is_taken(document: Path, tmp_path: Path) -> None:
    for match in BLOCK.finditer(document.read_text("utf-8")):
        if match["language"] != "toml":
            continue
        file = tmp_path / "sidecar.toml"
        file.write_text(dedent(match["code"]), "utf-8")
        written = tomllib.loads(match["code"])
        assert set(load_configuration(file).catalogue.specs) == set(written["servers"])
