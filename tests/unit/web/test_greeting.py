"""What people are told when it starts, and the Enter key."""

import asyncio
import io
import os
import pty
import tty
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from sidecar.web import greeting
from sidecar.web.greeting import EnterKey, Greeting

URL = "http://127.0.0.1:8765"
TIME_LIMIT = 5.0


class Screen(io.StringIO):
    """A terminal, as far as a program can tell."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The two ends of a terminal: what a person types into, and what a program reads."""
    person, program = pty.openpty()
    tty.setraw(program)
    yield person, program
    os.close(person)
    os.close(program)


def test_a_program_that_reads_along_finds_the_link_on_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Greeting(URL, None, 0, built=True).first("secret")
    assert capsys.readouterr().err == f"sidecar web: {URL}/?token=secret\n"


def test_a_person_is_told_what_can_be_done() -> None:
    with patch.object(greeting.sys, "stderr", Screen()) as screen:
        Greeting(URL, Path("sidecar.toml"), 2, built=True).first("secret")
    told = screen.getvalue()
    assert f"    {URL}/?token=secret\n" in told
    assert "2 servers from sidecar.toml" in told
    assert "Ctrl-C" in told


def test_without_a_configuration_the_person_is_told_how_to_give_one() -> None:
    with patch.object(greeting.sys, "stderr", Screen()) as screen:
        Greeting(URL, None, 0, built=True).first("secret")
    assert "--config FILE" in screen.getvalue()


def test_a_panel_that_is_not_built_is_told_of_at_the_start(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Greeting(URL, None, 0, built=False).first("secret")
    assert "npm ci && npm run build" in capsys.readouterr().err


def test_the_link_is_opened_in_the_browser() -> None:
    with patch.object(greeting.webbrowser, "open", return_value=True) as opened:
        Greeting(URL, None, 0, built=True).open_browser("secret").join(TIME_LIMIT)
    opened.assert_called_once_with(f"{URL}/?token=secret")


def test_without_a_browser_the_person_is_told_to_open_the_link(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with patch.object(greeting.webbrowser, "open", return_value=False):
        Greeting(URL, None, 0, built=True).open_browser("secret").join(TIME_LIMIT)
    assert "no browser could be opened" in capsys.readouterr().err


async def test_enter_calls_back_once_for_each_line(terminal: tuple[int, int]) -> None:
    person, program = terminal
    pressed = asyncio.Semaphore(0)
    with patch.object(greeting.os, "tcgetpgrp", return_value=os.getpgrp()):
        key = EnterKey(program, pressed.release)
        for _ in range(2):
            os.write(person, b"\n")
            await asyncio.wait_for(pressed.acquire(), TIME_LIMIT)
        key.close()
    assert pressed.locked()


async def test_what_is_typed_for_another_program_is_left_alone(terminal: tuple[int, int]) -> None:
    person, program = terminal
    pressed = asyncio.Event()
    looked = asyncio.Event()

    def of_another(_: int) -> int:
        looked.set()
        return os.getpgrp() + 1

    with patch.object(greeting.os, "tcgetpgrp", of_another):
        key = EnterKey(program, pressed.set)
        os.write(person, b"\n")
        await asyncio.wait_for(looked.wait(), TIME_LIMIT)
    assert os.read(program, 1) == b"\n"
    assert not pressed.is_set()
    key.close()


async def test_where_there_is_no_terminal_nothing_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"\n")
    key = EnterKey(reading, lambda: pytest.fail("there was no terminal"))
    key.close()
    assert os.read(reading, 1) == b"\n"
    os.close(reading)
    os.close(writing)
