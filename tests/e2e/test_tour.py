"""`make tour` shows the protocol: it must hold what it claims, anywhere."""

import re
import socket
import subprocess
import sys

from tests.support.processes import PROJECT_ROOT, kill_marked, marked_environment, new_mark

TIME_LIMIT = 50.0
PORT = 8121


def tour() -> subprocess.CompletedProcess[str]:
    mark = new_mark()
    try:
        return subprocess.run(
            [sys.executable, "-m", "demo.tour"],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=TIME_LIMIT,
            env=marked_environment(mark),
            cwd=PROJECT_ROOT,
            check=False,
        )
    finally:
        kill_marked(mark)


def test_everything_it_claims_holds_though_its_port_is_taken() -> None:
    held = socket.socket()
    try:
        held.bind(("127.0.0.1", PORT))
        held.listen()
    except OSError:
        pass  # taken by another program: just as good
    with held:
        done = tour()
    assert done.returncode == 0, done.stdout + done.stderr
    verdict = re.search(r"(\d+) of (\d+) held", done.stdout)
    assert verdict is not None
    assert verdict[1] == verdict[2]
    assert "✗" not in done.stdout


def test_every_message_is_shown_plain_when_nobody_looks() -> None:
    done = tour()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout
    shown = [line for line in done.stdout.splitlines() if re.match(r" *[\d.]+ ms +[→←]", line)]
    counted = re.search(r"held; (\d+) messages", done.stdout)
    assert counted is not None
    assert len(shown) == int(counted[1])
    for method in ("initialize", "start", "get_metrics", "restart", "stop", "shutdown"):
        assert any(f'"method":"{method}"' in line for line in shown)
    for topic in ("python-server-status", "python-log", "python-server-ready"):
        assert any(topic in line for line in shown)
