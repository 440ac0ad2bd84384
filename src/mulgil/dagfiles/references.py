"""What dag code names without using it while it is imported.

A function that runs later may import a module of the bundle or open a file beside it. Both belong to the
code that a version is pinned to, so they are found in the text: imports anywhere, and string constants
that are the names of files or folders in the bundle.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from mulgil.dagfiles.closure import Uses

_LONGEST_NAME = 255
_MOST_IN_FOLDER = 1000


def find_references(root: Path, modules: tuple[str, ...], *, folder: str) -> Uses:
    """Return the bundle files that `modules` (paths of Python files) name, and those that these name.

    `folder` is the dag file's own folder, where imports are looked for besides the root.
    """
    finder = _Finder(root, folder)
    for module in modules:
        finder.add(module)
    finder.follow()
    return Uses(tuple(sorted(finder.files)), tuple(sorted(finder.folders)))


class _Finder:
    def __init__(self, root: Path, folder: str) -> None:
        self.root = root
        self.bases = ("", folder) if folder else ("",)
        self.files: set[str] = set()
        self.folders: set[str] = set()
        self._pending: list[str] = []

    def add(self, path: str) -> None:
        if path not in self.files and (self.root / path).is_file():
            self.files.add(path)
            if path.endswith(".py"):
                self._pending.append(path)

    def follow(self) -> None:
        while self._pending:
            module = self._pending.pop()
            try:
                tree = ast.parse((self.root / module).read_bytes())
            except (SyntaxError, ValueError, OSError, RecursionError):
                continue
            own_folder = module.rpartition("/")[0]
            for node in ast.walk(tree):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    for name, bases in self._imported(node, own_folder):
                        self._add_module(name, bases)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    self._add_named(node.value, (*self.bases, own_folder))

    def _imported(self, node: ast.Import | ast.ImportFrom, own_folder: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, self.bases
            return
        bases = self.bases
        if node.level:
            parts = own_folder.split("/") if own_folder else []
            if node.level - 1 > len(parts):
                return
            bases = ("/".join(parts[: len(parts) - (node.level - 1)]),)
        for alias in node.names:
            yield f"{node.module}.{alias.name}" if node.module else alias.name, bases

    def _add_module(self, name: str, bases: tuple[str, ...]) -> None:
        parts = name.split(".")
        for base in bases:
            for count in range(1, len(parts) + 1):
                place = "/".join([*([base] if base else []), *parts[:count]])
                self.add(f"{place}.py")
                self.add(f"{place}/__init__.py")

    def _add_named(self, text: str, bases: tuple[str, ...]) -> None:
        if not 0 < len(text) <= _LONGEST_NAME or "\n" in text or "\0" in text or text.strip("./") == "":
            return
        for base in dict.fromkeys(bases):
            place = (Path(base) / text) if base else Path(text)
            if place.is_absolute() or ".." in place.parts:
                continue
            self._add_place(place.as_posix())

    def _add_place(self, place: str) -> None:
        found = self.root / place
        try:
            if found.is_file():
                self.add(place)
            elif found.is_dir():
                self._add_folder(place)
        except (OSError, ValueError):
            return

    def _add_folder(self, place: str) -> None:
        if place in self.folders:
            return
        self.folders.add(place)
        inside = sorted(path for path in (self.root / place).rglob("*") if path.is_file())
        for path in inside[:_MOST_IN_FOLDER]:
            self.add(path.relative_to(self.root).as_posix())
