"""The write contract: open → stage → audit → publish → clean.

Theory of operation. A write takes a *fence* from the target before it reads a byte, stages its rows
where nobody looks, audits them there, and then, in one transaction under the table's ledger lock, asks
the ledger whether a newer write has touched what it is about to replace. So the published writes of a
table are in the order of their fences, whoever makes them: any number of schedulers, installations,
backfills and tries, with no coordination but the ledger. A process may be killed between any two
instructions: before the commit the table is untouched, after it the ledger says so, and the next try
reads that at *open*.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from mulgil.data.audit import (
    count_rows,
    partition_faults,
    rejecting_faults,
    require_rows_in_partitions,
    run_checks,
)
from mulgil.data.change_rows import declared_spec, kept_columns, require_in_order, stored_columns
from mulgil.data.checks import BAD_ROWS, Check, CheckResult, Severity
from mulgil.data.conform import conform
from mulgil.data.context import Announcement, WriteContext
from mulgil.data.cursor import Incremental
from mulgil.data.empty_schema import empty_schema
from mulgil.data.errors import DataError, DeclarationError, StaleWriteError
from mulgil.data.fault_point import FaultPoint
from mulgil.data.identity import author, producer, stage_name, write_id
from mulgil.data.ledger import LedgerView, require_same_table
from mulgil.data.modes import ModeOptions, mode_of
from mulgil.data.modes.options import require_fitting, require_staged
from mulgil.data.outcome import WriteOutcome, WriteStatus
from mulgil.data.partition import Partition
from mulgil.data.partition_value import fit_values
from mulgil.data.predicate import partition_column
from mulgil.data.prepared import Prepared
from mulgil.data.publish import publish
from mulgil.data.reject import BadRowLimit, BadRows
from mulgil.data.reject_table import RejectOrigin, reject_batches, reject_schema
from mulgil.data.schema import require_distinct_columns
from mulgil.data.scope import BeginAnew, Superseded
from mulgil.data.set_aside import set_aside
from mulgil.data.table_spec import Grain, TableSpec, WriteMode
from mulgil.data.target import Batches, Column, Dialect, NativeQuery, Opened, Origin, Stage, Target

if TYPE_CHECKING:
    import pyarrow as pa

_OPENS = 5


class WriteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written where. `partitions` are those replaced, in `replace_partition`.

    `is_shared`: the table is written in other modes, too, so it is made with the columns of each.

    `bad_rows` is how many rows may be set aside, into the table called `rejects` beside the table;
    `rejects_outside`: rows outside of the partitions are among them. `source` is what the rows come from.

    Raises:
        DeclarationError: Mode, options, key and partitions contradict each other.
    """

    spec: TableSpec
    mode: WriteMode
    partitions: tuple[Partition, ...] = ()
    options: ModeOptions = ModeOptions()
    is_shared: bool = False
    checks: tuple[Check, ...] = ()
    bad_rows: BadRowLimit = BadRowLimit(count=0)
    rejects: str | None = None
    rejects_outside: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse a partitioned write that names no partition, and the reverse; and what the mode can't do."""
        is_partitioned = self.mode is WriteMode.REPLACE_PARTITION
        if is_partitioned != bool(self.partitions) or (is_partitioned and self.spec.partition_by is None):
            raise DeclarationError("data.mode_needs_partition", table=self.spec.name, mode=self.mode.value)
        require_fitting(self.spec, self.mode, self.options)
        if self.bad_rows.accepts_any != (self.rejects is not None):
            raise DeclarationError("data.rejects_without_limit", table=self.spec.name)

    def scopes(self, context: WriteContext) -> tuple[str, ...]:
        """What the write replaces, sorted."""
        return mode_of(self.mode).scopes(self.partitions, author(context))


def write(request: WriteRequest, target: Target, origin: Origin | NativeQuery, context: WriteContext) -> WriteOutcome:
    """Make one write: after it the table's scopes hold exactly the origin's rows, or nothing has changed.

    Begins anew, with a new fence, when newer writes replaced only parts of what it replaces.

    Raises:
        StaleWriteError: That happened five times.
        AuditError: The staged rows may not be published; the table is unchanged.
        DataError: Source or target failed; the table is unchanged, unless it is a `CommitUnknownError`.
    """
    for _ in range(_OPENS):
        outcome = _write_once(request, target, origin, context)
        if outcome is not None:
            return outcome
    raise StaleWriteError("data.stale_write", table=request.spec.name, times=_OPENS)


