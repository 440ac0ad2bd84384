"""The write contract with one rule broken at a time: each must turn the matrix red, on every target.

`break_rule` patches the process that it is called in, which is a child that makes one write.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

Break = Callable[[str], None]
MUTANTS: dict[str, Break] = {}
# Mode, fault point and company in which a mutant is seen.
SEEN_IN = {
    "no_fence_check": ("replace_partition", "K4", "zombie"),
    "every_fence_is_the_same": ("replace_partition", "K0", "alone"),
    "shared_stage": ("replace_partition", "K3", "zombie"),
    "stage_appended": ("replace_partition", "K4", "alone"),
    "no_ledger": ("replace_partition", "K7", "alone"),
    "ledger_outside_transaction": ("replace_partition", "K6", "alone"),
    "committed_in_two_steps": ("replace_partition", "K6", "alone"),
    "committed_writes_are_made_again": ("replace_partition", "K7", "alone"),
    "stages_are_never_dead": ("replace_partition", "K3", "alone"),
    "nothing_is_deleted": ("append", "K0", "alone"),
    "everything_is_deleted": ("append", "K0", "alone"),
    "merge_takes_the_last_comer": ("merge", "K0", "second"),
    "merge_forgets_the_deleted": ("merge", "K0", "alone"),
    "insert_only_never_looks_back": ("insert_only", "K0", "second"),
    "scd2_is_not_undone": ("scd2", "K0", "alone"),
}


def break_rule(name: str, kind: str) -> None:
    """Break the rule `name` as the target `kind` keeps it."""
    MUTANTS[name](kind)


def mutant(function: Break) -> Break:
    MUTANTS[function.__name__] = function
    return function


def _transaction_of(kind: str) -> Any:
    from mulgil.connectors.duckdb.transaction import DuckDbTransaction
    from mulgil.connectors.folder.transaction import FolderTransaction
    from mulgil.connectors.sqlite.transaction import SqliteTransaction

    return {"duckdb": DuckDbTransaction, "sqlite": SqliteTransaction, "files": FolderTransaction}[kind]


def _stage_of(kind: str) -> Any:
    from mulgil.connectors.duckdb.stage import ParquetStage
    from mulgil.connectors.folder.stage import FolderStage
    from mulgil.connectors.sqlite.stage import SqliteStage

    return {"duckdb": ParquetStage, "sqlite": SqliteStage, "files": FolderStage}[kind]


def _target_of(kind: str) -> Any:
    from mulgil.connectors.duckdb.target import DuckDbTarget
    from mulgil.connectors.folder.target import FolderTarget
    from mulgil.connectors.sqlite.target import SqliteTarget

    return {"duckdb": DuckDbTarget, "sqlite": SqliteTarget, "files": FolderTarget}[kind]


@mutant
def no_fence_check(kind: str) -> None:
    """Whoever publishes last wins, however old its rows."""
    from mulgil.data import cursor
    from mulgil.data.scope import Proceed

    cursor.judge = lambda *_: Proceed()


@mutant
def every_fence_is_the_same(kind: str) -> None:
    """`open` issues no new number."""
    import msgspec

    target = _target_of(kind)
    issue = target.open

    def open_again(self: Any, *arguments: Any, **more: Any) -> Any:
        return msgspec.structs.replace(issue(self, *arguments, **more), fence=1)

    target.open = open_again


@mutant
def shared_stage(kind: str) -> None:
    """The stage's name lacks the fence, and its lock is nobody's."""
    from mulgil.data import write as writing
    from mulgil.data.stage_lock import StageLock

    def take(self: Any, folder: Path, name: str) -> None:
        self._path = folder / (name + ".lock")
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    writing.stage_name = lambda table, scopes, fence: "_mulgil_stage_shared_0"
    StageLock.__init__ = take


@mutant
def stage_appended(kind: str) -> None:
    """What a dead attempt staged is added to."""
    import pyarrow.parquet as pq

    from mulgil.connectors.sqlite.arrow import declared_type, stored_columns
    from mulgil.connectors.sqlite.dialect import column_of

    shared_stage(kind)
    stage = _stage_of(kind)
    fill = stage.fill

    def append_to_file(self: Any, schema: Any, batches: Any) -> None:
        kept = []
        if self._path.exists() and self._path.stat().st_size > 8:
            kept = pq.read_table(self._path, partitioning=None).to_batches()
        fill(self, schema, (*kept, *batches))

    def append_to_table(self: Any, schema: Any, batches: Any) -> None:
        self._columns = tuple(column_of(field.name, declared_type(field)) for field in schema)
        listed = ", ".join(f"{column.name} {column.type}" for column in self._columns)
        marks = ", ".join("?" for _ in self._columns)
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {self.relation} ({listed})")
        for batch in batches:
            rows = zip(*stored_columns(batch), strict=True)
            self._connection.executemany(f"INSERT INTO {self.relation} VALUES ({marks})", rows)

    stage.fill = append_to_table if kind == "sqlite" else append_to_file


@mutant
def no_ledger(kind: str) -> None:
    """Nothing is written down."""
    transaction = _transaction_of(kind)
    record = transaction.record
    if kind == "files":  # the manifest is the ledger: it goes on without the commit
        transaction.record = lambda self, entry, commits: record(self, entry, ())
    else:
        transaction.record = lambda self, entry, commits: None


@mutant
def ledger_outside_transaction(kind: str) -> None:
    """The rows are committed first, the ledger after them."""
    transaction = _transaction_of(kind)
    record, commit = transaction.record, transaction.commit
    begin = {"duckdb": "BEGIN TRANSACTION", "sqlite": "BEGIN IMMEDIATE"}.get(kind)

    def record_later(self: Any, entry: Any, commits: Any) -> None:
        if begin is None:
            record(self, entry, ())
            commit(self)
            return
        commit(self)
        self._is_open = True
        self._connection.execute(begin)
        record(self, entry, commits)

    transaction.record = record_later
    if begin is None:
        transaction.commit = lambda self: None


@mutant
def committed_in_two_steps(kind: str) -> None:
    """What is replaced goes in one step, what replaces it comes in another."""
    transaction = _transaction_of(kind)
    begin = {"duckdb": "BEGIN TRANSACTION", "sqlite": "BEGIN IMMEDIATE"}.get(kind)
    if begin is None:
        insert = transaction.insert

        def insert_after(self: Any, *arguments: Any, **more: Any) -> None:
            from mulgil.connectors.folder.manifest import read_manifest

            before = read_manifest(self._publish.place)
            self._publish.prepare(before.entry, (), fence=before.entry.opened, now_us=0)
            self._publish.publish()
            insert(self, *arguments, **more)

        transaction.insert = insert_after
        return

    def apart(method: Any) -> Any:
        def done(self: Any, *arguments: Any, **more: Any) -> Any:
            found = method(self, *arguments, **more)
            self._connection.execute("COMMIT")
            self._connection.execute(begin)
            return found

        return done

    transaction.delete = apart(transaction.delete)
    transaction.execute = apart(transaction.execute)


@mutant
def committed_writes_are_made_again(kind: str) -> None:
    """The ledger isn't asked at *open* whether the attempt before did it."""
    from mulgil.data import write as writing

    writing._committed = lambda *_: None


