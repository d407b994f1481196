"""Decides what a skipped test means: elsewhere a remark, in CI a failure unless it is listed.

Owns the reading of `allowed_skips.toml` (the ini option `allowed_skips` names it). A listed test
that no longer exists fails the whole run, so that the list cannot outlive its reasons.
"""

import fnmatch
import os
import tomllib
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

FIELDS = {"test", "reason"}


@dataclass(frozen=True)
class AllowedSkip:
    test: str
    reason: str

    def covers(self, nodeid: str, reason: str) -> bool:
        return self.matches(nodeid) and self.reason in reason

    def matches(self, nodeid: str) -> bool:
        # "[" is common in node ids (parameters) and must not start a character class.
        return fnmatch.fnmatchcase(nodeid, self.test.replace("[", "[[]"))


def read_allowed_skips(path: Path) -> list[AllowedSkip]:
    """The entries of the list; one without a test or a reason is a usage error."""
    allowed: list[AllowedSkip] = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("skip", []):
        if set(entry) != FIELDS or not all(isinstance(v, str) and v for v in entry.values()):
            raise pytest.UsageError(f"{path}: every [[skip]] needs 'test' and 'reason': {entry}")
        allowed.append(AllowedSkip(**entry))
    return allowed


class SkipPolicy:
    """The hooks; one instance per run."""

    def __init__(self, allowed: list[AllowedSkip], *, strict: bool) -> None:
        self.allowed = allowed
        self.strict = strict
        self.skipped_modules: list[str] = []

    def judge(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        """Turn a skip into a failure where it must not pass unseen."""
        if not (self.strict and report.skipped):
            return
        reason = _reason(report)
        if not any(entry.covers(report.nodeid, reason) for entry in self.allowed):
            report.outcome = "failed"
            report.longrepr = (
                f"{report.nodeid} was skipped ({reason}), and CI skips nothing unseen. "
                "Make it run, or list it with its reason in tests/allowed_skips.toml."
            )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        self.judge(report)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self,
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if report.skipped:
            self.skipped_modules.append(report.nodeid)
            self.judge(report)
        return report

    @pytest.hookimpl(tryfirst=True)  # before -k and -m take tests away
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        if not _everything_was_collected(config):
            return
        nodeids = [*(item.nodeid for item in items), *self.skipped_modules]
        stale = [entry.test for entry in self.allowed if not _any_match(entry, nodeids)]
        if stale:
            raise pytest.UsageError(
                f"{config.getini('allowed_skips')} lists tests that do not exist: "
                f"{', '.join(stale)}. Remove the entries."
            )


def _any_match(entry: AllowedSkip, nodeids: Iterable[str]) -> bool:
    return any(entry.matches(nodeid) for nodeid in nodeids)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(getattr(report, "wasxfail", "") or report.longrepr)


def _everything_was_collected(config: pytest.Config) -> bool:
    """Whether this run looked at every test: only then does a missing one mean a stale entry."""
    if config.getoption("ignore") or config.getoption("ignore_glob") or config.getoption("lf", 0):
        return False
    roots = {(config.rootpath / path).resolve() for path in config.getini("testpaths")}
    args = {(config.invocation_params.dir / arg).resolve() for arg in config.args}
    return roots <= args


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("allowed_skips", "the TOML list of tests that CI may skip", type="string")


def pytest_configure(config: pytest.Config) -> None:
    listed = config.getini("allowed_skips")
    allowed = read_allowed_skips(config.rootpath / listed) if listed else []
    strict = os.environ.get("CI", "").lower() == "true"
    config.pluginmanager.register(SkipPolicy(allowed, strict=strict), "skip-policy")
