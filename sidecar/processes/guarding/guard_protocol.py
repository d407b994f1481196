"""What the sidecar and its guardian say to each other. Imported on both sides, so it is light.

The sidecar asks for a keeper with one byte on the guardian's socket; the descriptors that come
along are the keeper's: its own socket to the sidecar, the server's stdout and stderr, and what else
the server inherits, from descriptor 3 on. On that socket the keeper first reads a launch, then
lines `end SECONDS`: end the tree, kill it after so long. It answers in lines, each one of REPORTS.
"""

import marshal

REQUESTS_DESCRIPTOR = 3
"""Where the guardian finds its socket."""

A_KEEPER = b"k"

AT_WORK = b"w"
"""What the guardian says once, when its lookout stands."""

REPORTS = {
    "pid": "PID STARTED OWN: the server's main process runs, since when; the keeper's own pid",
    "errno": "NUMBER: the program could not be run, or there is no room for a keeper",
    "abandoned": "the guardian is gone, or somebody ends the keeper: the tree is being ended",
    "exit": "RETURNCODE CPU_SECONDS BYTES: the main process ended; its memory at the most",
    "cleared": "FORCED SURVIVORS: nothing is left, or so many are after all that could be done",
    "defect": "TEXT: an error in the keeper",
}

KILL_SECONDS = 2.0
"""After SIGKILL a process may need this long to be gone; one that hangs in the system stays. A
keeper reports after the grace given and this at the latest."""

LENGTH_BYTES = 4

Launch = tuple[list[bytes], dict[bytes, bytes], bytes, bool]
"""Arguments, environment, working directory, and whether the child adds its LISTEN_PID."""


def launch_message(launch: Launch) -> bytes:
    """For a keeper. Both ends are the same interpreter, so marshal, which is built in, will do."""
    body = marshal.dumps(launch)
    return len(body).to_bytes(LENGTH_BYTES, "little") + body


def body_length(head: bytes) -> int:
    """How long the body is that follows the first LENGTH_BYTES."""
    return int.from_bytes(head, "little")


def read_launch(body: bytes) -> Launch:
    """What was to be launched."""
    return marshal.loads(body)


def report(word: str, *values: object) -> bytes:
    """A line for the sidecar; `word` is one of REPORTS."""
    return " ".join(map(str, (word, *values))).encode() + b"\n"
