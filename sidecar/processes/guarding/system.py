"""The operating system that this is, behind one set of names. The guardian asks nowhere else.

`linux` documents the names. Windows gets a file of its own beside these.
"""

import sys

if sys.platform == "darwin":
    from sidecar.processes.guarding.macos import (
        ESCAPES_ARE_SEEN,
        MAXRSS_UNIT_BYTES,
        Identity,
        adopt_orphans,
        current_boot,
        descendants,
        die_with,
        has_argument,
        marked,
        name_this_process,
        send,
        started_at,
    )
else:
    from sidecar.processes.guarding.linux import (
        ESCAPES_ARE_SEEN,
        MAXRSS_UNIT_BYTES,
        Identity,
        adopt_orphans,
        current_boot,
        descendants,
        die_with,
        has_argument,
        marked,
        name_this_process,
        send,
        started_at,
    )

__all__ = [
    "ESCAPES_ARE_SEEN",
    "MAXRSS_UNIT_BYTES",
    "Identity",
    "adopt_orphans",
    "current_boot",
    "descendants",
    "die_with",
    "has_argument",
    "marked",
    "name_this_process",
    "send",
    "started_at",
]
