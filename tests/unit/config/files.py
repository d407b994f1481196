"""Configuration files, and what is said when they are refused."""

from pathlib import Path

import pytest

from sidecar.config.loader import ConfigFileError, load

WRONG_TIME = "should be a number of seconds above 0, at most 1e9"
NUMBER_IN_QUOTES = 'should be a string: put the number in quotes, as in "8000"'
NO_NUL = "should not contain a NUL character"
NEEDS_PORT = "needs a port: set `port`, or let `{port}` stand in `command` or `env`"
WRONG_PATH = 'should be a path that begins with "/", in visible ASCII without spaces'


def lines_for(path: Path) -> list[str]:
    """What is said of the file at `path`, which is refused."""
    with pytest.raises(ConfigFileError) as caught:
        load(path)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def write(folder: Path, text: str) -> Path:
    """A file with this text."""
    path = folder / "sidecar.toml"
    path.write_text(text, encoding="utf-8")
    return path
