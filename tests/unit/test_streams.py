"""stdin and stdout belong to the protocol from the first import on, however they were given."""

import os
import subprocess
import sys
from typing import Any

import pytest

from tests.support.processes import PROJECT_ROOT

LIMIT = 20.0

TAKE_OVER = """
import os, sys
from sidecar import streams
taken = streams.take_over()
"""


def run(code: str, prelude: str = "", **more: Any) -> subprocess.CompletedProcess[bytes]:
    """Runs `code` after the streams were taken over; `prelude` comes before."""
    env = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    options = {"input": b"request", "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.run(
        [sys.executable, "-c", prelude + TAKE_OVER + code],
        env=env,
        timeout=LIMIT,
        check=True,
        **options,
    )


def test_whatever_prints_ends_up_on_stderr() -> None:
    done = run(
        "print('a library'); sys.stdout.flush(); os.write(1, b'C code'); os.system('echo a child')"
    )
    assert done.stdout == b""
    assert {b"a library", b"C code", b"a child"} <= set(
        done.stderr.replace(b"C code", b"C code\n").splitlines()
    )


def test_the_protocol_goes_where_stdout_went() -> None:
    assert run("os.write(taken.output, b'answer')").stdout == b"answer"


def test_nobody_else_can_read_the_requests() -> None:
    done = run(
        "assert sys.stdin.read() == ''; assert os.system('read line') != 0; "
        "os.write(taken.output, os.read(taken.input, 100))"
    )
    assert done.stdout == b"request"


def test_children_do_not_inherit_the_protocol() -> None:
    done = run(
        "import subprocess; look = 'import os, sys; sys.exit(any(os.path.exists("
        'f"/proc/self/fd/{d}") for d in sys.argv[1:]))\'; '
        "sys.exit(subprocess.call([sys.executable, '-c', look, str(taken.input), "
        "str(taken.output)], close_fds=False))"
    )
    assert done.returncode == 0


def test_commands_for_people_get_the_streams_back() -> None:
    done = run("taken.give_back(); print(sys.stdin.read(), 'and an answer')")
    assert done.stdout == b"request and an answer\n"
    assert done.stderr == b""


@pytest.mark.parametrize("closed", ["0", "1", "2", "0, 1", "0, 1, 2"])
def test_streams_that_were_closed_from_the_start_do_no_harm(closed: str) -> None:
    told = (
        "os.write(taken.output, b'answer')\n"
        "os.read(taken.input, 0)\n"
        "os.write(1, b'printed')\n"
        "descriptors = {0, 1, 2, taken.input, taken.output}\n"
        "sys.exit(0 if len(descriptors) == 5 else 1)"
    )
    done = run(told, prelude=f"import os\nfor n in ({closed},): os.close(n)\n")
    assert b"printed" not in done.stdout
    assert (done.stdout == b"answer") is ("1" not in closed)
