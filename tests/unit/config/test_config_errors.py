"""Every mistake in a file is answered with its file, its key, what is wrong and the cure."""

from pathlib import Path

import pytest

from sidecar.config.loader import load
from tests.unit.config.files import (
    NEEDS_PORT,
    NO_NUL,
    NUMBER_IN_QUOTES,
    WRONG_PATH,
    WRONG_TIME,
    lines_for,
    write,
)

NOT_A_NAME = 'a server\'s name is 1 to 100 letters, digits, "-", "_" and "."'
WRONG_PORT = "should be a whole number from 0 to 65535"
NOT_A_STRING = "should be a string"
PARTED_LINES = (
    "does not write line ends as ASCII does, so lines cannot be told apart; "
    'let the server write "utf-8"'
)


@pytest.mark.parametrize(
    ("written", "key", "message"),
    [
        ("prot = 80", "prot", 'unknown key; did you mean "port"?'),
        ('portConflict = "next"', "portConflict", 'unknown key; did you mean "port_conflict"?'),
        ("stop.timout = 1", "stop.timout", 'unknown key; did you mean "timeout"?'),
        ("stop.x = 1", "stop.x", "unknown key; known here: timeout"),
        ('"pört\\n" = 1', "pört\\n", 'unknown key; did you mean "port"?'),
        ("port = 99999", "port", WRONG_PORT),
        ("port = -1", "port", WRONG_PORT),
        ("port = 80.0", "port", WRONG_PORT),
        ("port = true", "port", WRONG_PORT),
        ('port = "8121"', "port", f"{WRONG_PORT}, without quotes"),
        ("port = [80]", "port", WRONG_PORT),
        ("port_conflict = 'no'", "port_conflict", 'should be "fail" or "next"'),
        ("autostart = 1", "autostart", "should be true or false"),
        ("autostart = 'yes'", "autostart", "should be true or false, without quotes"),
        ("host = ''", "host", 'should be an address or a host name, such as "127.0.0.1"'),
        (
            "host = 'http://localhost'",
            "host",
            'should be an address or a host name, such as "127.0.0.1"',
        ),
        ("host = '[::1]'", "host", 'should be written without brackets, as in "::1"'),
        ("host = 'localhost:80'", "host", "is no IPv6 address; a port is set with `port`"),
        ("cwd = ''", "cwd", "should be the path of a folder, in quotes"),
        ('cwd = "a\\u0000b"', "cwd", NO_NUL),
        (
            "python = 3",
            "python",
            "should be the path or the name of a Python interpreter, in quotes",
        ),
        ("env = []", "env", "should be a table of names and strings"),
        ("env.PORT = 1234", "env.PORT", NUMBER_IN_QUOTES),
        ("env.RATIO = 0.5", "env.RATIO", NUMBER_IN_QUOTES),
        ("env.X = true", "env.X", 'should be a string: put it in quotes, as in "true"'),
        ("env.X = ['s3cret']", "env.X", NOT_A_STRING),
        ('env.X = "s3cret\\u0000"', "env.X", NO_NUL),
        ("env.'A=B' = 's3cret'", "env.A=B", 'should be a name without "=" and NUL'),
        ("env.'' = 's3cret'", "env", "holds a variable without a name; give it one"),
        ("encoding = 'utf8x'", "encoding", 'is not known to Python; "utf-8" is the usual one'),
        ("encoding = 'utf-16'", "encoding", PARTED_LINES),
        ("encoding = 'utf-32-le'", "encoding", PARTED_LINES),
        ("encoding = 'cp037'", "encoding", PARTED_LINES),
        ("encoding = 'hex'", "encoding", PARTED_LINES),
        (
            "args = '--workers 2'",
            "args",
            'should be a list of strings, such as ["--log-level", "warning"]',
        ),
        ("args = ['a', 2]", "args.1", NUMBER_IN_QUOTES),
        ("args = ['--port', '1']", "args.0", "--port is up to the sidecar; set `port` instead"),
        ("args = ['--host=::']", "args.0", "--host is up to the sidecar; set `host` instead"),
        ("args = ['--fd=3']", "args.0", "--fd is up to the sidecar; set `host` and `port` instead"),
        (
            "args = ['--uds', 'x']",
            "args.0",
            "--uds is up to the sidecar; set `host` and `port` instead",
        ),
        (
            "args = ['--reload-dir=src']",
            "args.0",
            "--reload-dir is up to the sidecar; set `watch` instead",
        ),
        (
            "args = ['--reload']",
            "args.0",
            "--reload is up to the sidecar; set `reload` to true instead",
        ),
        (
            "args = ['--reload-delay=1']",
            "args.0",
            "--reload-delay is up to the sidecar; set `reload` to true instead",
        ),
        ("ready = 'http'", "ready", "should be a table"),
        (
            "ready.http = 'health'",
            "ready.http",
            WRONG_PATH,
        ),
        (
            'ready.http = "/a\\r\\nX: y"',
            "ready.http",
            WRONG_PATH,
        ),
        ("ready.tcp = false", "ready.tcp", "should be true; leave the key out otherwise"),
        ("ready.none = 1", "ready.none", "should be true; leave the key out otherwise"),
        ("ready.log = ''", "ready.log", "should be a regular expression, in quotes and not empty"),
        (
            "ready.log = '('",
            "ready.log",
            "is not a valid regular expression: missing ), unterminated subpattern at position 0",
        ),
        ("ready = {http = '/', tcp = true}", "ready.tcp", "excludes `http`; keep one of them"),
        (
            "ready = {http = '/', log = 'x', none = true}",
            "ready.none",
            "excludes `http`, `log`; keep one of them",
        ),
        ("ready.timeout = 0", "ready.timeout", WRONG_TIME),
        ("ready.timeout = -1.5", "ready.timeout", WRONG_TIME),
        ("ready.timeout = inf", "ready.timeout", WRONG_TIME),
        ("ready.timeout = nan", "ready.timeout", WRONG_TIME),
        ("ready.timeout = true", "ready.timeout", WRONG_TIME),
        ("ready.timeout = '30'", "ready.timeout", f"{WRONG_TIME}, without quotes"),
        ("stop.timeout = 1e10", "stop.timeout", WRONG_TIME),
        ("logs.lines = 0", "logs.lines", "should be a whole number from 1 to 10000000"),
        (
            "logs.max_bytes = 0",
            "logs.max_bytes",
            "should be a whole number from 1 to 1000000000000",
        ),
        ("logs.backups = -1", "logs.backups", "should be a whole number from 0 to 1000"),
        ("logs.file = ''", "logs.file", "should be the path of a file, in quotes and not empty"),
        ("command = ['x']", "command", "excludes `app`; keep one of them"),
    ],
)
def test_a_mistake_in_a_server_is_told_in_one_line(
    tmp_path: Path, written: str, key: str, message: str
) -> None:
    path = write(tmp_path, f"[servers.api]\napp = 'main:app'\n{written}\n")
    assert lines_for(path) == [f"{path}: servers.api.{key}: {message}"]


