"""What Python, uvicorn and Node print when they end, and the servers that printed it."""

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

TLS_FILE_MISSING = """\
  File "/srv/venv/lib/python3.11/site-packages/uvicorn/config.py", line 131, in create_ssl_context
    ctx.load_cert_chain(certfile, keyfile, get_password)
FileNotFoundError: [Errno 2] No such file or directory
"""

# Since 3.13 Python underlines the whole call.
TLS_FILE_INVALID = """\
  File "/srv/venv/lib/python3.13/site-packages/uvicorn/config.py", line 131, in create_ssl_context
    ctx.load_cert_chain(certfile, keyfile, get_password)
    ~~~~~~~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
ssl.SSLError: [SSL] PEM lib (_ssl.c:3905)
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
