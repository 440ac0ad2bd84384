"""What `load` and `transform` share: from a declared table and a run to one write by the contract."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Required, Unpack

import msgspec

from mulgil.data.checks import BAD_ROWS, Check, CheckResult, ForeignKey, Freshness, Sql, check_name
from mulgil.data.connector import open_target
from mulgil.data.context import WriteContext
from mulgil.data.errors import DeclarationError, QueryError, TableMissingError
from mulgil.data.modes import ModeOptions
from mulgil.data.modes.options import require_fitting
from mulgil.data.outcome import WriteOutcome, WriteStatus
from mulgil.data.partition import Partition, PartitionValue, parse_partitions, partitions_of_interval
from mulgil.data.query_detail import author_lines
from mulgil.data.reject_options import RejectOptions, read_reject_options
from mulgil.data.schedule_fit import misfit
from mulgil.data.sql_template import render_sql
from mulgil.data.table import Table
from mulgil.data.table_spec import Grain, WriteMode
from mulgil.data.write import WriteRequest, find_committed, write
from mulgil.data.zone import zone_of
from mulgil.model import AssetCommit
from mulgil.sdk import Asset, BaseOperator, DagDefinitionError, MappedOperator, current_runtime
from mulgil.sdk.task_settings import OperatorArguments, TaskArguments

if TYPE_CHECKING:
    from mulgil.data.errors import DataError
    from mulgil.data.ledger import CommitRecord
    from mulgil.data.target import Dialect, NativeQuery, Origin, Target
    from mulgil.sdk import Context, DagScope, TaskRuntime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ENGINE = ("duckdb", "pyarrow", "pyarrow.compute", "pyarrow.parquet")
_REPLACING = (WriteMode.REPLACE, WriteMode.REPLACE_PARTITION)
_log = logging.getLogger("mulgil.data")


class WriteArguments(TaskArguments, total=False):
    """What `load` and `transform` take besides the table and where its rows come from."""

    # Which rows are replaced, and the partitions that are; by default those of the run's data interval.
    mode: WriteMode | str | None
    partition: object
    # What must hold before anybody sees the rows.
    checks: Sequence[Check]
    # merge, scd2: the column that is true in rows whose key was deleted.
    delete_flag: str | None
    # merge: the column that says which of two rows of one key is newer.
    version_by: str | None
    # append: the columns by which a row that was appended before is found again.
    dedup_key: Sequence[str]
    # scd2: the column that says since when a row is true, and the one, added, that says until when.
    valid_from: str | None
    valid_to: str | None
    # Whether tasks may write the table in different modes; each of them says so.
    shared: bool
    # How many rows may be bad: a count, or a fraction up to 1.0; where they go, by default `<table>__rejects`.
    max_bad_rows: float | None
    rejects: Table | None
    # What becomes of rows outside of the partitions that are replaced: error or reject.
    out_of_partition: str


class WriteOperatorArguments(WriteArguments, total=False):
    """What an operator that writes takes besides the table and where its rows come from."""

    task_id: Required[str]


class WriteOperator(BaseOperator):
    """One write of one table. Subclasses say where the rows come from."""

    template_fields: ClassVar[Sequence[str]] = ("partition",)
    is_resolvable = True

    def __init__(
        self,
        *,
        into: Table,
        mode: WriteMode | str | None = None,
        partition: object = None,
        checks: Sequence[Check] = (),
        delete_flag: str | None = None,
        version_by: str | None = None,
        dedup_key: Sequence[str] = (),
        valid_from: str | None = None,
        valid_to: str | None = None,
        shared: bool = False,
        max_bad_rows: float | None = None,
        rejects: Table | None = None,
        out_of_partition: str = "error",
        **operator_arguments: Unpack[OperatorArguments],
    ) -> None:
        """Keep what is declared; whether it fits the dag is seen when the dag is compiled."""
        super().__init__(**operator_arguments)
        if not isinstance(into, Table):
            raise DagDefinitionError(
                "data.into_no_table", value=repr(into)[:80], file=self.origin.file, line=self.origin.line
            )
        self.into = into
        self.partition = partition
        self.checks = self._read_checks(checks)
        self.given_mode = self._read_mode(mode)
        self.is_shared = shared
        self.options = ModeOptions(
            delete_flag=delete_flag,
            version_by=version_by,
            dedup_key=(dedup_key,) if isinstance(dedup_key, str) else tuple(dedup_key),
            valid_from=valid_from,
            valid_to=valid_to,
        )
        self.reject_options = self._read_rejects(max_bad_rows, rejects, out_of_partition)

    @property
    @abstractmethod
    def reads(self) -> tuple[Table, ...]:
        """The tables that are read."""

    @abstractmethod
    def rows_for(
        self, request: WriteRequest, target: Target, context: Context, runtime: TaskRuntime
    ) -> Origin | NativeQuery:
        """Return where the rows come from."""

    @property
    @abstractmethod
    def shown_source(self) -> str:
        """Where the rows come from, as rejects and logs call it."""

    @property
    def heavy_modules(self) -> Sequence[str]:
        """What the source needs besides the engine."""
        return ()

    @property
    def mode(self) -> WriteMode:
        """Which rows are replaced: by default the partitions of a partitioned table, else the whole table."""
        if self.given_mode is not None:
            return self.given_mode
        return WriteMode.REPLACE if self.into.spec.partition_by is None else WriteMode.REPLACE_PARTITION

    def declare(self, dag: DagScope) -> None:
        """Name what is read and written, and refuse what the dag's schedule or other writers rule out."""
        self.outlets = _added(self.outlets, (self.into, *self._rejects()))
        self.inlets = _added(self.inlets, (*self.reads, *self._referenced()))
        self.preload = tuple(sorted({*_ENGINE, *self.heavy_modules}))
        self._check_mode()
        self._check_partitions(dag)
        self._check_rivals(dag)

    def execute(self, context: Context) -> dict[str, object]:
        """Write, and return what was written."""
        runtime = current_runtime("load or transform")
        request = self._request(context, runtime)
        target = open_target(runtime, self.into.connection_id)
        facts = self._write_context(runtime)
        try:
            outcome = write(request, target, self.rows_for(request, target, context, runtime), facts)
        except (QueryError, TableMissingError) as error:
            raise self._explained(error, runtime) from error
        for check in outcome.warnings:
            _log.warning(_warned(check))
        _log.info(_told(outcome, self.into.connection_id))
        return {
            "table": self.into.name,
            "status": outcome.status.value,
            "rows": outcome.rows,
            "fence": outcome.fence,
            "scopes": list(outcome.scopes),
        }

    def resolve(self, context: Context) -> bool:
        """Ask the ledger whether an earlier process of this try had committed; tell what it had."""
        runtime = current_runtime("load or transform")
        target = open_target(runtime, self.into.connection_id)
        found = find_committed(self._request(context, runtime), target, self._write_context(runtime))
        if found is not None:
            self._report(found, runtime)
        return found is not None

    @property
    def place(self) -> dict[str, str | int]:
        """Where in the author's code this task stands, as fields of an error."""
        table = self.into.name if hasattr(self, "into") else ""
        return {"file": self.origin.file, "line": self.origin.line, "task_id": self.task_id, "table": table}

    def _explained(self, error: DataError, runtime: TaskRuntime) -> DataError:
        """Say an error of the author's SQL in the author's words: first of all, is every table there?"""
        for table in self.reads:
            if open_target(runtime, table.connection_id).columns(table.name) is None:
                return self._unwritten(table)
        if not isinstance(error, QueryError):
            return error
        return QueryError(
            "data.sql_failed",
            connection=self.into.connection_id,
            host=runtime.get_connection(self.into.connection_id).host,
            detail=author_lines(str(error.text.fields["detail"])),
            **self.place,
        )

    def _unwritten(self, table: Table) -> TableMissingError:
        where = {"table": table.name, "connection": table.connection_id}
        for node in self.dag.nodes.values():
            if node is self or not isinstance(node, BaseOperator):
                continue
            if table in node.outlets or (isinstance(node, WriteOperator) and node.into == table):
                return TableMissingError("data.source_table_unwritten", writer=node.task_id, **where)
        return TableMissingError("data.source_table_missing", **where)

    def _read_checks(self, checks: object) -> tuple[Check, ...]:
        given = checks if isinstance(checks, list | tuple) else [checks]
        for check in given:
            if not isinstance(check, Check):
                raise DagDefinitionError(
                    "data.no_check",
                    value=getattr(check, "__name__", None) or repr(check)[:80],
                    file=self.origin.file,
                    line=self.origin.line,
                    task_id=self.task_id,
                )
        return tuple(given)

    def _read_rejects(self, max_bad_rows: float | None, rejects: object, out_of_partition: str) -> RejectOptions:
        if rejects is not None and not isinstance(rejects, Table):
            place = {name: value for name, value in self.place.items() if name != "table"}
            raise DagDefinitionError("data.into_reject", value=repr(rejects)[:80], **place)
        try:
            return read_reject_options(
                self.into.spec,
                max_bad_rows=max_bad_rows,
                rejects=rejects.spec if rejects is not None else None,
                out_of_partition=out_of_partition,
                checks=self.checks,
            )
        except DeclarationError as error:
            raise self._declared_wrong(error) from error

    def _referenced(self) -> tuple[Table, ...]:
        """Return the tables that foreign keys refer to, the written one aside: it is read as it was."""
        found = []
        for check in self.checks:
            if not isinstance(check, ForeignKey):
                continue
            if check.connection_id != self.into.connection_id:
                place = {name: value for name, value in self.place.items() if name != "table"}
                raise DagDefinitionError(
                    "data.check_reference_elsewhere",
                    check=check_name(check),
                    here=self.into.connection_id,
                    there=check.connection_id,
                    **place,
                )
            found.append(Table(check.connection_id, check.table))
        return tuple(table for table in found if table != self.into)

    def _rejects(self) -> tuple[Table, ...]:
        name = self.reject_options.table
        return () if name is None else (Table(self.into.connection_id, name),)

    def _read_mode(self, mode: WriteMode | str | None) -> WriteMode | None:
        try:
            return None if mode is None else WriteMode(mode)
        except ValueError:
            raise DagDefinitionError(
                "data.mode_unknown", mode=str(mode), known=", ".join(WriteMode), **self.place
            ) from None

    def _check_mode(self) -> None:
        try:
            require_fitting(self.into.spec, self.mode, self.options)
        except DeclarationError as error:
            raise self._declared_wrong(error) from error

    def _declared_wrong(self, error: DeclarationError) -> DagDefinitionError:
        file, line = self.origin.file, self.origin.line
        return DagDefinitionError("data.mode_unfit", file=file, line=line, task_id=self.task_id, why=str(error))

    def _check_rivals(self, dag: DagScope) -> None:
        """Refuse tasks that would undo one another: other modes, and map indexes that replace the same rows."""
        for node in dag.nodes.values():
            other = _writer(node)
            if other is None or other.into != self.into or other.mode is self.mode:
                continue
            if not (self.is_shared and other.is_shared):
                raise DagDefinitionError(
                    "data.modes_differ",
                    other=other.task_id,
                    mode=self.mode.value,
                    theirs=other.mode.value,
                    **self.place,
                )
        own = dag.nodes.get(self.task_id)
        is_mapped = isinstance(own, MappedOperator) and own.values.count != 1
        if is_mapped and self.mode in _REPLACING and self.partition is None:
            raise DagDefinitionError("data.mapped_replaces_same", mode=self.mode.value, **self.place)

    def _check_partitions(self, dag: DagScope) -> None:
        spec = self.into.spec
        if self.mode is not WriteMode.REPLACE_PARTITION:
            if self.partition is not None:
                raise DagDefinitionError("data.partition_unasked", mode=self.mode.value, **self.place)
            return
        if spec.partition_by is None:
            raise DagDefinitionError("data.table_not_partitioned", mode=self.mode.value, **self.place)
        if self.partition is not None:
            return
        if spec.grain is Grain.VALUE:
            raise DagDefinitionError("data.partition_needed", why=f"grain={spec.grain.value}", **self.place)
        reason = misfit(dag, grain=spec.grain, timezone=spec.timezone or dag.timezone)
        if reason is None:
            return
        if reason.interval is None:
            raise DagDefinitionError("data.partition_needed", why=f"schedule={reason.schedule}", **self.place)
        raise DagDefinitionError(
            "data.schedule_misfit",
            dag_id=dag.dag_id,
            schedule=reason.schedule,
            grain=spec.grain.value,
            timezone=reason.timezone,
            start=reason.interval.start.isoformat(),
            end=reason.interval.end.isoformat(),
            **self.place,
        )

    def _request(self, context: Context, runtime: TaskRuntime) -> WriteRequest:
        dialect = open_target(runtime, self.into.connection_id).dialect
        end = runtime.dag_run.data_interval.end.astimezone(zone_of(self.into.spec.timezone or self.dag.timezone))
        checks = tuple(_rendered(check, context, dialect, end=end) for check in self.checks)
        return WriteRequest(
            spec=self.into.spec,
            mode=self.mode,
            partitions=self._partitions(runtime),
            options=self.options,
            is_shared=self.is_shared,
            checks=checks,
            bad_rows=self.reject_options.limit,
            rejects=self.reject_options.table,
            rejects_outside=self.reject_options.is_outside_rejected,
            source=self.shown_source,
        )

    def _partitions(self, runtime: TaskRuntime) -> tuple[Partition, ...]:
        spec = self.into.spec
        if self.mode is not WriteMode.REPLACE_PARTITION:
            return ()
        timezone = spec.timezone or self.dag.timezone
        if self.partition is not None:
            return parse_partitions(_given(self.partition), grain=spec.grain, timezone=timezone)
        if runtime.task_instance.map_index >= 0:
            raise DeclarationError("data.partition_needed_mapped", table=spec.name, task_id=self.task_id)
        return partitions_of_interval(runtime.dag_run.data_interval, grain=spec.grain, timezone=timezone)

    def _write_context(self, runtime: TaskRuntime) -> WriteContext:
        run, instance = runtime.dag_run, runtime.task_instance
        return WriteContext(
            clock=runtime.clock,
            run_uid=run.run_uid,
            run_id=run.run_id,
            dag_id=run.dag_id,
            task_id=self.task_id,
            map_index=instance.map_index,
            clear_number=instance.clear_number,
            data_interval=run.data_interval,
            timezone=self.dag.timezone,
            code_version=runtime.version_id,
            parameters=msgspec.json.encode(run.conf, enc_hook=str, order="sorted").decode(),
            is_pure=True,
            fault=runtime.fault,
            publishing=lambda _: runtime.announce_publishing(),
            committed=lambda outcome: self._report(outcome, runtime),
            progress=runtime.progress,
        )

    def _report(self, outcome: WriteOutcome, runtime: TaskRuntime) -> None:
        for record in outcome.records:
            runtime.report_commit(asset_commit(self.into.connection_id, record))