@pytest.mark.parametrize(
    ("written", "key", "message"),
    [
        ("", "", "has nothing to run; give it `app` or `command`"),
        ("app = 'main'", ".app", 'should be module:attribute, such as "myserver.main:app"'),
        (
            "app = 'my/main.py:app'",
            ".app",
            'should name a module as Python imports it, such as "myserver.main:app"',
        ),
        (
            "app = 'main.py:app'",
            ".app",
            'should name a module as Python imports it, such as "myserver.main:app"',
        ),
        (
            "command = './server --port 1'",
            ".command",
            'should be a list of strings, such as ["./server", "--port", "{port}"]',
        ),
        (
            "command = []",
            ".command",
            'should be a list of strings, such as ["./server", "--port", "{port}"]',
        ),
        ("command = ['']", ".command.0", "should be a program, not empty"),
        ("command = ['./server', 8121]", ".command.1", NUMBER_IN_QUOTES),
        ('command = ["a", "b\\u0000"]', ".command.1", NO_NUL),
        (
            "command = ['x']\npython = 'python3'",
            ".python",
            "is only used with `app`; leave it out, or let `command` begin with the interpreter",
        ),
        (
            "command = ['x']\nargs = ['--root-path', '/api']",
            ".args",
            "is only used with `app`; add the arguments to `command`",
        ),
        ("command = ['x']\nready.tcp = true", ".ready.tcp", NEEDS_PORT),
        ("command = ['x']\nready.http = '/'", ".ready.http", NEEDS_PORT),
    ],
)
def test_a_mistake_in_what_runs_is_told_in_one_line(
    tmp_path: Path, written: str, key: str, message: str
) -> None:
    path = write(tmp_path, f"[servers.api]\n{written}\n")
    assert lines_for(path) == [f"{path}: servers.api{key}: {message}"]


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a\\nb", "x" * 101, "ünï:x"])
def test_a_server_cannot_have_a_name_that_is_hard_to_write(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, f'[servers."{name}"]\napp = "main:app"\n')
    (line,) = lines_for(path)
    assert line.endswith(NOT_A_NAME)


