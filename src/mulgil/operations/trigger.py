"""Trigger: create a manual run."""

from collections.abc import Callable
from datetime import UTC, datetime

from mulgil.messages import Command, Refused, TriggerDagRun
from mulgil.model import Dag, DagRun, DagRunState, DagVersion, DataInterval, RunType
from mulgil.operations.effect import CreateRun, Effect, NoEffect, applied, refuse
from mulgil.operations.errors import InvalidArgumentError
from mulgil.operations.params import check_conf
from mulgil.operations.run_identity import check_run_id, make_run_id
from mulgil.timetables import Timetable, TimetableError


def apply_trigger(
    command: Command,
    payload: TriggerDagRun,
    *,
    dag: Dag | None,
    version: DagVersion | None,
    timetable: Timetable | None,
    is_taken: Callable[[str], bool],
    now: datetime,
) -> Effect:
    """Create the run that `payload` asks for, pinned to the dag's current version.

    `is_taken` says whether the dag has a run of an id. The run of a paused dag is created and waits. An interval
    that has begun may be run before it ends; one that hasn't begun has no data, and is refused.
    """
    if dag is None or dag.is_stale or version is None or timetable is None:
        return refuse("operations.dag_unknown", dag_id=payload.dag_id)
    try:
        check_conf(payload.dag_id, version.spec.params, payload.conf)
        if payload.run_id is not None:
            check_run_id(payload.run_id)
        interval = _interval_of(payload, timetable, now)
    except (InvalidArgumentError, TimetableError) as error:
        return NoEffect(Refused(error.text))
    if interval is None:
        return refuse("operations.no_complete_interval", dag_id=payload.dag_id)
    if interval.start > now:
        return refuse(
            "operations.logical_date_ahead", dag_id=payload.dag_id, logical_date=_instant_text(interval.start)
        )
    if payload.run_id is not None and is_taken(payload.run_id):
        return refuse("operations.run_exists", dag_id=payload.dag_id, run_id=payload.run_id)
    run = DagRun(
        dag_id=payload.dag_id,
        run_id=payload.run_id or make_run_id(RunType.MANUAL, interval.start, is_taken=is_taken),
        run_uid=payload.run_uid,
        run_type=RunType.MANUAL,
        state=DagRunState.QUEUED,
        data_interval=interval,
        version_id=version.version_id,
        created_at=now,
        conf=payload.conf,
        triggered_by=command.by,
        note=payload.note,
    )
    facts = applied(
        dag_id=run.dag_id,
        run_id=run.run_id,
        run_uid=run.run_uid,
        interval_start=_instant_text(interval.start),
        interval_end=_instant_text(interval.end),
        is_paused=dag.is_paused,
    )
    return CreateRun(run, facts)


def _instant_text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _interval_of(payload: TriggerDagRun, timetable: Timetable, now: datetime) -> DataInterval | None:
    if payload.data_interval is not None:
        return payload.data_interval
    if payload.logical_date is not None:
        return timetable.interval_at(payload.logical_date)
    return timetable.latest_complete_interval(now)
