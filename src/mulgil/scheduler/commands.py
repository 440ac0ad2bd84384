"""Commands of people, applied by the owner: each is answered in the transaction that does it."""

from mulgil.i18n import MulgilError
from mulgil.kernel import BackfillCause, BackfillCourse
from mulgil.messages import (
    CancelDagRun,
    ChangeBackfill,
    ClearTaskInstances,
    Command,
    CreateBackfill,
    MarkTaskInstances,
    Refused,
    SetDagPaused,
    TriggerDagRun,
)
from mulgil.model import Backfill
from mulgil.operations import (
    ChangeDag,
    ChangeRun,
    CreateRun,
    Effect,
    MoveBackfill,
    NoEffect,
    StartBackfill,
    applied_event,
    apply_cancel,
    apply_change_backfill,
    apply_clear,
    apply_create_backfill,
    apply_mark,
    apply_pause,
    apply_trigger,
)
from mulgil.ports import AnsweredCommand, StoreError
from mulgil.scheduler.backfills import cancel_backfill
from mulgil.scheduler.run_book import LiveRun
from mulgil.scheduler.step_work import StepWork


def handle_command(work: StepWork, command: Command) -> None:
    """Apply a command and answer it. A run that can't be read refuses its commands and nothing else."""
    try:
        effect = _apply(work, command)
    except StoreError:
        raise
    except MulgilError as error:
        effect = NoEffect(Refused(error.text))
    match effect:
        case CreateRun(run=run):
            work.create_run(run, work.memory.dags.version(run.version_id))
        case ChangeRun(event=event):
            work.apply(_known(work, command), event)
        case ChangeDag(dag=dag):
            work.put_dag(dag)
        case StartBackfill(backfill=backfill, runs=runs):
            work.create_backfill(backfill, runs)
        case MoveBackfill(cause=cause):
            _move_backfill(work, command, cause)
        case NoEffect():
            pass
    work.batch.answers.append(AnsweredCommand(command_id=command.command_id, answer=effect.answer))
    work.batch.events.append(applied_event(command, effect.answer, at=work.now))


def _apply(work: StepWork, command: Command) -> Effect:
    match command.payload:
        case TriggerDagRun() as payload:
            return _trigger(work, command, payload)
        case SetDagPaused() as payload:
            return apply_pause(payload, dag=work.memory.dags.dag(payload.dag_id))
        case ClearTaskInstances() as payload:
            live = work.run(payload.dag_id, payload.run_id)
            spec = None if live is None else live.state.graph.spec
            return apply_clear(command, payload, spec=spec, instances=() if live is None else live.state.instances())
        case MarkTaskInstances() as payload:
            live = work.run(payload.dag_id, payload.run_id)
            return apply_mark(command, payload, instances=None if live is None else live.state.instances())
        case CancelDagRun() as payload:
            live = work.run(payload.dag_id, payload.run_id)
            return apply_cancel(command, payload, run=None if live is None else live.state.run)
        case CreateBackfill() as payload:
            return _create_backfill(work, command, payload)
        case ChangeBackfill() as payload:
            return apply_change_backfill(payload, backfill=_backfill(work, payload.backfill_id))


def _known(work: StepWork, command: Command) -> LiveRun:
    """Return the run that a command was found to change."""
    payload = command.payload
    assert isinstance(payload, ClearTaskInstances | MarkTaskInstances | CancelDagRun)
    live = work.run(payload.dag_id, payload.run_id)
    assert live is not None
    return live


def _backfill(work: StepWork, backfill_id: int) -> Backfill | None:
    course = work.memory.backfills.get(backfill_id)
    if course is not None:
        return course.backfill
    stored = work.store.backfill(backfill_id)
    if stored is None:
        return None
    if not stored.backfill.state.is_finished:
        # Another scheduler has created it meanwhile: this one is displaced, and its commit will be refused.
        work.memory.backfills.put(BackfillCourse(stored.backfill, stored.runs))
    return stored.backfill


def _move_backfill(work: StepWork, command: Command, cause: BackfillCause) -> None:
    assert isinstance(command.payload, ChangeBackfill)
    course = work.memory.backfills.get(command.payload.backfill_id)
    assert course is not None
    if cause is BackfillCause.CANCELLED:
        cancel_backfill(work, course, by=command.by)
    else:
        work.change_backfill(course, cause)


def _create_backfill(work: StepWork, command: Command, payload: CreateBackfill) -> Effect:
    dag, plan = work.memory.dags.dag(payload.dag_id), work.memory.dags.plan(payload.dag_id)
    return apply_create_backfill(
        command,
        payload,
        dag=dag,
        version=None if plan is None else work.memory.dags.version(plan.version_id).version,
        timetable=None if plan is None else plan.timetable,
        backfill_id=work.memory.backfills.last_id + 1,
        now=work.now,
    )


def _trigger(work: StepWork, command: Command, payload: TriggerDagRun) -> Effect:
    dag, plan = work.memory.dags.dag(payload.dag_id), work.memory.dags.plan(payload.dag_id)
    version = None if plan is None else work.memory.dags.version(plan.version_id).version
    return apply_trigger(
        command,
        payload,
        dag=dag,
        version=version,
        timetable=None if plan is None else plan.timetable,
        is_taken=lambda run_id: work.has_run(payload.dag_id, run_id),
        now=work.now,
    )
