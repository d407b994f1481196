"""Watches a server's sources for as long as somebody wants it to run and to follow them.

Also owns what is learned of files that no name tells to be the server's own: those that it writes
whenever it starts, and that would have it restarted for ever.
"""

import logging
import time
from collections.abc import Callable, Sequence

from sidecar.domain.spec import ServerSpec
from sidecar.supervision.interfaces import SourceChange, SourcesChanged

SETTLING_SECONDS = 3.0
"""What changes while a server starts, or so soon afterwards, the server may have written itself:
first records and caches are written about then, and a change takes up to 1.6 s to be told. A
developer, who has to read and think first, rarely saves twice in a row so soon."""

SUPERFLUOUS_RESTARTS = 2
"""So many in a row are risked before such a change is taken for the server's own."""

NAMES_TOLD = 3
"""More would bury what else a line of the log says."""

Watch = Callable[[ServerSpec, SourcesChanged], Callable[[], None]]
"""As `Processes.watch_sources`."""

logger = logging.getLogger(__name__)


class Reloading:
    """Owns the watch, if there is one."""

    def __init__(self, watch: Watch, changed: SourcesChanged) -> None:
        self._watch = watch
        self._changed = changed
        self._end: Callable[[], None] | None = None
        self._spec: ServerSpec | None = None
        self._written: set[str] = set()
        """The paths of what the server writes by itself."""
        self._doubtful_restarts = 0
        """In a row, for nothing but what the server may have written."""
        self._news_at = 0.0

    def keep(self, spec: ServerSpec, *, wanted: bool) -> None:
        """Begins or ends to watch, or watches something else; to be called at every news."""
        self._news_at = time.monotonic()
        before, self._spec = self._spec, spec
        watched_anew = before is None or _watched(before) != _watched(spec)
        if self._end is not None and (not wanted or watched_anew):
            self._end()
            self._end = None
        if self._end is None or spec != before:
            self._written.clear()
            self._doubtful_restarts = 0
        if wanted and self._end is None:
            self._end = self._watch(spec, self._changed)

    def sift(
        self, changes: tuple[SourceChange, ...], *, starting: bool, alive: bool
    ) -> tuple[SourceChange, ...]:
        """Those changes for which the server is to be restarted now.

        `starting` says that a start is under way, `alive` that there is a process, or soon will be.
        """
        soon = starting or time.monotonic() - self._news_at < SETTLING_SECONDS
        if alive or soon:  # without a process, somebody else wrote it: perhaps what mends a failure
            changes = tuple(one for one in changes if one.certain or one.path not in self._written)
        if not changes:
            return ()
        if not soon or any(change.certain for change in changes):
            self._doubtful_restarts = 0
            return changes
        if self._doubtful_restarts < SUPERFLUOUS_RESTARTS:
            self._doubtful_restarts += 1
            return changes
        self._learn(changes)
        return ()

    def _learn(self, changes: tuple[SourceChange, ...]) -> None:
        name = self._spec.name if self._spec is not None else ""
        self._news_at = time.monotonic()  # who goes on writing other files has not settled yet
        self._written.update(change.path for change in changes)
        logger.warning(
            "%s writes files whenever it starts; they are not watched any more: %s; name a file in "
            "`watch` if it has to count",
            name,
            listed(changes),
        )


def listed(changes: Sequence[SourceChange]) -> str:
    """The names of the first ones, and how many more there are."""
    names = ", ".join(change.name for change in changes[:NAMES_TOLD])
    more = len(changes) - NAMES_TOLD
    return f"{names} and {more} more" if more > 0 else names


def _watched(spec: ServerSpec) -> object:
    """The settings that say what counts as a source."""
    return spec.watch, spec.logs.file