@mutant
def stages_are_never_dead(kind: str) -> None:
    """A retry doesn't clear away what the dead attempt left."""
    _target_of(kind).dead_stages = lambda self: ()


@mutant
def nothing_is_deleted(kind: str) -> None:
    """A re-run doesn't find its rows again."""
    _transaction_of(kind).delete = lambda self, where: None


@mutant
def everything_is_deleted(kind: str) -> None:
    """A re-run takes others' rows with its own."""
    transaction = _transaction_of(kind)
    delete = transaction.delete
    transaction.delete = lambda self, where: delete(self, None)


@mutant
def merge_takes_the_last_comer(kind: str) -> None:
    """The data interval decides nothing."""
    from mulgil.data.modes.merge import Merge

    Merge._is_older = lambda self, work, alias: "(1 = 1)"


@mutant
def merge_forgets_the_deleted(kind: str) -> None:
    """A delete flag is stored like any row."""
    from mulgil.data.modes.merge import Merge

    Merge._is_deleted = lambda self, work: "(1 = 0)"


@mutant
def insert_only_never_looks_back(kind: str) -> None:
    """Rows of later intervals stay where an earlier one comes late."""
    from mulgil.data.modes.insert_only import InsertOnly

    changes = InsertOnly.changes
    InsertOnly.changes = lambda self, work: tuple(
        change for change in changes(self, work) if not getattr(change, "sql", "").startswith("DELETE")
    )


@mutant
def scd2_is_not_undone(kind: str) -> None:
    """The last interval is applied on top of itself."""
    from mulgil.data.modes.change import Delete
    from mulgil.data.modes.scd2 import Scd2

    changes = Scd2.changes
    Scd2.changes = lambda self, work: tuple(change for change in changes(self, work) if not isinstance(change, Delete))
