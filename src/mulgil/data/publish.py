"""Publish: the one atomic step, and what to do when nobody says whether it happened."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from mulgil.data.audit import SAMPLED_ROWS, sample_of
from mulgil.data.checks import CheckResult
from mulgil.data.context import WriteContext
from mulgil.data.errors import (
    CommitUnknownError,
    ConnectionLostError,
    DataError,
    LateRowsError,
    OutOfOrderError,
    SchemaMismatchError,
)
from mulgil.data.fault_point import FaultPoint
from mulgil.data.identity import author, build_id, producer, schema_hash, write_id
from mulgil.data.ledger import CommitRecord, LedgerView, TableEntry, entry_for, require_same_table
from mulgil.data.modes import Change, ModeOptions, Work, mode_of
from mulgil.data.modes.change import CreateTombstones, Delete, Index, Insert, RefuseLate, Run
from mulgil.data.own_columns import without_own
from mulgil.data.partition import Partition
from mulgil.data.predicate import partition_column, predicate
from mulgil.data.reject_table import reject_columns
from mulgil.data.schema import created_columns, require_typed_columns, table_changes
from mulgil.data.scope import Proceed, Verdict, judge
from mulgil.data.table_spec import TableSpec, WriteMode
from mulgil.data.target import Column, Dialect, PublishTransaction, Stage, Target
from mulgil.model import DataInterval

_COMMIT_TRIES = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A write that is staged and audited: everything that the atomic step needs."""

    spec: TableSpec
    mode: WriteMode
    options: ModeOptions
    partitions: tuple[Partition, ...]
    scopes: tuple[str, ...]
    table_name: str
    fence: int
    inputs: tuple[str, ...]
    checks: tuple[CheckResult, ...]
    rejects: str | None = None


def publish(
    prepared: Prepared, stage: Stage, target: Target, context: WriteContext
) -> tuple[Verdict, tuple[CommitRecord, ...]]:
    """Publish a staged write, or say why not; the records are empty unless it is committed.

    A connection lost in COMMIT is resolved by the ledger: if it carries this write's fence, it happened;
    if not, it did not and never will (a transaction dies with its connection), and the step is repeated.

    Raises:
        CommitUnknownError: The ledger could not be asked.
        SchemaMismatchError: The table was altered since *open*.
    """
    records = _records(prepared, stage, target.dialect, context)
    for attempt in range(1, _COMMIT_TRIES + 1):
        try:
            verdict, written = _apply(prepared, stage, target, context, records)
        except ConnectionLostError:
            committed = _find_committed(prepared, target)
            if committed is not None:
                return Proceed(), committed
            if attempt == _COMMIT_TRIES:
                raise
        else:
            return verdict, written
    raise AssertionError(attempt)


def _apply(
    prepared: Prepared, stage: Stage, target: Target, context: WriteContext, records: tuple[CommitRecord, ...]
) -> tuple[Verdict, tuple[CommitRecord, ...]]:
    with target.transaction(prepared.spec.name, stage) as transaction:
        ledger = transaction.ledger(prepared.scopes, above=prepared.fence)
        require_same_table(ledger.entry, prepared.spec)
        verdict = judge(prepared.scopes, prepared.fence, ledger.commits)
        if not isinstance(verdict, Proceed):
            return verdict, ()
        _change_rows(prepared, stage, transaction, target.dialect, context, ledger.entry)
        entry = entry_for(
            prepared.spec,
            table_name=prepared.table_name,
            fence=prepared.fence,
            before=ledger.entry,
            ordered_until=_microseconds(context.data_interval.end) if prepared.mode is WriteMode.SCD2 else None,
        )
        now_us = context.now_us()
        written = tuple(msgspec.structs.replace(record, committed_at=now_us) for record in records)
        transaction.record(entry, written)
        if prepared.rejects is not None:
            transaction.replace_rejects(prepared.rejects, reject_columns(target.dialect))
        context.hit(FaultPoint.K6)
        transaction.commit()
        context.hit(FaultPoint.K6C)
    return verdict, written


def stored_columns(staged: Sequence[Column], options: ModeOptions) -> tuple[Column, ...]:
    """Return the staged columns that go into the table."""
    flag = (options.delete_flag or "").casefold()
    return tuple(column for column in without_own(staged) if column.name.casefold() != flag)


def declared_spec(spec: TableSpec, options: ModeOptions) -> TableSpec:
    """Return the table without the declared column that isn't stored: the delete flag's."""
    flag = (options.delete_flag or "").casefold()
    return msgspec.structs.replace(
        spec, columns=tuple(column for column in spec.columns if column.name.casefold() != flag)
    )


def kept_columns(
    existing: Sequence[Column], mode: WriteMode, options: ModeOptions, stored: Sequence[Column]
) -> tuple[Column, ...]:
    """Return the table's columns that a write must bring: all but those that the mode fills."""
    added = {column.name.casefold() for column in mode_of(mode).added(options, stored)}
    return tuple(column for column in without_own(existing) if column.name.casefold() not in added)


def require_in_order(spec: TableSpec, mode: WriteMode, entry: TableEntry | None, interval: DataInterval) -> None:
    """Refuse an interval that comes after a later one, in a mode that needs them in order.

    Raises:
        OutOfOrderError: Naming both ends.
    """
    if mode is not WriteMode.SCD2 or entry is None or entry.ordered_until is None:
        return
    if _microseconds(interval.end) < entry.ordered_until:
        raise OutOfOrderError(
            "data.out_of_order",
            table=spec.name,
            mode=mode.value,
            end=interval.end.isoformat(),
            until=(_EPOCH + timedelta(microseconds=entry.ordered_until)).isoformat(),
        )


