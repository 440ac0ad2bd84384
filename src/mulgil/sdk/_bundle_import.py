"""Imports inside a bundle: found in its root, compiled under the author's path."""

from __future__ import annotations

import linecache
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_STANDARD = sys.stdlib_module_names | {"mulgil"}


class BundleLoader(SourceFileLoader):
    """Compiles a file of a root under the path that its author knows; writes no bytecode."""

    def __init__(self, name: str, path: str, bundle_root: BundleRoot) -> None:
        """Load `path` as module `name`."""
        super().__init__(name, path)
        self.bundle_root = bundle_root

    def get_code(self, fullname: str) -> CodeType:
        """Compile the source anew; its lines are kept for tracebacks."""
        path = self.get_filename(fullname)
        data = self.get_data(path)
        shown = self.bundle_root.shown_path(path)
        text = self.get_source(fullname) or ""
        linecache.cache[shown] = (len(data), None, text.splitlines(keepends=True), shown)
        code: CodeType = self.source_to_code(data, shown)
        return code

    def module_spec(self) -> ModuleSpec:
        """Return the spec for a module that is executed directly."""
        spec = spec_from_file_location(self.name, self.path, loader=self)
        if spec is None:
            raise ImportError(f"{self.path} can't be imported")
        return spec


class BundleRoot:
    """One folder that bundle modules are imported from, and those that were."""

    _known: ClassVar[dict[tuple[Path, Path], BundleRoot]] = {}
    active_root: ClassVar[BundleRoot | None] = None

    def __init__(self, root: Path, shown: Path) -> None:
        """Import from `root`; show `shown`."""
        self.root = root
        self.shown = shown
        self._prefix = f"{root}/"
        self.folders = [root]
        self.modules: dict[str, ModuleType] = {}
        # Top-level modules that were looked for here in vain: a file of such a name would be imported instead.
        self.missed: set[str] = set()

    @classmethod
    def of(cls, root: Path, *, shown: Path) -> BundleRoot:
        """Return the one object for a root."""
        return cls._known.setdefault((root, shown), cls(root, shown))

    def activate(self, *, folder: Path | None = None) -> None:
        """Let imports find this root (and `folder` inside it); put another root's modules aside."""
        active = BundleRoot.active_root
        if active is not self:
            if active is not None:
                active.put_aside()
            sys.modules.update(self.modules)
            BundleRoot.active_root = self
        self.folders = [self.root] if folder is None or folder == self.root else [self.root, folder]
        if _FINDER not in sys.meta_path:
            sys.meta_path.insert(0, _FINDER)

    def put_aside(self) -> None:
        """Take the modules that came from this root out of reach, and remember them."""
        self.modules = {
            name: module
            for name, module in sys.modules.items()
            if isinstance(getattr(module, "__spec__", None), ModuleSpec) and self._owns(module)
        }
        for name in self.modules:
            del sys.modules[name]

    def _owns(self, module: ModuleType) -> bool:
        spec = module.__spec__
        if spec is None:
            return False
        loader = spec.loader
        if isinstance(loader, BundleLoader):
            return loader.bundle_root is self and not spec.name.startswith("mulgil_dag_")
        paths = spec.submodule_search_locations
        return loader is None and paths is not None and any(f"{path}/".startswith(self._prefix) for path in paths)

    def shown_path(self, path: str) -> str:
        """Return the author's path of a file of this root."""
        return str(self.shown / path.removeprefix(self._prefix)) if path.startswith(self._prefix) else path

    def inside(self, entries: Sequence[str]) -> list[Path]:
        """Return those of a package's folders that belong to this root."""
        return [self.root / entry.removeprefix(self._prefix) for entry in entries if entry.startswith(self._prefix)]

    def find(self, name: str, folders: Sequence[Path]) -> ModuleSpec | None:
        """Return the spec of a module that one of the folders holds."""
        last = name.rpartition(".")[2]
        for folder in folders:
            package = folder / last / "__init__.py"
            if package.is_file():
                loader = BundleLoader(name, str(package), self)
                return spec_from_file_location(
                    name, str(package), loader=loader, submodule_search_locations=[str(folder / last)]
                )
            source = folder / f"{last}.py"
            if source.is_file():
                return spec_from_file_location(name, str(source), loader=BundleLoader(name, str(source), self))
        return self._find_namespace(name, [folder / last for folder in folders])

    def _find_namespace(self, name: str, folders: Sequence[Path]) -> ModuleSpec | None:
        found = [str(folder) for folder in folders if folder.is_dir()]
        if not found or ("." not in name and PathFinder.find_spec(name) is not None):
            return None
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = found
        return spec


class _BundleFinder:
    """Looks into the active root before Python looks anywhere else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of the active root."""
        active = BundleRoot.active_root
        if active is None or fullname.partition(".")[0] in _STANDARD:
            return None
        if path is None:
            found = active.find(fullname, active.folders)
            if found is None:
                active.missed.add(fullname)
            return found
        inside = active.inside(path)
        return active.find(fullname, inside) if inside else None


_FINDER = _BundleFinder()
