"""What a parsed dag file depends on: the files and folders whose change makes it another dag."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Protocol

import msgspec


class Contents(Protocol):
    """What a closure is compared with."""

    def digest(self, path: str) -> str | None:
        """Return the hash of a file's contents; None where there is no such file."""
        ...

    def listing(self, folder: str) -> str | None:
        """Return a hash of the names in a folder; None where there is no such folder."""
        ...


class Uses(msgspec.Struct, frozen=True, array_like=True):
    """The paths (relative to the bundle) that a parse read: files, those that weren't there included, and folders."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


class Closure(msgspec.Struct, frozen=True, array_like=True):
    """What was in the used files and folders; None = not there."""

    files: dict[str, str | None]
    folders: dict[str, str | None]

    @classmethod
    def of(cls, uses: Uses, contents: Contents) -> Closure:
        """Record what the used paths hold."""
        return cls(
            {path: contents.digest(path) for path in sorted(set(uses.files))},
            {path: contents.listing(path) for path in sorted(set(uses.folders))},
        )

    def holds_for(self, contents: Contents) -> bool:
        """Whether nothing that was used has changed."""
        return all(contents.digest(path) == digest for path, digest in self.files.items()) and all(
            contents.listing(path) == digest for path, digest in self.folders.items()
        )

    def version_of(self, dag_hash: str) -> str:
        """Return the id of the version that a dag of this hash has with this closure."""
        digest = sha256(f"v1\n{dag_hash}\n".encode())
        for kind, entries in (("file", self.files), ("folder", self.folders)):
            for path, value in entries.items():
                # A name that was looked for in vain is no part of the code, or a new bundle file would
                # make a new version of every dag.
                if value is not None:
                    digest.update(f"{kind}\0{path}\0{value}\n".encode())
        return digest.hexdigest()


def joined(parts: Iterable[Uses]) -> Uses:
    """Return everything that any of them uses."""
    files: set[str] = set()
    folders: set[str] = set()
    for part in parts:
        files.update(part.files)
        folders.update(part.folders)
    return Uses(tuple(sorted(files)), tuple(sorted(folders)))
