"""What Python, uvicorn, Node and shells print last, and what a user is told of it."""

import pytest

from sidecar.domain.explain import explain_exit
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import ServerSpec
from tests.unit.domain.printed import (
    APP,
    CHAINED,
    COLOURED,
    COMMAND,
    GROUP,
    HANDLED_BEFORE,
    INDENTATION_ERROR,
    LIFESPAN,
    MISSING_MODULE,
    NODE_ADDRESS_IN_USE,
    NODE_NO_PERMISSION,
    SYNTAX_ERROR,
    TLS_FILE_INVALID,
    TLS_FILE_MISSING,
    UVICORN_BIND,
)


@pytest.mark.parametrize(
    ("output", "why", "hint"),
    [
        pytest.param(
            MISSING_MODULE,
            "module 'sqlalchemy' is not installed",
            "Install the package that has it for /srv/venv/bin/python",
            id="missing dependency",
        ),
        pytest.param(
            COLOURED,
            "module 'sqlalchemy' is not installed",
            "/srv/venv/bin/python",
            id="missing dependency, coloured",
        ),
        pytest.param(
            "ModuleNotFoundError: No module named 'shop.orders'",
            "module 'shop.orders' was not found",
            "Look at `app` (shop.main:app) and at `cwd`",
            id="a module of the app itself",
        ),
        pytest.param(
            'ERROR:    Error loading ASGI app. Could not import module "shop.main".',
            "the app's module 'shop.main' was not found",
            "Look at `app` (shop.main:app) and at `cwd`",
            id="the app's module",
        ),
        pytest.param(
            'ERROR:    Error loading ASGI app. Attribute "app" not found in module "shop.main".',
            "module 'shop.main' has no attribute 'app'",
            "`app` is written module:attribute",
            id="the app's attribute",
        ),
        pytest.param(
            "/srv/venv/bin/python: No module named uvicorn",
            "module 'uvicorn' is not installed",
            "/srv/venv/bin/python",
            id="python -m",
        ),
        pytest.param(
            SYNTAX_ERROR,
            "SyntaxError in /srv/shop/main.py, line 7: invalid syntax",
            "Correct the source",
            id="syntax error",
        ),
        pytest.param(
            INDENTATION_ERROR,
            "IndentationError in /srv/shop/main.py, line 2: expected an indented block after "
            "function definition on line 1",
            "Correct the source",
            id="indentation error",
        ),
        pytest.param(
            "ImportError: cannot import name 'chainmap' from 'collections' (/usr/lib/python3.12/"
            "collections/__init__.py). Did you mean: 'ChainMap'?",
            "an import failed: cannot import name 'chainmap' from 'collections'",
            "Correct the import",
            id="import error",
        ),
        pytest.param(
            LIFESPAN, "its startup failed: RuntimeError: no database", "show where", id="lifespan"
        ),
        pytest.param(
            CHAINED,
            "shop.errors.ConfigError: the setting PORTS is no number",
            "show where",
            id="chained exceptions",
        ),
        pytest.param(
            'ERROR:    Error loading ASGI app. Import string "shop" must be in format '
            '"<module>:<attribute>".',
            'the app could not be loaded: Import string "shop" must be in format',
            "`app` (shop.main:app)",
            id="app without attribute",
        ),
        pytest.param(
            'uvicorn.importer.ImportFromStringError: Import string "nosuch" must be in format '
            '"<module>:<attribute>".',
            'uvicorn does not take this: Import string "nosuch"',
            "Correct `args`",
            id="unknown implementation",
        ),
        pytest.param(
            TLS_FILE_MISSING,
            "its TLS files cannot be used: FileNotFoundError: [Errno 2] No such file",
            "certificate and key exist",
            id="TLS file missing",
        ),
        pytest.param(
            TLS_FILE_INVALID,
            "its TLS files cannot be used: ssl.SSLError: [SSL] PEM lib (_ssl.c:3905)",
            "belong together",
            id="TLS file invalid",
        ),
        pytest.param("MemoryError\n", "it ran out of memory", "more memory", id="MemoryError"),
        pytest.param(
            "Usage: uvicorn [OPTIONS] APP\n\nError: No such option '--prt'. Did you mean '--port'?",
            "uvicorn does not take this: No such option '--prt'. Did you mean '--port'?",
            "Correct `args`",
            id="unknown option",
        ),
        pytest.param(
            UVICORN_BIND.format(
                number=98, address="('127.0.0.1', 8121)", reason="address already in use"
            ),
            "the address 127.0.0.1:8121 is already in use",
            'port_conflict = "next"',
            id="uvicorn, address in use",
        ),
        pytest.param(
            NODE_ADDRESS_IN_USE,
            "the address 127.0.0.1:8121 is already in use",
            "choose another `port`",
            id="node, address in use",
        ),
        pytest.param(
            "OSError: [WinError 10048] only one usage of each socket address is permitted",
            "the address 127.0.0.1:8121 is already in use",
            "choose another `port`",
            id="Windows, address in use",
        ),
        pytest.param(
            UVICORN_BIND.format(
                number=99, address="('1.2.3.4', 8121)", reason="cannot assign requested address"
            ),
            "127.0.0.1 is not an address of this machine",
            "Set `host`",
            id="uvicorn, foreign address",
        ),
        pytest.param(
            "Error: listen EADDRNOTAVAIL: address not available 1.2.3.4:8121",
            "is not an address of this machine",
            "Set `host`",
            id="node, foreign address",
        ),
        pytest.param(
            "socket.gaierror: [Errno -2] Name or service not known",
            "the host name '127.0.0.1' is not known",
            "Correct `host`",
            id="unknown host",
        ),
        pytest.param(
            "the disk is full\n", "exited with code 1: the disk is full", "last lines", id="other"
        ),
        pytest.param("\n\n", "exited with code 1", "last lines", id="silence"),
    ],
)
def test_what_a_server_printed_last_is_explained(output: str, why: str, hint: str) -> None:
    cause = explain_exit(APP, 8121, Exit(code=1), output.splitlines())
    assert why in cause.why
    assert cause.hint is not None
    assert hint in cause.hint
    assert "\x1b" not in cause.why


