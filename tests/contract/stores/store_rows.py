"""Rows for the store tests: small builders whose defaults make a valid row."""

from datetime import UTC, datetime, timedelta

from mulgil.i18n import Text
from mulgil.messages import Command, SetDagPaused
from mulgil.model import (
    AssetCommit,
    Attempt,
    AttemptState,
    Backfill,
    BackfillAction,
    BackfillRun,
    BackfillRunState,
    BackfillState,
    DagRun,
    DagRunChanged,
    DagRunState,
    DagSpec,
    DagVersion,
    DataInterval,
    Event,
    ImportFailure,
    Isolation,
    ManualTimetable,
    RerunPolicy,
    RunType,
    TaskInstance,
    TaskSpec,
    XComValue,
)
from mulgil.ports import NewAssetCommit

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class MirrorCipher:
    """Encrypts by turning the bytes round; tests of real encryption stand elsewhere."""

    def encrypt(self, plain: bytes) -> bytes:
        return b"<" + plain[::-1]

    def decrypt(self, token: bytes) -> bytes:
        return token[:0:-1]


def day(number: int) -> DataInterval:
    return DataInterval(START + number * DAY, START + (number + 1) * DAY)


def a_run(dag_id: str = "d", run_id: str = "r0", **changes: object) -> DagRun:
    fields: dict[str, object] = {
        "run_uid": f"uid-{dag_id}-{run_id}",
        "run_type": RunType.MANUAL,
        "state": DagRunState.RUNNING,
        "data_interval": day(0),
        "version_id": "v1",
        "created_at": START,
    }
    return DagRun(dag_id=dag_id, run_id=run_id, **{**fields, **changes})  # type: ignore[arg-type]


def an_instance(task_id: str = "t", *, dag_id: str = "d", run_id: str = "r0", **changes: object) -> TaskInstance:
    return TaskInstance(dag_id=dag_id, run_id=run_id, task_id=task_id, **changes)  # type: ignore[arg-type]


def an_attempt(attempt_id: str = "a1", *, dag_id: str = "d", run_id: str = "r0", **changes: object) -> Attempt:
    fields: dict[str, object] = {
        "task_id": "t",
        "map_index": -1,
        "try_number": 1,
        "state": AttemptState.QUEUED,
        "executor": "LocalExecutor",
        "daemon_id": "daemon-1",
        "queued_at": START,
    }
    return Attempt(attempt_id=attempt_id, dag_id=dag_id, run_id=run_id, **{**fields, **changes})  # type: ignore[arg-type]


def an_xcom(key: str = "return_value", value: bytes = b"1", *, task_id: str = "t", map_index: int = -1) -> XComValue:
    return XComValue(dag_id="d", run_id="r0", task_id=task_id, map_index=map_index, key=key, value=value)


def a_commit(scope: str = "p:2026-01-01", fence: int = 1, **changes: object) -> NewAssetCommit:
    fields: dict[str, object] = {
        "write_id": "w1",
        "producer": "d/t",
        "mode": "replace_partition",
        "rows": 3,
        "committed_at": START,
    }
    commit = AssetCommit(connection_id="wh", table_name="raw.t", scope=scope, fence=fence, **{**fields, **changes})  # type: ignore[arg-type]
    return NewAssetCommit(commit=commit, dag_id="d", run_id="r0", task_id="t", map_index=-1, attempt_id="a1")


def a_backfill(backfill_id: int = 1, **changes: object) -> Backfill:
    fields: dict[str, object] = {
        "dag_id": "d",
        "range_start": START,
        "range_end": START + 4 * DAY,
        "state": BackfillState.RUNNING,
        "max_active": 2,
        "rerun": RerunPolicy.FAILED,
        "created_at": START,
        "created_by": "ann",
    }
    return Backfill(backfill_id=backfill_id, **{**fields, **changes})  # type: ignore[arg-type]


def a_backfill_run(backfill_id: int = 1, position: int = 0, **changes: object) -> BackfillRun:
    fields: dict[str, object] = {
        "data_interval": day(position),
        "state": BackfillRunState.WAITING,
        "action": BackfillAction.CREATE,
    }
    return BackfillRun(backfill_id=backfill_id, position=position, **{**fields, **changes})  # type: ignore[arg-type]


def an_event(dag_id: str | None = "d", state: DagRunState = DagRunState.RUNNING) -> Event:
    return Event(at=START, payload=DagRunChanged(None, state), dag_id=dag_id, run_id="r0")


def a_version(dag_id: str = "d", version_id: str = "v1", *, file: str = "f.py", **spec: object) -> DagVersion:
    return DagVersion(
        version_id=version_id,
        dag_id=dag_id,
        number=0,
        spec=DagSpec(
            dag_id=dag_id,
            tasks=(TaskSpec(task_id="t", operator="EmptyOperator"),),
            timetable=ManualTimetable(),
            file=file,
            **spec,  # type: ignore[arg-type]
        ),
        snapshot="abc",
        bundle="dags",
        file=file,
        isolation=Isolation.FORK,
        isolation_reason=None,
        published_at=START,
    )


def a_failure(file: str = "f.py") -> ImportFailure:
    return ImportFailure(bundle="dags", file=file, line=3, error=Text("dagfile.syntax", {"line": 3}), at=START)


def a_command(command_id: str = "c1") -> Command:
    return Command(command_id=command_id, payload=SetDagPaused("d", True), submitted_at=START, by="ann")
