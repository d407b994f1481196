"""A client as a process of its own, which can be killed: it owns the sidecar's stdin.

It launches a sidecar with its own arguments, writes the sidecar's process id as a line of JSON on
the stdout that both share, and then hands on what it reads.
"""

import os
import subprocess
import sys


def relay(arguments: list[str]) -> int:
    """Returns the sidecar's exit code."""
    command = [sys.executable, "-m", "sidecar", "stdio", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as sidecar:
        assert sidecar.stdin
        os.write(1, b'{"sidecar": %d}\n' % sidecar.pid)
        while chunk := os.read(0, 1 << 16):
            sidecar.stdin.write(chunk)
            sidecar.stdin.flush()
        sidecar.stdin.close()
        return sidecar.wait()


if __name__ == "__main__":
    sys.exit(relay(sys.argv[1:]))