def _change_rows(
    prepared: Prepared,
    stage: Stage,
    transaction: PublishTransaction,
    dialect: Dialect,
    context: WriteContext,
    entry: TableEntry | None,
) -> None:
    spec, mode, options = prepared.spec, mode_of(prepared.mode), prepared.options
    stored = stored_columns(stage.columns, options)
    added = mode.added(options, stored)
    existing = transaction.columns()
    if existing is None:
        created = created_columns(declared_spec(spec, options), stored, dialect)
        require_typed_columns(spec.name, created)
        transaction.create_table((*created, *added))
        existing = transaction.columns() or ()
    else:
        require_in_order(spec, prepared.mode, entry, context.data_interval)
        _require_added(prepared, existing, added)
        kept = kept_columns(existing, prepared.mode, options, stored)
        changes = table_changes(spec, kept, stored, dialect)
        for column in changes.added:
            transaction.add_column(column)
        for column, wide in changes.widened:
            transaction.widen_column(column, wide)
        existing = transaction.columns() or ()
    work = Work(
        spec=spec,
        options=options,
        partitions=prepared.partitions,
        columns=stored,
        existing=existing,
        dialect=dialect,
        table=transaction.relation,
        stage=transaction.staged,
        tombstones=transaction.tombstones,
        has_tombstones=transaction.has_tombstones(),
        author=author(context),
        interval_end=context.data_interval.end.replace(tzinfo=None),
    )
    for change in mode.changes(work):
        _change(change, transaction, spec)


def _require_added(prepared: Prepared, existing: Sequence[Column], added: Sequence[Column]) -> None:
    """Refuse a table in which a re-run couldn't find its rows again."""
    known = {column.name.casefold() for column in existing}
    for column in added:
        if column.name.casefold() not in known:
            raise SchemaMismatchError(
                "data.mode_column_missing",
                table=prepared.spec.name,
                mode=prepared.mode.value,
                column=column.name,
                type=column.type,
            )


def _change(change: Change, transaction: PublishTransaction, spec: TableSpec) -> None:
    match change:
        case Index():
            transaction.index(change.columns)
        case CreateTombstones():
            transaction.create_tombstones(change.columns)
        case Delete():
            transaction.delete(change.where)
        case Insert():
            transaction.insert(change.columns, dict(change.constants))
        case Run():
            transaction.execute(change.sql)
        case RefuseLate():
            late = transaction.query(f"SELECT * FROM ({change.sql}) AS late LIMIT {SAMPLED_ROWS}")
            if late:
                raise LateRowsError("data.rows_late", table=spec.name, sample=sample_of(late))


def _find_committed(prepared: Prepared, target: Target) -> tuple[CommitRecord, ...] | None:
    try:
        ledger: LedgerView = target.read_ledger(prepared.spec.name, prepared.scopes)
    except DataError as error:
        raise CommitUnknownError(
            "data.commit_unknown", table=prepared.spec.name, fence=prepared.fence, detail=str(error)
        ) from error
    found = tuple(record for record in ledger.of_scopes(prepared.scopes) if record is not None)
    is_mine = len(found) == len(prepared.scopes) and all(record.fence == prepared.fence for record in found)
    return found if is_mine else None


def _records(prepared: Prepared, stage: Stage, dialect: Dialect, context: WriteContext) -> tuple[CommitRecord, ...]:
    contents = _contents(prepared, stage, dialect)
    total = sum(rows for rows, _ in contents)
    return tuple(
        CommitRecord(
            table_name=prepared.table_name,
            scope=scope,
            fence=prepared.fence,
            write_id=write_id(context),
            producer=producer(context),
            mode=prepared.mode.value,
            rows=rows,
            bytes=stage.size * rows // total if total else 0,
            checksum=checksum,
            schema_hash=schema_hash(stage.columns),
            code_version=context.code_version,
            build_id=build_id(context, scope=scope, inputs=prepared.inputs),
            input_commits=msgspec.json.encode(prepared.inputs).decode(),
            checks=msgspec.json.encode(prepared.checks).decode(),
            cursor_before=None,
            cursor_after=None,
            committed_at=0,
        )
        for scope, (rows, checksum) in zip(prepared.scopes, contents, strict=True)
    )


def _contents(prepared: Prepared, stage: Stage, dialect: Dialect) -> list[tuple[int, str]]:
    """Return rows and checksum of each scope, in one pass over the stage."""
    wheres: list[str] = [""]
    if prepared.mode is WriteMode.REPLACE_PARTITION:
        column = partition_column(prepared.spec, stage.columns)
        wheres = [f" FILTER (WHERE {predicate([part], column, dialect)})" for part in prepared.partitions]
    method = dialect.checksum_method
    picked = [f"count(*){where} AS n{index}" for index, where in enumerate(wheres)]
    if method:
        digest = dialect.checksum("staged")
        picked += [f"{digest}{where} AS c{index}" for index, where in enumerate(wheres)]
    row = stage.query(f"SELECT {', '.join(picked)} FROM {stage.relation} AS staged")[0]
    return [
        (_integer(row[f"n{index}"]), f"{method}:{row[f'c{index}'] or 0}" if method else "")
        for index in range(len(wheres))
    ]


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value
