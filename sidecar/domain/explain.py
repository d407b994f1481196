"""Says in a sentence why a server's process ended, from its exit and its last lines.

Pure guesswork with rules: `causes` knows the texts that Python, uvicorn or the system print. What
no rule knows is told by exit code or signal.
"""

import re
from collections.abc import Sequence

from sidecar.domain.causes import Cause, last_cause
from sidecar.domain.outcome import Exit
from sidecar.domain.spec import ServerSpec

_GROUP_MARGIN = re.compile(r"^[ ]+[|+][ ]?", re.MULTILINE)
"""How Python indents the members of an exception group."""

_SIGNALLED = "Another program or person sent that signal: find out who, then start it again."

MOST_CHARACTERS = 500
"""A cause stands at the beginning of its line; searching the rest of a long one would take long."""

STARTUP_FAILURE = 3
"""The code with which uvicorn exits if it could not start, whatever the reason."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def explain_exit(spec: ServerSpec, port: int, ended: Exit, tail: Sequence[str]) -> Cause:
    """The likeliest cause of an exit nobody asked for."""
    lines = (line[:MOST_CHARACTERS] for line in tail)
    text = _GROUP_MARGIN.sub("", _ANSI.sub("", "\n".join(lines)))
    if ended.guardian_lost:
        return Cause(
            "its guardian process was killed, and the server was ended with it",
            "Someone killed the guardian, or the system did for want of memory; start it again.",
        )
    if ended.signal is not None and ended.signal != "SIGABRT":
        return _explain_signal(ended)
    hopeless = spec.app is not None and ended.code == STARTUP_FAILURE
    if not ended.clean:
        cause = last_cause(spec, port, text, permanent=hopeless)
        if cause is not None:
            return cause
    if ended.signal is not None:
        return _explain_signal(ended)
    return _explain_code(ended.code or 0, text, hopeless=hopeless)


def _explain_signal(ended: Exit) -> Cause:
    if ended.out_of_memory:
        return Cause(
            "killed by SIGKILL, most likely because the system ran out of memory"
            + _at_its_largest(ended.max_rss_bytes),
            "Give it more memory, or let it use less.",
        )
    known = {
        "SIGKILL": Cause(
            "killed by SIGKILL",
            "Someone killed it, or the system did, most often for want of memory.",
        ),
        "SIGSEGV": Cause(
            "killed by SIGSEGV: it crashed in native code",
            "Look for a C extension that was updated; `python -X faulthandler` shows where.",
        ),
        "SIGABRT": Cause("killed by SIGABRT: it aborted itself", "Its last lines say why."),
        "SIGBUS": Cause("killed by SIGBUS", "A file it had mapped shrank, or the disk is full."),
        "SIGILL": Cause(
            "killed by SIGILL: an instruction this processor does not have",
            "Install a build made for this processor.",
        ),
        "SIGTERM": Cause("ended by SIGTERM, which the sidecar did not send", _SIGNALLED),
        "SIGINT": Cause("ended by SIGINT, which the sidecar did not send", _SIGNALLED),
    }
    return known.get(ended.signal or "", Cause(f"killed by {ended.signal}", _SIGNALLED))


def _at_its_largest(rss_bytes: int | None) -> str:
    """The most memory it used, to go on a sentence, if it is known."""
    if not rss_bytes:
        return ""
    megabytes = rss_bytes / 1e6
    size = f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"
    return f"; it had used up to {size}"


def _explain_code(code: int, text: str, *, hopeless: bool) -> Cause:
    if code == 0:
        return Cause(
            "exited with code 0",
            "A server is expected to keep running: see that its command does not detach or end.",
        )
    words = {
        126: "exited with code 126: found, but could not be executed",
        127: "exited with code 127: a command was not found",
    }
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
    why = words.get(code) or f"exited with code {code}"
    return Cause(
        f"{why}: {last}" if last and code not in words else why,
        "See its last lines.",
        permanent=hopeless or code in words,
    )
