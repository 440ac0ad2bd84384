"""The change of rows within a publish: columns first, then what the mode says."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from mulgil.data.audit import SAMPLED_ROWS, sample_of
from mulgil.data.comparable import stray_query
from mulgil.data.context import WriteContext
from mulgil.data.errors import LateRowsError, OutOfOrderError, SchemaMismatchError
from mulgil.data.identity import author
from mulgil.data.ledger import TableEntry
from mulgil.data.modes import Change, ModeOptions, Work, mode_of
from mulgil.data.modes.change import CreateTombstones, Delete, Index, Insert, RefuseLate, Run
from mulgil.data.own_columns import INTERVAL_END, WRITE, without_own
from mulgil.data.prepared import Prepared
from mulgil.data.schema import created_columns, require_typed_columns, table_changes
from mulgil.data.table_spec import TableSpec, WriteMode
from mulgil.data.target import Column, Dialect, PublishTransaction, Stage
from mulgil.model import DataInterval

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
    if microseconds(interval.end) < entry.ordered_until:
        raise OutOfOrderError(
            "data.out_of_order",
            table=spec.name,
            mode=mode.value,
            end=interval.end.isoformat(),
            until=(_EPOCH + timedelta(microseconds=entry.ordered_until)).isoformat(),
        )


def change_rows(
    prepared: Prepared,
    stage: Stage,
    transaction: PublishTransaction,
    dialect: Dialect,
    context: WriteContext,
    entry: TableEntry | None,
) -> None:
    """Bring the table to what the write makes of it, under the table's ledger lock.

    Raises:
        AuditError: The table as it stands there rules the staged rows out.
    """
    spec, mode, options = prepared.spec, mode_of(prepared.mode), prepared.options
    stored = stored_columns(stage.columns, options)
    added = mode.added(options, stored)
    existing = transaction.columns()
    if existing is None:
        created = created_columns(declared_spec(spec, options), stored, dialect)
        require_typed_columns(spec.name, created)
        shared = (WRITE, INTERVAL_END) if prepared.is_shared else ()
        transaction.create_table((*created, *dict.fromkeys((*added, *shared))))
        existing = transaction.columns() or ()
        if transaction.has_tombstones():
            # They are those of a table that somebody dropped.
            transaction.execute(f"DELETE FROM {transaction.tombstones}")
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
        _require_comparable(spec, transaction, existing, mode.compared(spec, options), dialect)
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


def _require_comparable(
    spec: TableSpec,
    transaction: PublishTransaction,
    existing: Sequence[Column],
    compared: Sequence[str],
    dialect: Dialect,
) -> None:
    """Refuse a table in which other programs left values that would be compared wrongly."""
    query = stray_query(transaction.relation, existing, compared, dialect)
    found = transaction.query(query) if query is not None else []
    if found:
        raise SchemaMismatchError(
            "data.column_stray", table=spec.name, column=str(found[0]["name"]), value=repr(found[0]["value"])
        )


def microseconds(instant: datetime) -> int:
    """Return an instant in µs since the epoch."""
    return (instant - _EPOCH) // timedelta(microseconds=1)