def asset_commit(connection_id: str, record: CommitRecord) -> AssetCommit:
    """Return the metadata DB's copy of a ledger record."""
    return AssetCommit(
        connection_id=connection_id,
        table_name=record.table_name,
        scope=record.scope,
        fence=record.fence,
        write_id=record.write_id,
        producer=record.producer,
        mode=record.mode,
        rows=record.rows,
        committed_at=_EPOCH + timedelta(microseconds=record.committed_at),
        record=msgspec.json.encode(record),
    )


def _rendered(check: Check, context: Context, dialect: Dialect, *, end: datetime) -> Check:
    """Return a check as it is in one run, whose data interval ends at `end`."""
    if isinstance(check, Freshness):
        return msgspec.structs.replace(check, not_before=end - check.max_age)
    if not isinstance(check, Sql):
        return check
    rendered = render_sql(check.statement, context, dialect, has_parameters=False)
    return msgspec.structs.replace(check, statement=rendered.sql)


def _writer(node: object) -> WriteOperator | None:
    """Return the write that a task makes; that of a mapped task's first instance."""
    if isinstance(node, MappedOperator) and node.values.count:
        node = node.unfold(0)
    return node if isinstance(node, WriteOperator) else None


def _added(kept: tuple[Asset, ...], more: Sequence[Table]) -> tuple[Asset, ...]:
    return (*kept, *(asset for asset in dict.fromkeys(more) if asset not in kept))


def _given(partition: object) -> list[PartitionValue]:
    values = partition if isinstance(partition, list | tuple) else [partition]
    return [value if isinstance(value, str | int | float | date) else str(value) for value in values]


def _warned(check: CheckResult) -> str:
    if check.name.startswith(BAD_ROWS):
        return f"Set {check.failing} bad rows aside ({check.name}) into {check.sample}"
    sample = f", such as {check.sample}" if check.sample else ""
    return f"Check {check.name} failed (warn): {check.failing} rows{sample}"


def _told(outcome: WriteOutcome, connection_id: str) -> str:
    where = f"{outcome.table_name} {', '.join(outcome.scopes[:3])}{' …' if len(outcome.scopes) > 3 else ''}"
    match outcome.status:
        case WriteStatus.COMMITTED:
            rows = f"{outcome.rows} {'row' if outcome.rows == 1 else 'rows'}"
            return f"Committed {rows} to {where} in {connection_id} (fence {outcome.fence})"
        case WriteStatus.ALREADY_COMMITTED:
            return f"{where} holds this write already: {outcome.rows} rows (fence {outcome.fence})"
        case WriteStatus.SUPERSEDED:
            return f"{where} was written anew meanwhile (fence {outcome.superseded_by}): nothing to write"
