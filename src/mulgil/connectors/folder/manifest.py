"""The manifest: a table's files, columns and ledger in one document, replaced whole by one rename.

Data and record can't disagree, because they are one file. It is JSON that other programs may read: `files`
lists what is to be read, by paths relative to the table's folder.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from mulgil.connectors.folder.place import TablePlace
from mulgil.data.errors import LedgerFormatError, TargetError
from mulgil.data.ledger import CommitRecord, LedgerView, TableEntry
from mulgil.data.target import Column

MANIFEST_FORMAT = 1


class LiveFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file that holds rows of the table.

    `schema` is the number of the columns that it was written with. `scope` is the partition to which all its
    rows belong; None where that isn't known. `folder` is where it is shown, below the table's folder.
    """

    path: str
    rows: int
    bytes: int
    checksum: str
    schema: int = 0
    scope: str | None = None
    folder: str = ""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


class RetiredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the table doesn't have any more since version `version`; kept for those who read it still."""

    path: str
    version: int
    retired_at: int


class Tombstones(msgspec.Struct, frozen=True, kw_only=True):
    """The keys that were deleted from a table; the last of `schemas` are the columns."""

    schemas: tuple[tuple[Column, ...], ...] = ()
    files: tuple[LiveFile, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a table. The last of `schemas` are the table's columns; older files follow older ones."""

    format: int = MANIFEST_FORMAT
    table_name: str
    version: int = 0
    file_format: str
    schemas: tuple[tuple[Column, ...], ...] = ()
    files: tuple[LiveFile, ...] = ()
    tombstones: Tombstones = Tombstones()
    retired: tuple[RetiredFile, ...] = ()
    entry: TableEntry | None = None
    commits: tuple[CommitRecord, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...] | None:
        """The table's columns; None before it is created."""
        return self.schemas[-1] if self.schemas else None

    @property
    def every_file(self) -> tuple[LiveFile, ...]:
        """The table's files and those of its tombstones."""
        return (*self.files, *self.tombstones.files)

    @property
    def highest_fence(self) -> int:
        """The highest fence committed, or 0."""
        return max((commit.fence for commit in self.commits), default=0)

    def view(self, scopes: Iterable[str] | None, *, above: int | None = None) -> LedgerView:
        """Return the ledger's commits of `scopes` (None = all) and, where given, those above a fence."""
        wanted = None if scopes is None else frozenset(scopes)
        return LedgerView(
            highest_fence=self.highest_fence,
            entry=self.entry,
            commits=tuple(
                commit
                for commit in self.commits
                if wanted is None or commit.scope in wanted or (above is not None and commit.fence > above)
            ),
        )

    def with_commits(self, entry: TableEntry, commits: tuple[CommitRecord, ...]) -> "Manifest":
        """Return the manifest with ledger rows that replace those of the same scopes, in the order of scopes."""
        by_scope = {commit.scope: commit for commit in (*self.commits, *commits)}
        return msgspec.structs.replace(self, entry=entry, commits=tuple(by_scope[scope] for scope in sorted(by_scope)))


def encode(manifest: Manifest) -> bytes:
    """Return the document, in lines, so that people and `diff` can read it."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def decode(contents: bytes, path: Path) -> Manifest:
    """Read the document.

    Raises:
        LedgerFormatError: A newer mulgil wrote it.
        TargetError: It is damaged.
    """
    try:
        head = msgspec.json.decode(contents, type=_Head)
        if head.format > MANIFEST_FORMAT:
            raise LedgerFormatError(
                "data.ledger_newer", table=head.table_name, found=head.format, known=MANIFEST_FORMAT
            )
        return msgspec.json.decode(contents, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TargetError("folder.manifest_broken", file=str(path), detail=str(error)) from error


def read_manifest(place: TablePlace) -> Manifest | None:
    """Read the table as it is; None if it doesn't exist."""
    try:
        contents = place.manifest.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise TargetError("data.target_failed", target=str(place.manifest), detail=error.strerror) from error
    return decode(contents, place.manifest)


class _Head(msgspec.Struct):
    format: int
    table_name: str
