"""Loading a dag file from a folder that need not be where its author keeps it.

A bundle's snapshot is imported in place of the author's folder: `__file__` and everything read beside it
is the snapshot's, while tracebacks and messages show the author's path. Modules of the bundle get their
plain names and belong to one root at a time: loading from, or activating, another root puts the
other root's modules aside. The dag file itself has a name of its own for each root.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from mulgil.model import DagSpec
from mulgil.sdk._bundle_import import BundleLoader, BundleRoot
from mulgil.sdk._suggestion import listed, nearest
from mulgil.sdk.dag import DAG, DagFunction
from mulgil.sdk.errors import DagFileError
from mulgil.sdk.scope import collecting, no_scope

if TYPE_CHECKING:
    from pathlib import Path


class LoadedDagFile:
    """An imported dag file and the dags that it built, in the order of their creation."""

    def __init__(self, bundle_root: BundleRoot, file: str, *, bundle: str, module: ModuleType, dags: list[DAG]) -> None:
        """Keep what the import gave."""
        self.bundle_root = bundle_root
        self.root = bundle_root.root
        self.file = file
        self.bundle = bundle
        self.module = module
        self.dags = tuple(dags)
        self._specs: tuple[DagSpec, ...] | None = None

    def dag(self, dag_id: str) -> DAG:
        """Return one dag.

        Raises:
            DagFileError: The file has none of this id.
        """
        for found in self.dags:
            if found.dag_id == dag_id:
                return found
        known = [found.dag_id for found in self.dags]
        guess = nearest(dag_id, known) or listed(known) or "—"
        raise DagFileError("sdk.no_such_dag", dag_id=dag_id, file=self.file, guess=guess)

    def specs(self) -> tuple[DagSpec, ...]:
        """Compile every dag, once.

        Raises:
            DagDefinitionError: A dag can't run as it is declared.
        """
        if self._specs is None:
            self._specs = tuple(found.to_spec() for found in self.dags)
        return self._specs

    def missed_modules(self) -> tuple[str, ...]:
        """Return the top-level modules that the root was asked for and doesn't have; Python found them elsewhere."""
        return tuple(sorted(self.bundle_root.missed))

    def activate(self) -> None:
        """Make imports of bundle modules find this file's root (after another root was loaded)."""
        self.bundle_root.activate()


def load_dag_file(root: Path, file: str, *, bundle: str, shown_root: Path | None = None) -> LoadedDagFile:
    """Import `file` (relative to `root`) and return it with the dags that its top level built.

    Imports of the file are looked for in `root` and in the file's own folder first, then where Python
    looks. A dag that another file's top level built belongs to that file, not to this one.

    Args:
        root: The folder to import from: a snapshot, or the author's folder itself.
        file: The dag file, relative to `root`.
        bundle: The bundle's name.
        shown_root: The author's folder, for tracebacks and messages; `root` if it is the same.

    Raises:
        DagFileError: There is no such file, it only has @dag functions that are never called, or two dags of it
            have the same id.
        BaseException: Whatever the file's own code raises.
    """
    source = root / file
    if not source.is_file():
        raise DagFileError("sdk.no_such_file", file=str((shown_root or root) / file))
    bundle_root = BundleRoot.of(root, shown=shown_root or root)
    bundle_root.activate(folder=source.parent)
    name = _module_name(root, file)
    shown = str((shown_root or root) / file)
    with collecting() as found, no_scope():
        module = _import(bundle_root, name, source)
    dags = [dag for dag in found if isinstance(dag, DAG) and dag.origin.module_file in (shown, "")]
    if not dags:
        _check_calls(module, shown)
    _check_ids(dags, file)
    for dag in dags:
        dag.file, dag.root_folder = file, str(root)
    return LoadedDagFile(bundle_root, file, bundle=bundle, module=module, dags=dags)


def _import(bundle_root: BundleRoot, name: str, source: Path) -> ModuleType:
    loader = BundleLoader(name, str(source), bundle_root)
    module = ModuleType(name)
    module.__file__ = str(source)
    module.__loader__ = loader
    module.__spec__ = loader.module_spec()
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _module_name(root: Path, file: str) -> str:
    from hashlib import sha256

    stem = "".join(char if char.isalnum() else "_" for char in file.removesuffix(".py"))
    return f"mulgil_dag_{stem}_{sha256(f'{root}:{file}'.encode()).hexdigest()[:12]}"


def _check_calls(module: ModuleType, shown: str) -> None:
    """Refuse a file whose author forgot to call its @dag function."""
    for name, value in vars(module).items():
        if isinstance(value, DagFunction) and value.function.__module__ == module.__name__ and value.is_forgotten:
            line = value.function.__code__.co_firstlineno
            raise DagFileError("sdk.dag_never_called", name=name, file=shown, line=line)


def _check_ids(dags: list[DAG], file: str) -> None:
    seen: dict[str, DAG] = {}
    for dag in dags:
        earlier = seen.setdefault(dag.dag_id, dag)
        if earlier is not dag:
            raise DagFileError(
                "sdk.duplicate_dag_id",
                dag_id=dag.dag_id,
                file=dag.origin.file or file,
                line=dag.origin.line,
                first_line=earlier.origin.line,
            )