@pytest.mark.parametrize("name", ["default", "A-1_b.c", "서버", "सर्वर", "x" * 100])
def test_a_server_may_be_named_in_any_script(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, f'[servers."{name}"]\napp = "main:app"\n')
    assert list(load(path).specs) == [name]


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("[server.api]\n", 'server: unknown key; did you mean "servers"?'),
        ("[registry]\n", "registry: [registry] is not supported by this version; leave it out"),
        (
            "[supervisor]\n",
            "supervisor: [supervisor] is not supported by this version; leave it out",
        ),
        (
            "[web.users.kim]\n",
            "web.users: [web.users] is not supported by this version; leave it out",
        ),
        ("servers = 1\n", "servers: should be a table; a server stands below [servers.NAME]"),
        (
            "[[servers]]\napp = 'a:b'\n",
            "servers: should be a table; a server stands below [servers.NAME]",
        ),
        (
            "[servers]\napp = 'a:b'\n",
            "servers.app: should be a table; settings stand below a header [servers.NAME]",
        ),
        ("a = 1\nb =\n", "line 2, column 4: is not valid TOML: Invalid value"),
        ("a = " + "9" * 5000, "holds a number of thousands of digits; shorten it"),
        ("a = " + "[" * 20_000, "is nested too deeply; flatten it"),
    ],
)
def test_a_mistake_outside_of_servers_is_told_in_one_line(
    tmp_path: Path, written: str, line: str
) -> None:
    path = write(tmp_path, written)
    assert lines_for(path) == [f"{path}: {line}"]


def test_a_file_that_ends_too_early_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "[servers.api]\ncommand = [")
    (line,) = lines_for(path)
    assert line.startswith(f"{path}: ")
    assert "is not valid TOML: " in line


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        [supervisor]
        [servers.one]
        app = "main.py:app"
        port = "80"
        handoff = "sockets"
        [servers.two]
        comand = ["x"]
        [servers.three]
        command = ["x"]
        port = 8121
        [servers.four]
        app = "main:app"
        port = 8121
        [servers.five]
        command = ["x"]
        ready.tcp = true
        health.http = "/"
        """,
    )
    assert [line.removeprefix(f"{path}: ").split(":")[0] for line in lines_for(path)] == [
        "supervisor",
        "servers.one.port",
        "servers.one.handoff",
        "servers.one.app",
        "servers.two.comand",
        "servers.five.ready.tcp",
        "servers.five.health.http",
        "servers.four.port",
    ]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert lines_for(path) == [f"{path}: no such file; check the path given to --config"]


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    assert lines_for(tmp_path) == [f"{tmp_path}: is a folder; name the TOML file in it"]


def test_a_path_through_a_file_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "") / "sidecar.toml"
    assert lines_for(path) == [f"{path}: cannot be read: Not a directory"]


def test_a_path_that_no_system_knows_is_told() -> None:
    assert lines_for(Path("a\0b")) == ["a\0b: cannot be read: not a valid path"]


def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not by chmod: root reads every file.
    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    path = write(tmp_path, "")
    monkeypatch.setattr(Path, "open", refuse)
    cure = "may not be read by this user; change its permissions"
    assert lines_for(path) == [f"{path}: {cure}"]


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "sidecar.toml"
    path.write_bytes('[servers.api]\n# é\napp = "a:b"\n'.encode("latin-1"))
    assert lines_for(path) == [f"{path}: line 2: is not UTF-8; save the file as UTF-8"]


def test_a_file_of_any_size_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "sidecar.toml"
    path.write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    assert lines_for(path) == [f"{path}: is over 4 MiB; is it the right file?"]


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "sidecar.toml"
    path.write_bytes(b'\xef\xbb\xbf[servers.api]\r\napp = "main:app"\r\n')
    assert list(load(path).specs) == ["api"]


@pytest.mark.parametrize(
    "written",
    [
        "env.TOKEN = 5309",
        "env.TOKEN = ['5309']",
        'env.TOKEN = "5309\\u0000"',
        "env.TOKEN = '5309{fd}'",
        "env = '5309'",
        "env.'A=' = '5309'",
        "args = ['--reload', '--key=5309']",
        "password = '5309'",
    ],
)
def test_no_error_repeats_a_value_that_may_be_secret(tmp_path: Path, written: str) -> None:
    path = write(tmp_path, f"[servers.api]\napp = 'main:app'\n{written}\n")
    assert "5309" not in "".join(line.removeprefix(str(path)) for line in lines_for(path))