def find_committed(request: WriteRequest, target: Target, context: WriteContext) -> WriteOutcome | None:
    """Ask the ledger, changing nothing, whether this write is committed in all its scopes."""
    request = _fitted(request, target)
    return _committed(request, target.read_ledger(request.spec.name, request.scopes(context)), context)


def _committed(request: WriteRequest, ledger: LedgerView, context: WriteContext) -> WriteOutcome | None:
    scopes = request.scopes(context)
    found = ledger.of_scopes(scopes)
    mine = write_id(context)
    records = tuple(record for record in found if record is not None and record.write_id == mine)
    if len(records) != len(found):
        return None
    return WriteOutcome(
        status=WriteStatus.ALREADY_COMMITTED,
        table_name=records[0].table_name,
        scopes=scopes,
        fence=max(record.fence for record in records),
        records=records,
        checks=msgspec.json.decode(records[0].checks, type=tuple[CheckResult, ...]),
    )


def _write_once(
    request: WriteRequest, target: Target, origin: Origin | NativeQuery, context: WriteContext
) -> WriteOutcome | None:
    """One round; None if it must begin anew."""
    context.hit(FaultPoint.K0)
    request = _fitted(request, target)
    scopes = request.scopes(context)
    incremental = Incremental.of(origin, context)
    watched = (*scopes, incremental.scope) if incremental else scopes
    opened = target.open(request.spec.name, watched, now_us=context.now_us())
    context.hit(FaultPoint.K1)
    require_same_table(opened.ledger.entry, request.spec)
    if opened.columns is not None and request.spec.partition_by is not None:
        partition_column(request.spec, opened.columns)
    # A table that somebody dropped has lost what the ledger says of it.
    is_kept = context.is_pure and opened.columns is not None
    if is_kept and (done := _committed(request, opened.ledger, context)) is not None:
        context.committed(done)
        _sweep(target)
        return done
    if opened.columns is not None:
        require_in_order(request.spec, request.mode, opened.ledger.entry, context.data_interval)
    if incremental is not None:
        incremental = incremental.opened(opened, scopes, context, target)
    with target.create_stage(stage_name(opened.table_name, scopes, opened.fence)) as stage:
        context.hit(FaultPoint.K2)
        inputs, bad_rows = _fill(request, stage, target, origin, context)
        context.hit(FaultPoint.K4)
        with bad_rows:
            checks = _conform(request, opened, stage, target, bad_rows)
            request = _fitted_to(request, stage.columns, target.dialect)
            checks += _audit(request, stage, target.dialect, bad_rows)
            checks += _stage_rejects(request, opened, stage, context, bad_rows)
        context.hit(FaultPoint.K5)
        prepared = Prepared(
            spec=request.spec,
            mode=request.mode,
            options=request.options,
            is_shared=request.is_shared,
            partitions=request.partitions,
            scopes=request.scopes(context),
            table_name=opened.table_name,
            fence=opened.fence,
            inputs=tuple(sorted({*inputs, *context.inputs})),
            checks=checks,
            rejects=request.rejects,
            cursor=incremental.move() if incremental else None,
        )
        outcome = _publish(prepared, stage, target, context)
    context.hit(FaultPoint.K9)
    _sweep(target)
    return outcome


def _publish(prepared: Prepared, stage: Stage, target: Target, context: WriteContext) -> WriteOutcome | None:
    context.publishing(Announcement(table_name=prepared.table_name, scopes=prepared.scopes, write_id=write_id(context)))
    verdict, records = publish(prepared, stage, target, context)
    if isinstance(verdict, BeginAnew):
        return None
    superseded = isinstance(verdict, Superseded)
    outcome = WriteOutcome(
        status=WriteStatus.SUPERSEDED if superseded else WriteStatus.COMMITTED,
        table_name=prepared.table_name,
        scopes=prepared.scopes,
        fence=prepared.fence,
        records=records,
        checks=prepared.checks,
        superseded_by=verdict.by if isinstance(verdict, Superseded) else None,
    )
    context.hit(FaultPoint.K7)
    context.committed(outcome)
    context.hit(FaultPoint.K8)
    return outcome


def _fill(
    request: WriteRequest, stage: Stage, target: Target, origin: Origin | NativeQuery, context: WriteContext
) -> tuple[tuple[str, ...], BadRows]:
    if isinstance(origin, NativeQuery):
        inputs = stage.fill_query(origin)
        context.hit(FaultPoint.K3)
        return inputs, BadRows(request.bad_rows)
    with origin.open() as batches:
        require_distinct_columns(request.spec.name, batches.schema.names)
        if batches.schema.names:
            stage.fill(batches.schema, _watched(batches, context))
        else:
            # An empty answer often names no columns; no row has none.
            stage.fill(empty_schema(request.spec, target), iter(()))
        return batches.inputs, batches.bad_rows or BadRows(request.bad_rows)


