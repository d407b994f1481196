"""The mark that every process of a server carries in its environment.

Proof of whose it is, even for one that has left its family: "<guardian>:<run>". Neither part is a
secret. The guardian imports this.
"""

import os

VARIABLE = "SIDECAR_PROCESS_MARK"

_BYTES = 8


def new_mark() -> str:
    """For a guardian, or for one run of a server."""
    return os.urandom(_BYTES).hex()


def of_run(guardian: str, run: str) -> str:
    """The mark of one run's processes."""
    return f"{guardian}:{run}"
