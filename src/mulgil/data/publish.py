"""Publish: the one atomic step, and what to do when nobody says whether it happened."""

import msgspec

from mulgil.data.change_rows import change_rows, microseconds
from mulgil.data.context import WriteContext
from mulgil.data.cursor import judge_with_cursor, moved
from mulgil.data.errors import (
    CommitUnknownError,
    ConnectionLostError,
    DataError,
    TransactionRetryError,
)
from mulgil.data.fault_point import FaultPoint
from mulgil.data.identity import build_id, producer, schema_hash, write_id
from mulgil.data.ledger import CommitRecord, LedgerView, entry_for, require_same_table
from mulgil.data.partition_value import fit_values
from mulgil.data.predicate import partition_column, predicate
from mulgil.data.prepared import Prepared
from mulgil.data.reject_table import reject_columns
from mulgil.data.scope import BeginAnew, Proceed, Verdict
from mulgil.data.table_spec import Grain, WriteMode
from mulgil.data.target import Dialect, PublishTransaction, Stage, Target

_COMMIT_TRIES = 5


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
        except TransactionRetryError:
            if attempt == _COMMIT_TRIES:
                raise
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
        ledger = transaction.ledger(prepared.watched, above=prepared.fence)
        require_same_table(ledger.entry, prepared.spec)
        verdict = judge_with_cursor(prepared.scopes, prepared.fence, ledger, prepared.cursor)
        if not isinstance(verdict, Proceed):
            return verdict, ()
        is_new = transaction.columns() is None
        was_new = prepared.cursor.is_new if prepared.cursor is not None else is_new
        if is_new != was_new or not _is_fitted(prepared, transaction, target.dialect):
            return BeginAnew(prepared.fence), ()
        change_rows(prepared, stage, transaction, target.dialect, context, ledger.entry)
        entry = entry_for(
            prepared.spec,
            table_name=prepared.table_name,
            fence=prepared.fence,
            before=ledger.entry,
            ordered_until=microseconds(context.data_interval.end) if prepared.mode is WriteMode.SCD2 else None,
        )
        now_us = context.now_us()
        written = tuple(msgspec.structs.replace(record, committed_at=now_us) for record in records)
        transaction.record(entry, written)
        if is_new:
            transaction.forget_added(but=prepared.fence)
        if prepared.rejects is not None:
            transaction.replace_rejects(prepared.rejects, reject_columns(target.dialect))
        context.hit(FaultPoint.K6)
        transaction.commit()
        context.hit(FaultPoint.K6C)
    return verdict, written


def _is_fitted(prepared: Prepared, transaction: PublishTransaction, dialect: Dialect) -> bool:
    """Whether the partitions are those of the table's column, which another write may have made meanwhile."""
    if prepared.spec.grain is not Grain.VALUE or not prepared.partitions:
        return True
    columns = transaction.columns() or ()
    return fit_values(prepared.spec, prepared.partitions, columns, dialect) == prepared.partitions


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
    records = tuple(
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
    return moved(records, prepared.cursor)


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


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value