def _watched(batches: Batches, context: WriteContext) -> "Iterator[pa.RecordBatch]":
    """Pass batches on, counting; the middle of staging is after the first batch, or before the end of none."""
    rows = 0
    is_middle = True
    for batch in batches.batches:
        yield batch
        rows += batch.num_rows
        context.progress(rows, batches.total)
        if is_middle:
            context.hit(FaultPoint.K3)
        is_middle = False
    if is_middle:
        context.hit(FaultPoint.K3)


def _fitted(request: WriteRequest, target: Target) -> WriteRequest:
    """Return the request with the value partitions that the table's column makes of what the author wrote."""
    if request.spec.grain is not Grain.VALUE or not request.partitions:
        return request
    return _fitted_to(request, target.columns(request.spec.name) or (), target.dialect)


def _fitted_to(request: WriteRequest, columns: Sequence[Column], dialect: Dialect) -> WriteRequest:
    if request.spec.grain is not Grain.VALUE or not request.partitions:
        return request
    partitions = fit_values(request.spec, request.partitions, columns, dialect)
    return msgspec.structs.replace(request, partitions=partitions)


def _conform(
    request: WriteRequest, opened: Opened, stage: Stage, target: Target, bad_rows: BadRows
) -> tuple[CheckResult, ...]:
    require_staged(request.spec, request.options, stage.columns)
    stored = stored_columns(stage.columns, request.options)
    existing = opened.columns
    return conform(
        stage,
        declared_spec(request.spec, request.options),
        existing=None if existing is None else kept_columns(existing, request.mode, request.options, stored),
        stored=stored,
        dialect=target.dialect,
        bad_rows=bad_rows,
        source=request.source,
    )


def _audit(request: WriteRequest, stage: Stage, dialect: Dialect, bad_rows: BadRows) -> tuple[CheckResult, ...]:
    implied = mode_of(request.mode).checks(request.spec, request.options)
    checks = (*implied, *request.checks)
    _set_aside(request, stage, dialect, checks, bad_rows)
    if request.mode is WriteMode.REPLACE_PARTITION:
        require_rows_in_partitions(stage, request.spec, request.partitions, dialect)
    keyless = msgspec.structs.replace(request.spec, key=())
    return run_checks(stage, keyless, checks, dialect)


def _set_aside(
    request: WriteRequest, stage: Stage, dialect: Dialect, checks: Sequence[Check], bad_rows: BadRows
) -> None:
    """Take rows out of the stage that belong among the rejects: outside of the partitions, or by a check."""
    faults = list(rejecting_faults(stage, request.spec, checks, dialect))
    if request.rejects_outside and request.partitions:
        faults += partition_faults(stage, request.spec, request.partitions, dialect)
    kept = set_aside(stage, faults, bad_rows, source=request.source)
    if kept.where is not None:
        names = [dialect.identifier(column.name) for column in stage.columns]
        stage.reshape(stage.columns, names, where=kept.where)


def _stage_rejects(
    request: WriteRequest, opened: Opened, stage: Stage, context: WriteContext, bad_rows: BadRows
) -> tuple[CheckResult, ...]:
    """Judge how many rows are bad, and stage them beside the good ones; what is told is kept with the commit."""
    if request.rejects is None:
        return ()
    if bad_rows.count:
        bad_rows.require_few(good_rows=count_rows(stage))
        made_by = RejectOrigin(
            table_name=opened.table_name,
            fence=opened.fence,
            write_id=write_id(context),
            producer=producer(context),
        )
        stage.fill_rejects(reject_schema(), reject_batches(bad_rows, made_by))
    name = f"{BAD_ROWS}{request.bad_rows}"
    is_none = not bad_rows.count
    sample = "" if is_none else f"{request.rejects}\n{bad_rows.sample}"
    return (CheckResult(name=name, severity=Severity.WARN, passed=is_none, failing=bad_rows.count, sample=sample),)


def _sweep(target: Target) -> None:
    """Remove what dead attempts left behind; what can't be removed is left, for this write is committed."""
    with suppress(DataError, OSError):
        for name in target.dead_stages():
            with suppress(DataError, OSError):
                target.remove_stage(name)


def collect_garbage(target: Target) -> tuple[str, ...]:
    """Remove every stage whose writer is gone and return their names."""
    names = target.dead_stages()
    for name in names:
        target.remove_stage(name)
    return names
