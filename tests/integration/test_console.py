"""`sidecar console` without a terminal: commands from a pipe, answers for people on stdout."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import kill_marked, marked_environment, new_mark
from tests.support.raw import RawResult, run_bytes, sidecar_command
from tests.support.servers import Spec, portless, sleeper, stepped
from tests.support.toml import write_config

TIME_LIMIT = 15.0
TALKER = """
import sys, time
for number in range(1, 101):
    print(f"줄 {number}")
print("\\x1b[31mred\\x1b[0m", file=sys.stderr)
while True: time.sleep(60)
"""
BROKEN = "import sys\nfor n in range(20): print('step', n)\nsys.exit('the cause')"


def console(folder: Path, script: str, **servers: Spec) -> RawResult:
    path = write_config(folder / "sidecar.toml", servers)
    return run_bytes(script.encode(), "console", "--config", str(path))


def out(result: RawResult) -> list[str]:
    return [line.rstrip() for line in result.stdout.decode().splitlines()]


def test_a_server_is_started_looked_at_and_stopped(tmp_path: Path) -> None:
    done = console(tmp_path, "start\nstatus\nmetrics\nstop\nstatus\nquit\n", api=sleeper())
    shown = out(done)
    assert done.exit_code == 0, (shown, done.stderr)
    states = [line.split()[2] for line in shown if re.match("api +●", line)]
    assert states == ["starting", "running", "running", "stopping", "stopped", "stopped"]
    assert sum(line.startswith("✓") for line in shown) == 2
    assert any(line.startswith("memory") and "MiB" in line for line in shown)


def test_answers_to_commands_without_a_terminal_are_plain_text(tmp_path: Path) -> None:
    done = console(tmp_path, "help\nstart\nlogs\n", api=portless(TALKER))
    assert b"\x1b" not in done.stdout
    assert done.stderr == ""


def test_logs_show_as_many_lines_as_asked_for(tmp_path: Path) -> None:
    server = portless(TALKER, ready={"log": "red"})
    shown = out(console(tmp_path, "start\nlogs -n 3\n", api=server))
    texts = [line.partition("│ ")[2] or line.partition("┆ ")[2] for line in shown]
    assert [text for text in texts if text] == ["줄 99", "줄 100", "red"]


def test_following_shows_what_is_there_and_ends_with_the_next_line(tmp_path: Path) -> None:
    server = portless(TALKER, ready={"log": "red"})
    done = console(tmp_path, "start\nlogs -f -n 2\nstop\n", api=server)
    shown = out(done)
    assert done.exit_code == 0, shown
    assert any(line.endswith("줄 100") for line in shown)
    assert any(line.startswith("✓") and "stop" in line for line in shown), shown


def test_a_failure_shows_message_folded_cause_and_hint(tmp_path: Path) -> None:
    server = portless(BROKEN, ready={"log": "never printed"})
    done = console(tmp_path, "start\n", api=server)
    shown = out(done)
    assert done.exit_code == 1
    at = next(number for number, line in enumerate(shown) if line.startswith("✗"))
    cause = [line for line in shown[at + 1 :] if line.startswith("  │")]
    assert cause[0].startswith("  │ … ")
    assert len(cause) == 9
    assert any(line.endswith("the cause") for line in cause)
    assert any(line.startswith("→ ") for line in shown)


def test_a_crash_is_told_without_being_asked(tmp_path: Path) -> None:
    server = stepped(tmp_path, "out(b'up\\n'); wait_for('go'); sys.exit(4)", ready={"log": "up"})
    path = write_config(tmp_path / "sidecar.toml", {"api": server})
    mark = new_mark()
    process = subprocess.Popen(
        sidecar_command("console", "--config", str(path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=marked_environment(mark),
    )
    try:
        assert process.stdin
        assert process.stdout
        process.stdin.write("start\n")
        process.stdin.flush()
        shown = [process.stdout.readline() for _ in range(3)]
        assert shown[-1].startswith("✓"), shown
        (tmp_path / "go").touch()
        told = process.stdout.readline() + process.stdout.readline()
        assert "ended by itself: exit code 4" in told
        assert "api ● error" in told
        process.communicate(timeout=TIME_LIMIT)
        assert process.returncode == 0
    finally:
        process.kill()
        kill_marked(mark)


def test_settings_are_changed_by_key_and_value(tmp_path: Path) -> None:
    script = "set api port=0 env.MODE=debug\nstart\nset env.MODE=other\n"
    done = console(tmp_path, script, api=sleeper())
    assert done.exit_code == 0, out(done)
    assert any("`restart` applies them now" in line for line in out(done))


def test_any_method_can_be_called(tmp_path: Path) -> None:
    done = console(tmp_path, 'call get_logs {"limit": 1}\n', 서버=sleeper())
    assert done.exit_code == 0, out(done)
    assert '"entries": []' in done.stdout.decode()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("strat", "did you mean `start`?"),
        ("status web", "'web'"),
        ("call no_such_method", "no_such_method"),
        ("set nonsense=1", "nonsense"),
    ],
)
def test_a_failed_command_is_explained_and_later_ones_still_run(
    tmp_path: Path, line: str, complaint: str
) -> None:
    done = console(tmp_path, f"{line}\nstart\n", api=sleeper())
    assert done.exit_code == 1
    assert any(shown.startswith("✗") and complaint in shown for shown in out(done)), out(done)
    assert any(shown.startswith("✓") for shown in out(done))


def test_comments_blank_lines_and_a_last_line_without_end_are_fine(tmp_path: Path) -> None:
    done = console(tmp_path, "# a comment\n\r\n  \nstart\r\nstatus", api=sleeper())
    assert done.exit_code == 0, out(done)
    assert sum("running" in line for line in out(done)) == 3


def test_what_still_runs_at_the_end_is_stopped_and_named(tmp_path: Path) -> None:
    shown = out(console(tmp_path, "start api\n", api=sleeper(), web=sleeper()))
    assert "stopping api" in shown
    assert shown[-1] == "api ● stopped"


def test_a_sidecar_that_dies_is_told_and_ends_the_console(tmp_path: Path) -> None:
    # The server kills its grandparent or parent: whoever of its ancestors is the sidecar.
    code = """
import os, pathlib, signal, time
pid = os.getppid()
while b"sidecar\\0stdio" not in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
    pid = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
os.kill(pid, signal.SIGKILL)
time.sleep(60)
"""
    done = console(tmp_path, "start\n" + "status\n" * 3, api=portless(code, ready={"log": "never"}))
    assert done.exit_code == 1
    assert out(done)[-1].startswith("✗ the sidecar was ended by SIGKILL")


def test_a_broken_configuration_exits_with_2_and_its_one_line(tmp_path: Path) -> None:
    done = console(tmp_path, "status\n", api={**sleeper(), "prot": 80})
    assert (done.exit_code, done.stdout) == (2, b"")
    assert "servers.api.prot" in done.stderr
    assert len(done.stderr.splitlines()) == 1
