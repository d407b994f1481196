"""Tells when a file of a server has changed, for those that are restarted then.

Owns the threads that wait for changes. Which ones count is for `source_filter` to know, and what
follows for nobody here.
"""

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable, Sequence

from sidecar.domain.spec import ServerSpec
from sidecar.processes.source_filter import Relevance
from sidecar.supervision.interfaces import SourceChange, SourcesChanged

QUIET_MILLISECONDS = 50
"""A burst of changes is over when nothing has changed for so long: an editor that saves all its
files is faster, and a person does not notice the wait. So long at most does the end take, too."""

LONGEST_BURST_MILLISECONDS = 1600
"""Who keeps writing is not waited for any longer."""

LOOK_AGAIN_MILLISECONDS = 1000
"""How often to see whether a watched folder has been replaced, of which no event tells."""

PAUSE_SECONDS = 1.0
"""Before watching begins anew, so that what fails again and again costs little."""

logger = logging.getLogger(__name__)


def watch_sources(spec: ServerSpec, changed: SourcesChanged) -> Callable[[], None]:
    """Calls `changed` on the loop, once for a burst of changes; returns what ends that.

    See `supervision.interfaces.Processes`.
    """
    folders, files = _existing(spec)
    loop = asyncio.get_running_loop()
    ended = threading.Event()

    def tell(changes: tuple[SourceChange, ...]) -> None:
        if not ended.is_set():
            changed(changes)

    def report(changes: tuple[SourceChange, ...]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, changes)

    counts = Relevance(folders, files, spec.logs.file)
    # A file that an editor replaces would be lost from sight: it is its folder that is watched.
    beside = sorted({os.path.dirname(file) for file in files if not counts.is_within(file)})
    for paths, recursive in ((folders, True), (beside, False)):
        if paths:
            _Watcher(spec.name, paths, recursive, counts, report, ended).start()
    return ended.set


def _existing(spec: ServerSpec) -> tuple[list[str], list[str]]:
    """The folders and the files that are there to be watched."""
    folders: list[str] = []
    files: list[str] = []
    for path in spec.watch:
        real = os.path.realpath(path)  # as changes are reported
        if os.path.isdir(real):
            folders.append(real)
        elif os.path.exists(real):
            files.append(real)
        else:
            logger.warning("%s: %s does not exist and is not watched", spec.name, path)
    if not folders and not files:
        logger.warning(
            "%s: there is nothing to watch, so no change will restart it; correct `watch`",
            spec.name,
        )
    return folders, files


class _Watcher:
    """Reports changes beneath some paths until it is ended; what goes wrong is logged."""

    def __init__(
        self,
        name: str,
        paths: Sequence[str],
        recursive: bool,
        counts: Relevance,
        report: SourcesChanged,
        ended: threading.Event,
    ) -> None:
        self._name = name
        self._paths = paths
        self._recursive = recursive
        self._counts = counts
        self._report = report
        self._ended = ended

    def start(self) -> None:
        """In a thread of its own."""
        threading.Thread(target=self._run, name=f"watch {self._name}", daemon=True).start()

    def _run(self) -> None:
        try:
            while not self._ended.is_set():
                self._watch()
        except ImportError as error:
            if not self._ended.is_set():  # the watcher of other paths has told it
                self._ended.set()
                logger.error(
                    "%s: its files cannot be watched, so no change will restart it: the package "
                    "`watchfiles` cannot be imported (%s); install it anew",
                    self._name,
                    error,
                )
        except OSError as error:
            logger.error(
                "%s: its files cannot be watched (%s), so no change will restart it; name fewer "
                "folders in `watch`, or raise the limit of the system",
                self._name,
                error,
            )
        except Exception:
            logger.exception("%s: its files are not watched any longer", self._name)

    def _watch(self) -> None:
        """Returns when it is ended, or has to begin anew."""
        import watchfiles

        watched = _on_disk(self._paths)
        bursts = watchfiles.watch(
            *watched,
            watch_filter=self._counts,
            debounce=LONGEST_BURST_MILLISECONDS,
            step=QUIET_MILLISECONDS,  # `ended` is looked at as often
            rust_timeout=LOOK_AGAIN_MILLISECONDS,
            yield_on_timeout=True,
            stop_event=self._ended,
            recursive=self._recursive,
            ignore_permission_denied=True,
        )
        try:
            for changes in bursts:
                if changes:
                    self._report(self._counts.described(path for _, path in changes))
                elif replaced := _on_disk(self._paths).items() - watched.items():
                    self._report(self._counts.described(path for path, _ in replaced))
                    return
        except (FileNotFoundError, RuntimeError) as error:  # a name that is not UTF-8, for one
            logger.warning("%s: a change of its files may be missed: %s", self._name, error)
            self._ended.wait(PAUSE_SECONDS)


def _on_disk(paths: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Those of the paths that exist, and what they stand for: the system watches that, and does
    not tell when another thing takes the name.
    """
    found: dict[str, tuple[int, int]] = {}
    for path in paths:
        with contextlib.suppress(OSError):
            status = os.stat(path)
            found[path] = status.st_dev, status.st_ino
    return found