@pytest.mark.parametrize(
    "output",
    [
        UVICORN_BIND.format(number=13, address="('127.0.0.1', 80)", reason="permission denied"),
        NODE_NO_PERMISSION,
        "OSError: [WinError 10013] an attempt was made to access a socket in a way forbidden",
    ],
    ids=["uvicorn", "node", "Windows"],
)
def test_a_privileged_port_is_told_as_such(output: str) -> None:
    cause = explain_exit(APP, 80, Exit(code=1), output.splitlines())
    assert "ports below 1024 are privileged" in cause.why
    assert cause.hint == "Choose a `port` from 1024 up."


def test_a_port_refused_for_another_reason_is_not_called_privileged() -> None:
    output = UVICORN_BIND.format(number=13, address="(...)", reason="permission denied")
    cause = explain_exit(APP, 8121, Exit(code=1), output.splitlines())
    assert cause.why == "no permission to listen on 127.0.0.1:8121"


def test_an_error_in_a_file_that_cannot_be_written_is_no_port_matter() -> None:
    output = ["PermissionError: [Errno 13] Permission denied: '/srv/data.db'"]
    cause = explain_exit(APP, 80, Exit(code=1), output)
    assert cause.why == output[0]


def test_the_missing_module_of_a_command_is_not_looked_for_in_the_app() -> None:
    cause = explain_exit(COMMAND, 0, Exit(code=1), MISSING_MODULE.splitlines())
    assert cause.hint is not None
    assert "the interpreter it runs in" in cause.hint


@pytest.mark.parametrize(
    ("spec", "printed", "why"),
    [
        (COMMAND, HANDLED_BEFORE, "KeyError: 'port'"),
        (COMMAND, GROUP, "ValueError: the table is empty"),
        (COMMAND, "Error: Cannot find module '/srv/x.js'\n\nNode.js v20.20.2\n", "Cannot find"),
        (COMMAND, "Error: No such option: --prt\n", "No such option: --prt"),
        (COMMAND, 'Could not import module "nosuch"\n', "exited with code 1"),
        (APP._replace(host="::1"), "[Errno 98] Address already in use\n", "[::1]:8121"),
    ],
    ids=["what was handled", "a group", "Node", "another option", "another import", "IPv6"],
)
def test_what_was_printed_last_is_the_cause(spec: ServerSpec, printed: str, why: str) -> None:
    cause = explain_exit(spec, 8121, Exit(code=1), printed.splitlines())
    assert why in cause.why
    assert "uvicorn does not take" not in cause.why
    assert "None" not in (cause.hint or "")
