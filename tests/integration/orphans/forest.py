"""Trees for one test, each with a record of its own."""

from pathlib import Path
from typing import Any

from tests.support.trees import Tree, app_tree, tree


class Forest:
    """Makes trees, and ends what a failed test leaves of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trees: list[Tree] = []

    def plant(self, *branches: str, **settings: Any) -> Tree:
        """A tree whose main process is a plain program; see `trees.tree`."""
        return self._keep(tree(self._record(), *branches, **settings))

    def plant_app(self, *branches: str, **settings: Any) -> Tree:
        """A tree whose main process is uvicorn; see `trees.app_tree`."""
        return self._keep(app_tree(self._record(), *branches, **settings))

    def clear(self) -> None:
        """For the end of a test, whatever came of it."""
        for one in self._trees:
            one.kill()

    def _record(self) -> Path:
        return self._folder / f"tree-{len(self._trees)}"

    def _keep(self, one: Tree) -> Tree:
        self._trees.append(one)
        return one
