"""The rule for skipped tests, tried on small test runs of its own."""

import pytest

SKIPS_ONE = """
import pytest

@pytest.mark.parametrize("n", [1])
def test_skipped(n):
    pytest.skip("needs another moon")

def test_passes():
    pass
"""

INI = """
[pytest]
testpaths = .
allowed_skips = allowed.toml
asyncio_default_fixture_loop_scope = function
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("CI", raising=False)
    pytester.makeconftest('pytest_plugins = ["tests.skip_policy"]')
    pytester.makeini(INI)
    allow(pytester, "")
    return pytester


def allow(project: pytest.Pytester, toml: str) -> None:
    project.path.joinpath("allowed.toml").write_text(toml, encoding="utf-8")


def test_a_skip_is_only_reported_outside_ci(project: pytest.Pytester) -> None:
    project.makepyfile(SKIPS_ONE)
    project.runpytest_inprocess().assert_outcomes(passed=1, skipped=1)


def test_a_skip_fails_in_ci(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    project.makepyfile(SKIPS_ONE)
    result = project.runpytest_inprocess()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*was skipped (needs another moon)*allowed_skips.toml*"])


def test_a_module_skipped_as_a_whole_fails_in_ci(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    project.makepyfile("import pytest\npytest.importorskip('no_such_module')")
    project.runpytest_inprocess().assert_outcomes(errors=1)


def test_a_listed_skip_passes_in_ci(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    path = project.makepyfile(SKIPS_ONE)
    allow(project, f'[[skip]]\ntest = "{path.name}::test_skipped[*]"\nreason = "another moon"')
    project.runpytest_inprocess().assert_outcomes(passed=1, skipped=1)


def test_a_listed_skip_with_another_reason_fails_in_ci(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    path = project.makepyfile(SKIPS_ONE)
    allow(project, f'[[skip]]\ntest = "{path.name}::test_skipped[*]"\nreason = "needs a sun"')
    project.runpytest_inprocess().assert_outcomes(passed=1, failed=1)


def test_an_entry_that_matches_no_test_fails_a_whole_run(project: pytest.Pytester) -> None:
    project.makepyfile(SKIPS_ONE)
    allow(project, '[[skip]]\ntest = "gone.py::test_*"\nreason = "gone"')
    result = project.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*allowed.toml lists tests that do not exist: gone.py::test_[*]*"])


def test_an_entry_of_another_file_does_not_fail_a_run_of_one_file(
    project: pytest.Pytester,
) -> None:
    path = project.makepyfile(SKIPS_ONE)
    allow(project, '[[skip]]\ntest = "other.py::test_x"\nreason = "elsewhere"')
    project.runpytest_inprocess(path).assert_outcomes(passed=1, skipped=1)


def test_an_entry_without_a_reason_is_refused(project: pytest.Pytester) -> None:
    project.makepyfile(SKIPS_ONE)
    allow(project, '[[skip]]\ntest = "x"')
    result = project.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*every * needs 'test' and 'reason'*"])
