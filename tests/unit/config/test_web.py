"""What `[web]` says, and what is wrong with it."""

from pathlib import Path

import pytest

from sidecar.config.loader import load_configuration
from sidecar.config.web import WebSettings, read_web
from tests.unit.config.files import lines_for, write


def test_the_panel_is_served_to_this_computer_by_default() -> None:
    settings, problems = read_web({})
    assert (settings.host, settings.port, problems) == ("127.0.0.1", 8765, [])


def test_what_is_written_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path, '[web]\nhost = "localhost"\nport = 0\n')
    web = load_configuration(path).web
    assert isinstance(web, WebSettings)
    assert (web.host, web.port) == ("localhost", 0)


def test_a_file_that_says_nothing_of_it_has_no_settings(tmp_path: Path) -> None:
    assert load_configuration(write(tmp_path, "[servers]\n")).web is None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[web]\nprot = 1\n", 'web.prot: unknown key; did you mean "port"?'),
        ("[web]\nport = 70000\n", "web.port: should be a whole number from 0 to 65535"),
        ("[web]\nhost = '[::1]'\n", 'web.host: should be written without brackets, as in "::1"'),
        ("web = 8765\n", "web: should be a table; write its keys below [web]"),
        (
            "[web.users.kim]\nrole = 'viewer'\n",
            "web.users: [web.users] is not supported by this version; leave it out",
        ),
    ],
)
def test_a_mistake_is_told_with_its_cure(tmp_path: Path, written: str, told: str) -> None:
    path = write(tmp_path, written)
    assert lines_for(path) == [f"{path}: {told}"]
