"""Standard streams as shells and other programs may hand them over: files, closed, non-blocking."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.processes import marked_environment, new_mark
from tests.support.raw import call, lines, sidecar_command
from tests.support.servers import sleeper
from tests.support.toml import write_config
from tests.support.wire import parse_strictly

LIMIT = 15.0
SHELL = 'exec "$PYTHON" -m sidecar --config "$CONFIG" '


def test_stdin_and_stdout_may_be_files(tmp_path: Path) -> None:
    requests, answers = tmp_path / "requests", tmp_path / "answers"
    requests.write_bytes(lines(*(call("list_servers", number) for number in range(20))))
    with requests.open("rb") as source, answers.open("wb") as target:
        done = subprocess.run(
            sidecar_command(), stdin=source, stdout=target, env=marked_environment(new_mark()),
            timeout=LIMIT,
        )  # fmt: skip
    assert done.returncode == 0
    ids = [parse_strictly(line)["id"] for line in answers.read_bytes().splitlines()]
    assert sorted(ids) == list(range(20))


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_streams_end_it_calmly(redirection: str, tmp_path: Path) -> None:
    config = write_config(tmp_path / "sidecar.toml", {"api": sleeper(autostart=True)})
    assert run_in_shell(redirection, config).returncode == 0


@pytest.mark.parametrize("redirection", ["", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_broken_configuration_exits_with_2_whatever_streams_there_are(
    redirection: str, tmp_path: Path
) -> None:
    config = tmp_path / "sidecar.toml"
    config.write_text("servers = 5")
    assert run_in_shell(redirection, config).returncode == 2


def run_in_shell(redirection: str, config: Path) -> subprocess.CompletedProcess[bytes]:
    """Runs a sidecar whose streams a shell has redirected; stdin is an empty pipe otherwise."""
    environment = {"PYTHON": sys.executable, "CONFIG": str(config)}
    return subprocess.run(
        ["sh", "-c", SHELL + redirection], input=b"", capture_output=True,
        env=marked_environment(new_mark(), environment), timeout=LIMIT,
    )  # fmt: skip


def test_answers_are_whole_though_the_reader_made_the_pipe_non_blocking() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    process = subprocess.Popen(
        sidecar_command(), stdin=subprocess.PIPE, stdout=writing,
        env=marked_environment(new_mark()),
    )  # fmt: skip
    os.close(writing)
    batches = [[call("list_servers", number) for number in range(2000)]] * 5
    asking = threading.Thread(target=process.communicate, args=(lines(*batches),))
    asking.start()
    with os.fdopen(reading, "rb") as answers:
        answered = [parse_strictly(line.rstrip(b"\n")) for line in answers]
    asking.join(LIMIT)
    assert [len(batch) for batch in answered] == [2000] * 5
    assert process.returncode == 0
