"""`make demo` is the first thing a newcomer sees: it opens the panel, and leaves nothing behind."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.processes import (
    PROJECT_ROOT,
    kill_marked,
    marked_environment,
    marked_processes,
    new_mark,
    until_gone,
)

END_LIMIT = 30.0
URL = re.compile(r"http://\S+\?token=\S+")


@contextmanager
def demo() -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A running demo, its first URL and the mark of its processes."""
    mark = new_mark()
    environment = {**marked_environment(mark), "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    program = subprocess.Popen(
        [sys.executable, "-m", "demo"],
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=PROJECT_ROOT,
        start_new_session=True,
    )
    try:
        yield program, _url(program), mark
    finally:
        kill_marked(mark)
        program.communicate()


def _url(program: subprocess.Popen[str]) -> str:
    assert program.stderr is not None
    for line in program.stderr:
        if found := URL.search(line):
            return found[0]
    raise AssertionError("the demo ended without a URL")


def test_it_serves_the_panel_at_the_url_it_prints() -> None:
    with demo() as (_, url, _mark):
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(url) as page:
            assert page.status == 200
            assert "<title>" in page.read().decode()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_stays_until_it_is_told_to_end_and_leaves_nothing(end: signal.Signals) -> None:
    with demo() as (program, url, mark):
        assert program.poll() is None
        with urllib.request.urlopen(url.partition("?")[0] + "healthz") as answer:
            assert json.load(answer) == {"status": "ok"}
        if end is signal.SIGINT:  # Ctrl-C reaches every process of the terminal
            os.killpg(program.pid, end)
        else:
            program.send_signal(end)
        assert program.wait(END_LIMIT) == 0
        assert not marked_processes(mark)


async def test_killed_it_leaves_nothing() -> None:
    with demo() as (program, _url, mark):
        program.kill()
        assert not await until_gone(mark)
