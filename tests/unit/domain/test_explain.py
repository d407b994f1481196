"""What Python, uvicorn, Node and shells print when they end, and what a user is told of it."""

import pytest

from sidecar.domain.explain import explain_exit
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import ReadyCheck, ServerSpec

APP = ServerSpec(
    name="api",
    app="shop.main:app",
    command=None,
    python="/srv/venv/bin/python",
    cwd="/srv",
    ready=ReadyCheck("http"),
    port=8121,
)
COMMAND = APP._replace(app=None, command=("./serve",))

IMPORTLIB = """\
  File "<frozen importlib._bootstrap>", line 1176, in _find_and_load
  File "<frozen importlib._bootstrap_external>", line 940, in exec_module
  File "<frozen importlib._bootstrap>", line 241, in _call_with_frames_removed
"""

MISSING_MODULE = f"""\
Traceback (most recent call last):
{IMPORTLIB}  File "/srv/shop/main.py", line 1, in <module>
    import sqlalchemy
ModuleNotFoundError: No module named 'sqlalchemy'
"""

SYNTAX_ERROR = f"""\
Traceback (most recent call last):
{IMPORTLIB}  File "/srv/shop/main.py", line 7
    def f(:
          ^
SyntaxError: invalid syntax
"""

INDENTATION_ERROR = """\
  File "/srv/shop/main.py", line 2
    x=1
    ^
IndentationError: expected an indented block after function definition on line 1
"""

LIFESPAN = """\
INFO:     Started server process [26884]
INFO:     Waiting for application startup.
ERROR:    Traceback (most recent call last):
  File "/srv/venv/lib/python3.11/site-packages/starlette/routing.py", line 694, in lifespan
    async with self.lifespan_context(app) as maybe_state:
  File "/usr/lib/python3.11/contextlib.py", line 210, in __aenter__
    return await anext(self.gen)
           ^^^^^^^^^^^^^^^^^^^^^
  File "/srv/shop/main.py", line 5, in lifespan
    raise RuntimeError("no database")
RuntimeError: no database

ERROR:    Application startup failed. Exiting.
"""

CHAINED = """\
Traceback (most recent call last):
  File "/srv/shop/main.py", line 3, in <module>
    int("x")
ValueError: invalid literal for int() with base 10: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/shop/main.py", line 5, in <module>
    raise shop.errors.ConfigError("the setting PORTS is no number")
shop.errors.ConfigError: the setting PORTS is no number
"""

# Python 3.13 and 3.14 colour a traceback when FORCE_COLOR is set.
COLOURED = (
    "Traceback (most recent call last):\n"
    '  File \x1b[35m"/srv/shop/main.py"\x1b[0m, line \x1b[35m1\x1b[0m, in \x1b[35m<module>\x1b[0m\n'
    "    import sqlalchemy\n"
    "\x1b[1;35mModuleNotFoundError\x1b[0m: \x1b[35mNo module named 'sqlalchemy'\x1b[0m\n"
)

NODE_ADDRESS_IN_USE = """\
node:events:502
      throw er; // Unhandled 'error' event
      ^

Error: listen EADDRINUSE: address already in use :::8121
    at Server.setupListenHandle [as _listen2] (node:net:1908:16)
    at emitListeningNT (node:net:1951:10) {
  code: 'EADDRINUSE',
  errno: -98,
  syscall: 'listen',
  address: '::',
  port: 8121
}

Node.js v20.20.2
"""

NODE_NO_PERMISSION = """\
Error: listen EACCES: permission denied 0.0.0.0:80
    at Server.setupListenHandle [as _listen2] (node:net:1886:21)
Node.js v20.20.2
"""

UVICORN_BIND = (
    "ERROR:    [Errno {number}] error while attempting to bind on address {address}: {reason}\n"
    "INFO:     Waiting for application shutdown.\n"
    "INFO:     Application shutdown complete.\n"
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


def test_the_missing_module_of_a_command_is_not_looked_for_in_the_app() -> None:
    cause = explain_exit(COMMAND, 0, Exit(code=1), MISSING_MODULE.splitlines())
    assert cause.hint is not None
    assert "the interpreter it runs in" in cause.hint


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


def test_a_process_that_aborts_itself_is_explained_by_what_it_printed() -> None:
    aborted = Exit(signal="SIGABRT")
    assert "is not installed" in explain_exit(APP, 0, aborted, MISSING_MODULE.splitlines()).why
    assert "aborted itself" in explain_exit(APP, 0, aborted, ["terminate called"]).why


HANDLED_BEFORE = """\
ModuleNotFoundError: No module named 'ujson'
using the standard library instead
[Errno 98] Address already in use, retrying
Traceback (most recent call last):
  File "/srv/serve.py", line 9, in <module>
    settings["port"]
KeyError: 'port'
"""

GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "/srv/serve.py", line 4, in <module>
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/serve.py", line 2, in work
    | ValueError: the table is empty
    +------------------------------------
"""


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
