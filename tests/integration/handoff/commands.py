"""Commands that accept on a socket they were given, as systemd would give it."""

from typing import Any

from tests.support.servers import Spec, script

# A thread for each connection; after SIGTERM it finishes those that it has accepted, and ends.
_ACCEPTING = """
import json, os, select, signal, socket, sys, threading, time

given = {
    "arguments": sys.argv[1:],
    "pid": os.getpid(),
    "LISTEN_FDS": os.environ.get("LISTEN_FDS"),
    "LISTEN_PID": os.environ.get("LISTEN_PID"),
}
listener = socket.socket(fileno=3)
given["port"] = listener.getsockname()[1]
given["listens"] = bool(listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
descriptors = os.listdir("/proc/self/fd")  # the one that reads them is closed by now
given["descriptors"] = [int(one) for one in descriptors if os.path.exists("/proc/self/fd/" + one)]
print("GIVEN", json.dumps(given), flush=True)

ending = False
def end(*_):
    global ending
    ending = True
signal.signal(signal.SIGTERM, end)
wakeup = socket.socketpair()
wakeup[1].setblocking(False)
signal.set_wakeup_fd(wakeup[1].fileno())

def serve(connection):
    with connection:
        connection.settimeout(10)
        head = b""
        while b"\\r\\n\\r\\n" not in head:
            data = connection.recv(4096)
            if not data:
                return
            head += data
        body = json.dumps({"pid": os.getpid()}).encode()
        connection.sendall(
            b"HTTP/1.1 200 OK\\r\\nconnection: close\\r\\ncontent-length: %d\\r\\n\\r\\n%s"
            % (len(body), body)
        )

PAUSE

listener.setblocking(False)
while not ending:
    if listener not in select.select([listener, wakeup[0]], [], [])[0]:
        continue
    try:
        connection = listener.accept()[0]
    except BlockingIOError:
        continue  # the process beside this one was quicker
    threading.Thread(target=serve, args=[connection]).start()
"""


def accepting(*arguments: str, pause: str = "", **settings: Any) -> Spec:
    """Prints `GIVEN` and what it was given, runs `pause`, and then accepts on descriptor 3.

    Without a `handoff` in `settings` the placeholder `{fd}` is among the arguments.
    """
    words = arguments if "handoff" in settings else (*arguments, "{fd}")
    return script(_ACCEPTING.replace("PAUSE", pause), *words, **{"port": 0, **settings})
