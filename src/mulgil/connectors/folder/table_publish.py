"""One table's part in a publish: its rows under change, and the new manifest that makes them the table."""

import dataclasses
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mulgil.connectors.folder.durable import make_folder, sync_folder, write_file
from mulgil.connectors.folder.file_format import FileFormat
from mulgil.connectors.folder.garbage import remove, retired_by, unneeded, without_gone
from mulgil.connectors.folder.lock import HeldLock
from mulgil.connectors.folder.manifest import LiveFile, Manifest, Tombstones, encode, read_manifest
from mulgil.connectors.folder.pins import make_pin
from mulgil.connectors.folder.place import TablePlace
from mulgil.connectors.folder.rows import relation_of
from mulgil.connectors.folder.shown import show
from mulgil.connectors.folder.split import Part, Split, split_rows
from mulgil.connectors.folder.sql_session import translated
from mulgil.connectors.folder.table_change import Changed, TableChange
from mulgil.connectors.folder.writing import FileWriter
from mulgil.data.errors import ConnectionLostError
from mulgil.data.ledger import CommitRecord, TableEntry
from mulgil.data.scope import WHOLE_TABLE
from mulgil.data.sql_transaction import TOMBSTONES_PREFIX
from mulgil.data.target import Column
from mulgil.ports import Clock

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_log = logging.getLogger("mulgil.data")


class TablePublish:
    """Writes the files of one table, then swaps its manifest; the table's lock is held throughout."""

    def __init__(
        self,
        connection: "DuckDBPyConnection",
        place: TablePlace,
        held: HeldLock,
        *,
        new_format: FileFormat,
        work: Path,
        alias: str = "",
    ) -> None:
        """Begin with the table as it is; a table that doesn't exist will have files of `new_format`.

        SQL names the table with `alias` behind its name.
        """
        self._connection = connection
        self._new_format = new_format
        self._held = held
        self._work = work
        self.place = place
        self.before = read_manifest(place)
        begun = self.before or Manifest(table_name=place.table_name, file_format=new_format.value)
        named = dataclasses.replace(place, name=place.name + alias)
        self.change = TableChange(connection, place, begun, relation=relation_of(named))
        deleted = dataclasses.replace(place, name=TOMBSTONES_PREFIX + named.name)
        kept = begun.tombstones
        self.tombstones = TableChange(
            connection,
            place,
            msgspec.structs.replace(begun, schemas=kept.schemas, files=kept.files),
            relation=relation_of(deleted),
        )
        self._next: Manifest | None = None
        self._writer: FileWriter | None = None

    @property
    def columns(self) -> tuple[Column, ...] | None:
        """The table's columns as they are by now."""
        return self.change.manifest.columns

    @property
    def is_published(self) -> bool:
        """Whether the manifest is swapped."""
        return self._next is not None and self._writer is None

    @property
    def fences_before(self) -> tuple[int, ...]:
        """The fences of the commits whose rows the table held when this began."""
        return _live(self.before.commits if self.before is not None else ())

    @property
    def live_fences(self) -> tuple[int, ...]:
        """The fences of the commits whose rows the table holds once this one is published."""
        return _live(self._next.commits if self._next is not None else ())

    def again(self) -> "TablePublish":
        """Begin another publish of the table, under the same lock."""
        return TablePublish(
            self._connection,
            self.place,
            self._held,
            new_format=self._new_format,
            work=self._work / "again",
            alias=" again",
        )

    def prepare(
        self,
        entry: TableEntry,
        commits: Sequence[CommitRecord],
        *,
        fence: int,
        now_us: int,
        whole_file: Path | None = None,
        author_scope: str | None = None,
    ) -> None:
        """Write every file and the new manifest, all on the disk, none of them visible.

        `whole_file` is a Parquet file that holds just the rows to add. `author_scope` is set where all new
        rows are one producer's.
        """
        with translated(self.place.folder):
            table = self.change.manifest
            self._writer = FileWriter(
                self._connection, self.place, self._work, file_format=FileFormat(table.file_format), fence=fence
            )
            changed = self.change.result()
            scopes = [commit.scope for commit in commits]
            new = self._write(self._writer, changed, entry, scopes, whole_file=whole_file)
            if author_scope is not None and not self.change.is_loaded:
                new = tuple(msgspec.structs.replace(file, scope=author_scope) for file in new)
            after = msgspec.structs.replace(
                without_gone(self.place, table),
                version=table.version + 1,
                files=(*changed.kept, *new),
                tombstones=self._write_tombstones(self._writer),
            ).with_commits(entry, tuple(commits))
            self._next = retired_by(self.before, after, now_us=now_us)
            make_folder(self.place.data)
            sync_folder(self.place.data)
            make_pin(self.place, after.version)
            write_file(self.place.next_manifest, encode(self._next))

    def publish(self) -> None:
        """Swap the manifest.

        Raises:
            TargetError: Nothing was swapped.
            ConnectionLostError: It was swapped, and the disk didn't confirm it.
        """
        self._held.require_held()
        with translated(self.place.folder):
            self.place.next_manifest.rename(self.place.manifest)
        self._writer = None
        try:
            sync_folder(self.place.ours)
        except OSError as error:
            raise ConnectionLostError(
                "data.connection_lost", target=str(self.place.manifest), detail=error.strerror or str(error)
            ) from error

    def tidy(self, clock: Clock, grace: timedelta) -> None:
        """After the swap: show the new files to other programs, remove what nobody reads; failing is no failure."""
        manifest = self._next
        if manifest is None or not self.is_published:
            return
        try:
            show(self.place, manifest, before=self.before)
            remove(self.place, unneeded(self.place, manifest, now=clock.now(), grace=grace))
        except OSError as error:
            _log.warning("%s is published; its folders could not be tidied yet: %s", self.place.table_name, error)

    def discard(self) -> None:
        """Take back what wasn't published."""
        if self._writer is not None:
            with suppress(OSError):
                self._writer.discard()
                self.place.next_manifest.unlink(missing_ok=True)

    def _write(
        self,
        writer: FileWriter,
        changed: Changed,
        entry: TableEntry,
        scopes: Sequence[str],
        *,
        whole_file: Path | None,
    ) -> tuple[LiveFile, ...]:
        table = self.change.manifest
        if changed.rows is None or table.columns is None:
            return ()
        schema = len(table.schemas) - 1
        split = split_rows(self._connection, changed.rows, entry=entry, columns=table.columns, scopes=scopes)
        if whole_file is None or len(split.parts) > 1 or self.change.is_loaded:
            return writer.write(changed.rows, table.columns, split, schema=schema)
        return writer.adopt(whole_file, split.parts[0], schema=schema)

    def _write_tombstones(self, writer: FileWriter) -> Tombstones:
        changed, table = self.tombstones.result(), self.tombstones.manifest
        if changed.rows is None or table.columns is None:
            return Tombstones(schemas=table.schemas, files=changed.kept)
        files = writer.write(changed.rows, table.columns, Split((Part(),)), schema=len(table.schemas) - 1)
        return Tombstones(schemas=table.schemas, files=(*changed.kept, *files))


def _live(commits: Sequence[CommitRecord]) -> tuple[int, ...]:
    floor = max((commit.fence for commit in commits if commit.scope == WHOLE_TABLE), default=0)
    return tuple(sorted({commit.fence for commit in commits if commit.fence >= floor}))
