"""Which command is meant, wherever it stands, and what wrong usage gets."""

from pathlib import Path

import pytest

from sidecar import __version__, cli
from sidecar.streams import Streams


class GivenStreams(Streams):
    """Remembers whether people were given their stdout back; touches no descriptor."""

    def __init__(self) -> None:
        super().__init__(0, 1)
        self.given_back = False

    def give_back(self) -> None:
        self.given_back = True


@pytest.fixture
def streams() -> GivenStreams:
    return GivenStreams()


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / "sidecar.toml"
    file.write_text('[servers.api]\ncommand = ["true"]\nready = { none = true }\n')
    return str(file)


@pytest.mark.parametrize("after", [True, False])
def test_options_may_stand_on_either_side_of_the_command(
    streams: GivenStreams, config: str, capsys: pytest.CaptureFixture[str], after: bool
) -> None:
    options = ["--config", config, "--log-level=error"]
    given = ["check", *options] if after else [*options, "check"]
    assert cli.main(given, streams) == 0
    assert "api" in capsys.readouterr().out
    assert streams.given_back


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chekc"], "chekc"),
        (["--log-level", "loud"], "loud"),
        (["--framing", "xml"], "xml"),
        (["check", "--framing", "ndjson"], "--framing"),
        (["call"], "METHOD"),
        (["stdio", "--config"], "--config"),
    ],
)
def test_wrong_usage_is_told_on_stderr_and_exits_with_2(
    streams: GivenStreams,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    told: str,
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments, streams)
    printed = capsys.readouterr()
    assert caught.value.code == 2
    assert told in printed.err
    assert printed.out == ""


def test_a_check_without_a_file_says_what_is_missing(
    streams: GivenStreams, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check"], streams) == 2
    assert "--config FILE is missing" in capsys.readouterr().err


def test_a_configuration_that_cannot_be_used_is_told_in_one_line(
    streams: GivenStreams, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sidecar.toml"
    file.write_text("[servers.api]\nprot = 8121\n")
    assert cli.main(["check", "--config", str(file)], streams) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"{file}: servers.api.prot: ")
    assert printed.out == ""


@pytest.mark.parametrize("arguments", [["--version"], ["stdio", "--version"]])
def test_the_version_is_told_to_people(
    streams: GivenStreams, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments, streams)
    assert streams.given_back
    if arguments == ["--version"]:
        assert caught.value.code == 0
        assert capsys.readouterr().out == f"sidecar {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["check", "--help"]])
def test_help_is_for_people_too(
    streams: GivenStreams, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments, streams)
    assert caught.value.code == 0
    assert streams.given_back
    assert "--config" in capsys.readouterr().out or arguments != ["check", "--help"]
