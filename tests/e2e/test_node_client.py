"""The client that electron-bridge/README.md shows is run as it stands there, under Node."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "electron-bridge/README.md"
TIME_LIMIT = 40

SERVER = """
import signal, sys
print("안녕, 서버", flush=True)
signal.sigwait([signal.SIGTERM])
"""
# What an app does with the client: the answers and notifications it got come back as JSON.
SCRIPT = """
const { Sidecar } = require("./sidecar.cjs");
const sidecar = new Sidecar(process.argv[2], ["--config", "sidecar.toml"]);
const told = { statuses: [], logs: "" };
const logged = new Promise((resolve) => sidecar.on("python-log", ({ text }) => {
  told.logs += text;
  resolve();
}));
sidecar.on("python-server-status", ({ status }) => told.statuses.push(status));
sidecar.on("exit", (code) => console.log(JSON.stringify({ ...told, code })));
(async () => {
  told.start = (await sidecar.request("start")).success;
  await logged;
  told.refused = await sidecar.request("no_such_method").catch((error) => error.code);
  await sidecar.request("shutdown");
})();
"""
LOST = """
const { Sidecar } = require("./sidecar.cjs");
const sidecar = new Sidecar("./no-such-python");
sidecar.request("start").catch((error) => console.log(JSON.stringify(error.code)));
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    if not shutil.which("node"):
        pytest.skip("needs Node")
    code = re.search(r"```js\n// sidecar\.cjs\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert code
    (tmp_path / "sidecar.cjs").write_text(code[1], encoding="utf-8")
    (tmp_path / "server.py").write_text(SERVER, encoding="utf-8")
    argv = json.dumps([sys.executable, "server.py"])
    (tmp_path / "sidecar.toml").write_text(
        f"[servers.default]\ncommand = {argv}\nready = {{ log = '서버' }}\n", encoding="utf-8"
    )
    return tmp_path


def run(app: Path, script: str) -> object:
    (app / "app.cjs").write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["node", "app.cjs", sys.executable],
        cwd=app,
        capture_output=True,
        timeout=TIME_LIMIT,
        check=True,
    )
    return json.loads(done.stdout)


def test_an_app_starts_watches_and_shuts_down_a_server(app: Path) -> None:
    assert run(app, SCRIPT) == {
        "statuses": ["starting", "running", "stopping", "stopped"],
        "logs": "안녕, 서버",
        "start": True,
        "refused": -32601,
        "code": 0,
    }


def test_an_app_learns_that_the_interpreter_is_missing(app: Path) -> None:
    assert run(app, LOST) == "ENOENT"
