"""How a server ended, and what a user is told of it."""

import pytest

from sidecar.domain.explain import explain_exit
from sidecar.domain.outcome import Exit
from tests.unit.domain.printed import (
    APP,
    CHAINED,
    COMMAND,
    LIFESPAN,
    MISSING_MODULE,
    SYNTAX_ERROR,
    TLS_FILE_INVALID,
    TLS_FILE_MISSING,
)


@pytest.mark.parametrize(
    ("code", "output", "why"),
    [
        (127, "sh: 1: nosuchcmd: not found", "exited with code 127: a command was not found"),
        (126, "sh: 1: ./x: Permission denied", "exited with code 126: found, but could not be"),
        (0, "all done", "exited with code 0"),
    ],
)
def test_an_exit_code_that_says_something_is_told(code: int, output: str, why: str) -> None:
    assert explain_exit(COMMAND, 0, Exit(code=code), [output]).why.startswith(why)


def test_a_clean_exit_is_not_blamed_on_an_error_that_was_printed_and_survived() -> None:
    cause = explain_exit(APP, 8121, Exit(code=0), MISSING_MODULE.splitlines())
    assert cause.why == "exited with code 0"


@pytest.mark.parametrize(
    ("signal", "why"),
    [
        ("SIGKILL", "killed by SIGKILL"),
        ("SIGSEGV", "it crashed in native code"),
        ("SIGBUS", "killed by SIGBUS"),
        ("SIGILL", "an instruction this processor does not have"),
        ("SIGTERM", "ended by SIGTERM, which the sidecar did not send"),
        ("SIGINT", "ended by SIGINT, which the sidecar did not send"),
        ("SIGUSR1", "killed by SIGUSR1"),
    ],
)
def test_a_signal_is_named_whatever_was_printed_before(signal: str, why: str) -> None:
    cause = explain_exit(APP, 8121, Exit(signal=signal), MISSING_MODULE.splitlines())
    assert why in cause.why
    assert cause.hint


def test_the_kernel_that_kills_for_want_of_memory_is_told() -> None:
    cause = explain_exit(APP, 8121, Exit(signal="SIGKILL", out_of_memory=True), [])
    assert cause.why.startswith("killed by SIGKILL")
    assert "the system ran out of memory" in cause.why


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (812_345_678, "; it had used up to 812 MB"),
        (12_345_678_901, "; it had used up to 12.3 GB"),
        (None, "ran out of memory"),
        (0, "ran out of memory"),
    ],
)
def test_a_server_that_was_too_large_is_told_its_size_if_it_is_known(
    size: int | None, told: str
) -> None:
    ended = Exit(signal="SIGKILL", out_of_memory=True, max_rss_bytes=size)
    assert explain_exit(APP, 8121, ended, []).why.endswith(told)


def test_a_server_that_was_ended_for_want_of_its_guardian_is_not_blamed() -> None:
    ended = Exit(signal="SIGTERM", guardian_lost=True)
    cause = explain_exit(APP, 8121, ended, MISSING_MODULE.splitlines())
    assert cause.why == "its guardian process was killed, and the server was ended with it"
    assert cause.hint
    assert not cause.permanent
    assert not Exit(code=0, guardian_lost=True).clean


def test_a_process_that_aborts_itself_is_explained_by_what_it_printed() -> None:
    aborted = Exit(signal="SIGABRT")
    assert "is not installed" in explain_exit(APP, 0, aborted, MISSING_MODULE.splitlines()).why
    assert "aborted itself" in explain_exit(APP, 0, aborted, ["terminate called"]).why


@pytest.mark.parametrize(
    ("ended", "printed", "permanent"),
    [
        (Exit(code=1), MISSING_MODULE, True),
        (Exit(code=1), "/srv/venv/bin/python: No module named uvicorn", True),
        (Exit(code=1), SYNTAX_ERROR, True),
        (Exit(code=1), "ImportError: cannot import name 'x' from 'y'", True),
        (Exit(code=3), 'Error loading ASGI app. Could not import module "shop.main".', True),
        (Exit(code=3), 'Error loading ASGI app. Attribute "x" not found in module "y".', True),
        (Exit(code=3), "ERROR:    Error loading ASGI app factory: app() takes 0 arguments", True),
        (Exit(code=2), "Error: No such option '--prt'.", True),
        (Exit(code=2), "Error: Invalid value for '--log-config': Path 'x' does not exist.", True),
        (Exit(code=2), "Error: Option '--loop' requires an argument.", True),
        (Exit(code=1), TLS_FILE_MISSING, True),
        (Exit(code=1), TLS_FILE_INVALID, True),
        (Exit(code=3), LIFESPAN, True),
        (Exit(code=3), "ValueError: something in the app", True),
        (Exit(code=3), "", True),
        (Exit(code=126), "sh: 1: ./x: Permission denied", True),
        (Exit(code=127), "sh: 1: nosuchcmd: not found", True),
        (Exit(code=3), "ERROR: [Errno 98] Address already in use", False),
        (Exit(code=3), "ERROR: [Errno -2] Name or service not known", False),
        (Exit(code=3), "ERROR: [Errno 99] cannot assign requested address", False),
        (Exit(code=1), "MemoryError", False),
        (Exit(code=1), CHAINED, False),
        (Exit(code=1), "the database is away", False),
        (Exit(code=0), SYNTAX_ERROR, False),
        (Exit(signal="SIGKILL"), SYNTAX_ERROR, False),
        (Exit(signal="SIGKILL", out_of_memory=True), "", False),
        (Exit(signal="SIGABRT"), "terminate called", False),
    ],
)
def test_what_nobody_mends_by_trying_again_is_called_permanent(
    ended: Exit, printed: str, permanent: bool
) -> None:
    assert explain_exit(APP, 8121, ended, printed.splitlines()).permanent is permanent


def test_exit_3_of_a_program_that_is_not_uvicorn_may_mean_anything() -> None:
    assert not explain_exit(COMMAND, 0, Exit(code=3), ["no more coffee"]).permanent
