"""A runtime in memory: what a worker gives a task, without a worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mulgil.model import (
    UNMAPPED,
    AssetCommit,
    Connection,
    DagRun,
    DagRunState,
    DataInterval,
    RunType,
    TaskInstance,
)
from mulgil.sdk import DAG, NOT_FOUND, BaseOperator, TaskResult, run_task

LOCAL_DAY = DataInterval(datetime(2013, 1, 5, 5, tzinfo=UTC), datetime(2013, 1, 6, 5, tzinfo=UTC))


class FakeRuntime:
    """Keeps what tasks push; hands out what tests put in."""

    version_id = "v1"

    def __init__(self) -> None:
        self.interval = LOCAL_DAY
        self.conf: dict[str, Any] = {}
        self.variables: dict[str, str] = {}
        self.connections: dict[str, Connection] = {}
        self.xcoms: dict[tuple[str, int, str], object] = {}
        self.task_id, self.map_index, self.dag_id = "task", UNMAPPED, "dag"
        self.commits: list[AssetCommit] = []

    @property
    def dag_run(self) -> DagRun:
        return DagRun(
            dag_id=self.dag_id,
            run_id="manual__1",
            run_uid="uid",
            run_type=RunType.MANUAL,
            state=DagRunState.RUNNING,
            data_interval=self.interval,
            version_id=self.version_id,
            created_at=self.interval.end,
            conf=self.conf,
        )

    @property
    def task_instance(self) -> TaskInstance:
        return TaskInstance(
            dag_id=self.dag_id, run_id="manual__1", task_id=self.task_id, map_index=self.map_index, try_number=1
        )

    def get_connection(self, connection_id: str) -> Connection:
        return self.connections[connection_id]

    def get_variable(self, key: str) -> str | None:
        return self.variables.get(key)

    def xcom_pull(
        self, task_id: str, *, key: str, map_index: int | None = UNMAPPED, run_id: str | None = None
    ) -> object:
        if map_index is None:
            found = sorted(
                (index, value) for (task, index, name), value in self.xcoms.items() if (task, name) == (task_id, key)
            )
            return [value for _, value in found]
        return self.xcoms.get((task_id, map_index, key), NOT_FOUND)

    def xcom_push(self, key: str, value: object) -> None:
        self.xcoms[self.task_id, self.map_index, key] = value

    def progress(self, rows: int, total: int | None = None) -> None: ...

    def report_commit(self, commit: AssetCommit) -> None:
        self.commits.append(commit)

    def announce_publishing(self) -> None: ...

    def resolve_path(self, path: str) -> Path:
        return Path("/home") / path

    def fault(self, point: str) -> None: ...

    def run(self, operator: BaseOperator, *, map_index: int = UNMAPPED) -> TaskResult:
        """Run one task instance as a worker would."""
        self.dag_id, self.task_id, self.map_index = operator.dag.dag_id, operator.task_id, map_index
        return run_task(operator, self)

    def run_all(self, dag: DAG) -> None:
        """Run every task of a dag in order, every map index of mapped ones."""
        for spec in dag.to_spec().tasks:
            lengths = spec.mapping.lengths if spec.mapping else None
            count = 1 if lengths is None else _product(lengths)
            for index in range(count):
                self.run(dag.task(spec.task_id), map_index=UNMAPPED if lengths is None else index)


def _product(lengths: tuple[int, ...]) -> int:
    total = 1
    for length in lengths:
        total *= length
    return total


@pytest.fixture
def runtime() -> FakeRuntime:
    """A runtime whose run is for the local day 2013-01-05 in New York."""
    return FakeRuntime()


@pytest.fixture
def result_of(runtime: FakeRuntime) -> Callable[..., object]:
    """Run a dag in memory and return what a task pushed."""

    def run(dag: DAG, task_id: str, key: str = "return_value") -> object:
        runtime.run_all(dag)
        return runtime.xcoms.get((task_id, UNMAPPED, key))

    return run
