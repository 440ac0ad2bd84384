"""Backfills and their intervals as rows."""

import msgspec

from mulgil.model import (
    Backfill,
    BackfillAction,
    BackfillRun,
    BackfillRunState,
    BackfillState,
    DataInterval,
    RerunPolicy,
)
from mulgil.stores.sql.database import Params, Row
from mulgil.stores.sql.instants import from_microseconds, to_microseconds
from mulgil.stores.sql.rows.columns import instant_column, instant_value, json_column, text_column, text_value


def backfill_params(backfill: Backfill) -> Params:
    """Return a backfill's columns by name."""
    return {
        "backfill_id": backfill.backfill_id,
        "dag_id": backfill.dag_id,
        "range_start": to_microseconds(backfill.range_start),
        "range_end": to_microseconds(backfill.range_end),
        "is_reverse": backfill.is_reverse,
        "max_active": backfill.max_active,
        "rerun": backfill.rerun.value,
        "tasks": json_column(backfill.tasks),
        "conf": json_column(backfill.conf),
        "state": backfill.state.value,
        "created_at": to_microseconds(backfill.created_at),
        "created_by": backfill.created_by,
        "ended_at": instant_column(backfill.ended_at),
    }


def backfill_value(row: Row) -> Backfill:
    """Build a backfill from its row."""
    return Backfill(
        backfill_id=row[0],
        dag_id=row[1],
        range_start=from_microseconds(row[2]),
        range_end=from_microseconds(row[3]),
        is_reverse=bool(row[4]),
        max_active=row[5],
        rerun=RerunPolicy(row[6]),
        tasks=tuple(msgspec.json.decode(row[7])),
        conf=msgspec.json.decode(row[8]),
        state=BackfillState(row[9]),
        created_at=from_microseconds(row[10]),
        created_by=row[11],
        ended_at=instant_value(row[12]),
    )


def backfill_run_params(run: BackfillRun) -> Params:
    """Return the columns of a backfill's interval by name."""
    return {
        "backfill_id": run.backfill_id,
        "position": run.position,
        "interval_start": to_microseconds(run.data_interval.start),
        "interval_end": to_microseconds(run.data_interval.end),
        "state": run.state.value,
        "action": run.action.value,
        "run_id": run.run_id,
        "reason": text_column(run.reason),
        "started_at": instant_column(run.started_at),
        "ended_at": instant_column(run.ended_at),
    }


def backfill_run_value(row: Row) -> BackfillRun:
    """Build a backfill's interval from its row."""
    return BackfillRun(
        backfill_id=row[0],
        position=row[1],
        data_interval=DataInterval(from_microseconds(row[2]), from_microseconds(row[3])),
        state=BackfillRunState(row[4]),
        action=BackfillAction(row[5]),
        run_id=row[6],
        reason=text_value(row[7]),
        started_at=instant_value(row[8]),
        ended_at=instant_value(row[9]),
    )
