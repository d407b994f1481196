"""Another program that holds a port."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

_HOLD = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"not yours")
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer((sys.argv[1], int(sys.argv[2])), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


class Holder(NamedTuple):
    """A running program and the port it listens on."""

    pid: int
    port: int

    def answers(self) -> bool:
        """Whether it still serves what it served."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as response:
            return response.read() == b"not yours"


@contextmanager
def hold_port(host: str = "127.0.0.1", port: int = 0) -> Iterator[Holder]:
    """Runs a program that listens on `port` of `host` and answers every GET with 200."""
    program = subprocess.Popen(
        [sys.executable, "-c", _HOLD, host, str(port)], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout
    try:
        yield Holder(program.pid, int(program.stdout.readline()))
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
