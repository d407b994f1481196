"""The shape of the tree: where files may lie, what they are called, how long they grow."""

import ast
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_MODULE = 250
LONGEST_TEST = 400
LAUNCHER = ROOT / "sidecar/processes/launch_uvicorn.py"
GUARDIAN = ROOT / "sidecar/processes/guardian.py"
GUARDING = "sidecar.processes.guarding"
# Names that say nothing about what lies within, and so collect everything.
EMPTY_NAMES = {"common", "core", "helper", "helpers", "manager2", "misc", "util", "utils"}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def typescript_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / "electron-bridge" / folder).rglob("*.ts*")):
            if "generated" not in path.parts and "node_modules" not in path.parts:
                yield path


def named(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def calls_print(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        for node in ast.walk(tree)
    )


def imported_packages(tree: ast.AST) -> set[str]:
    """The top-level packages a module imports, late imports included; '' is a relative import."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("" if node.level else (node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        (partial(python_files, "sidecar", "scripts", "demo"), LONGEST_MODULE),
        (partial(python_files, "tests"), LONGEST_TEST),
        (partial(typescript_files, "src", "demo/src"), LONGEST_MODULE),
        (partial(typescript_files, "tests"), LONGEST_TEST),
    ],
    ids=["python", "python tests", "typescript", "typescript tests"],
)
def test_no_file_grows_past_what_one_can_keep_in_mind(
    files: Callable[[], Iterator[Path]], limit: int
) -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in files()}
    assert lengths
    too_long = {path: n for path, n in lengths.items() if n > limit}
    assert not too_long, f"over {limit} lines: does each hold one thing?"


def test_every_name_says_what_lies_within() -> None:
    nameless = [
        path
        for path in [
            *python_files("sidecar", "scripts", "demo", "tests"),
            *typescript_files("src", "demo/src", "tests"),
        ]
        if EMPTY_NAMES & {path.stem, *path.relative_to(ROOT).parts[:-1]}
    ]
    assert not named(nameless)


def test_every_module_says_what_it_owns() -> None:
    silent = [
        path
        for path in python_files("sidecar", "scripts", "demo")
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    silent += [
        path
        for path in typescript_files("src", "demo/src")
        if not path.read_text("utf-8").startswith("/**")
    ]
    assert not named(silent)


def test_no_module_prints() -> None:
    # stdout belongs to the protocol; what is meant for people goes through a console or a log.
    printing = [
        path for path in python_files("sidecar") if calls_print(ast.parse(path.read_text("utf-8")))
    ]
    assert not named(printing)


def test_the_launcher_runs_in_any_interpreter() -> None:
    # It is started by the server's own Python, where only uvicorn can be relied on.
    imported = imported_packages(ast.parse(LAUNCHER.read_text("utf-8")))
    assert imported <= {*sys.stdlib_module_names, "uvicorn"}


def test_the_guardian_is_of_the_standard_library_alone() -> None:
    # It runs isolated, and each of its keepers pays in memory for what it imports.
    for path in [GUARDIAN, *GUARDIAN.with_name("guarding").glob("*.py")]:
        tree = ast.parse(path.read_text("utf-8"))
        assert imported_packages(tree) <= {*sys.stdlib_module_names, "sidecar"}, path
        ours = {
            node.module
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sidecar")
        }
        assert all(module.startswith(GUARDING) for module in ours if module), path


def test_unit_tests_mirror_the_source() -> None:
    modules = {path.parent.name for path in python_files("sidecar")} | {"sidecar"}
    strangers = {path.parent.name for path in python_files("tests/unit")} - modules - {"unit"}
    assert not strangers, "tests/unit/FOLDER tests sidecar/FOLDER"
