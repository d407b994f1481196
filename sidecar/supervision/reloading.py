"""Watches a server's sources for as long as somebody wants it to run and to follow them."""

from collections.abc import Callable

from sidecar.domain.spec import ServerSpec

Watch = Callable[[ServerSpec, Callable[[str], None]], Callable[[], None]]
"""As `Processes.watch_sources`."""


class Reloading:
    """Owns the watch, if there is one."""

    def __init__(self, watch: Watch, changed: Callable[[str], None]) -> None:
        self._watch = watch
        self._changed = changed
        self._end: Callable[[], None] | None = None
        self._watched: object = None  # the settings that say what counts as a source

    def keep(self, spec: ServerSpec, *, wanted: bool) -> None:
        """Begins or ends to watch, or watches something else."""
        to_watch = (spec.watch, spec.logs.file)
        if self._end is not None and (not wanted or to_watch != self._watched):
            self._end()
            self._end = None
        if wanted and self._end is None:
            self._watched = to_watch
            self._end = self._watch(spec, self._changed)
