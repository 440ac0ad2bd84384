"""Dags, their versions, schedules and import failures as rows."""

import msgspec

from mulgil.i18n import Text
from mulgil.model import Dag, DagSchedule, DagVersion, ImportFailure, Isolation
from mulgil.serialization import decode_dag, encode_dag
from mulgil.stores.sql.database import Params, Row
from mulgil.stores.sql.instants import from_microseconds, to_microseconds
from mulgil.stores.sql.rows.columns import instant_column, instant_value, json_column, text_column, text_value

_text_decoder = msgspec.json.Decoder(Text)


def dag_params(dag: Dag) -> Params:
    """Return a dag's columns by name."""
    return {
        "dag_id": dag.dag_id,
        "bundle": dag.bundle,
        "file": dag.file,
        "version_id": dag.version_id,
        "is_paused": dag.is_paused,
        "is_stale": dag.is_stale,
    }


def dag_value(row: Row) -> Dag:
    """Build a dag from its row."""
    return Dag(
        dag_id=row[0],
        bundle=row[1],
        file=row[2],
        version_id=row[3],
        is_paused=bool(row[4]),
        is_stale=bool(row[5]),
    )


def version_params(version: DagVersion) -> Params:
    """Return a version's columns by name."""
    return {
        "version_id": version.version_id,
        "dag_id": version.dag_id,
        "number": version.number,
        "spec": encode_dag(version.spec).decode(),
        "snapshot": version.snapshot,
        "bundle": version.bundle,
        "file": version.file,
        "isolation": version.isolation.value,
        "isolation_reason": text_column(version.isolation_reason),
        "published_at": to_microseconds(version.published_at),
    }


def version_value(row: Row) -> DagVersion:
    """Build a version from its row."""
    return DagVersion(
        version_id=row[0],
        dag_id=row[1],
        number=row[2],
        spec=decode_dag(row[3].encode()),
        snapshot=row[4],
        bundle=row[5],
        file=row[6],
        isolation=Isolation(row[7]),
        isolation_reason=text_value(row[8]),
        published_at=from_microseconds(row[9]),
    )


def schedule_params(schedule: DagSchedule) -> Params:
    """Return a schedule's columns by name."""
    return {
        "dag_id": schedule.dag_id,
        "scheduled_until": instant_column(schedule.scheduled_until),
        "has_run_once": schedule.has_run_once,
    }


def schedule_value(row: Row) -> DagSchedule:
    """Build a schedule from its row."""
    return DagSchedule(dag_id=row[0], scheduled_until=instant_value(row[1]), has_run_once=bool(row[2]))


def failure_params(failure: ImportFailure) -> Params:
    """Return an import failure's columns by name."""
    return {
        "bundle": failure.bundle,
        "file": failure.file,
        "line": failure.line,
        "error": json_column(failure.error),
        "traceback": failure.traceback,
        "at": to_microseconds(failure.at),
    }


def failure_value(row: Row) -> ImportFailure:
    """Build an import failure from its row."""
    return ImportFailure(
        bundle=row[0],
        file=row[1],
        line=row[2],
        error=_text_decoder.decode(row[3]),
        traceback=row[4],
        at=from_microseconds(row[5]),
    )
