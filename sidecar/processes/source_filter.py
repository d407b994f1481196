"""Which changes of files count as changes of a server's sources, judged by their names alone.

Nothing here watches. What a server writes in passing does not count: it would restart for ever.
What no name tells is learned in `supervision.reloading`.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from sidecar.folders import running_folder
from sidecar.supervision.interfaces import SourceChange

if TYPE_CHECKING:
    from watchfiles import Change, DefaultFilter

# Besides what watchfiles ignores by itself: version control, virtual environments, caches, the
# temporary files of editors.
_IGNORED_FOLDERS = frozenset({".nox", ".ruff_cache", ".vscode", "site-packages", "venv"})

# What a server writes in passing, and what editors try out.
_IGNORED_FILES = re.compile(
    r"\.(log|pid|sock|tmp)$"
    r"|\.log\.\d+$"
    r"|\.(db|db3|duckdb|s3db|sqlite|sqlite2|sqlite3)([-.](journal|wal|shm))?$"
    r"|^4913$"  # vim, to see whether it may write
    r"|^#.*#$"  # emacs
    r"|^\.goutputstream-",
    re.IGNORECASE,
)

_CODE = ".py"


class Relevance:
    """Which changes count, of all that are seen: a filter in the manner of watchfiles."""

    def __init__(self, folders: Sequence[str], files: Sequence[str], log_file: str | None) -> None:
        """Within `folders` most files count, `files` always do; `log_file` is the server's own."""
        self._folders = folders
        self._files = frozenset(files)
        self._log_file = os.path.realpath(log_file) if log_file else None
        self._own_folder = _own_folder()

    def __call__(self, change: "Change", path: str) -> bool:
        """Whether this change counts."""
        if self._own_folder is not None and _is_within(path, self._own_folder):
            return False
        if path in self._files:
            return True
        roots = [folder for folder in self._folders if _is_within(path, folder)]
        # What stands above a watched folder says nothing: a project may live in a `.venv`.
        if not any(self._is_source(change, os.path.relpath(path, root)) for root in roots):
            return False
        if os.path.isdir(path):  # itself none, but what came along with it is not told apart
            return change.name == "added" and self._holds_sources(change, path)
        return not self._is_log(path)

    def is_within(self, path: str) -> bool:
        """Whether a path lies in one of the folders."""
        return any(_is_within(path, folder) for folder in self._folders)

    def described(self, paths: Iterable[str]) -> tuple[SourceChange, ...]:
        """What is to be told of paths whose changes count, in their order."""
        return tuple(
            SourceChange(path, self._name(path), self._is_certain(path))
            for path in sorted(set(paths))
        )

    def _name(self, path: str) -> str:
        for folder in self._folders:
            if _is_within(path, folder) and path != folder:
                return os.path.relpath(path, folder)
        return os.path.basename(path)

    def _is_certain(self, path: str) -> bool:
        if path.endswith(_CODE) or path in self._files or path in self._folders:
            return True
        return any(name.endswith(_CODE) for _, _, names in os.walk(path) for name in names)

    def _is_source(self, change: "Change", relative: str) -> bool:
        name = os.path.basename(relative)
        return not _IGNORED_FILES.search(name) and self._by_custom(change, relative)

    def _holds_sources(self, change: "Change", folder: str) -> bool:
        found = (os.path.join(top, name) for top, _, names in os.walk(folder) for name in names)
        return any(self(change, path) for path in found)

    def _is_log(self, path: str) -> bool:
        """Whether it is the server's log file, or an older part such as `server.log.1`."""
        if self._log_file is None or not path.startswith(self._log_file):
            return False
        rest = path[len(self._log_file) :]
        return not rest or (rest[0] == "." and rest[1:].isdecimal())

    @cached_property
    def _by_custom(self) -> "DefaultFilter":
        from watchfiles import DefaultFilter

        return DefaultFilter(ignore_dirs=[*DefaultFilter.ignore_dirs, *_IGNORED_FOLDERS])


def _own_folder() -> str | None:
    """Where the sidecar keeps its own things: it writes there whenever a server starts."""
    with contextlib.suppress(RuntimeError):  # the user has no home
        return os.path.realpath(running_folder().parent)
    return None


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
