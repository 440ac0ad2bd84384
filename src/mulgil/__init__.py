"""mulgil: data pipelines whose loads are idempotent, all-or-nothing, checked and documented by themselves.

The names of authoring, each loaded when it is first used:

- dags and tasks: `DAG`, `dag`, `task`, `TaskGroup`, `task_group`, `chain`, `cross_downstream`, `Label`, `Param`
- schedules: `CronTriggerTimetable`, `MultipleCronTriggerTimetable`, `DeltaTriggerTimetable`, `EventsTimetable`,
  `CronDataIntervalTimetable`, `DeltaDataIntervalTimetable`
- operators: `BaseOperator`, `BashOperator`, `BranchPythonOperator`, `EmptyOperator`, `PythonOperator`
- data: `Table`, `load`, `transform`, `checks`, `Asset`, `SqlSource`, `PythonSource`, `RowsSource`, `Cursor`
- in a running task: `Connection`, `Variable`, `get_current_context`, `TaskSkipped`, `TaskFailed`
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mulgil.data import checks
    from mulgil.data.cursor import Cursor
    from mulgil.data.load import load
    from mulgil.data.python_source import PythonSource, RowsSource
    from mulgil.data.sql_source import SqlSource
    from mulgil.data.table import Table
    from mulgil.data.transform import transform
    from mulgil.sdk.asset import Asset
    from mulgil.sdk.context import Context, get_current_context
    from mulgil.sdk.dag import DAG, dag
    from mulgil.sdk.edge import chain, cross_downstream
    from mulgil.sdk.errors import TaskFailed, TaskSkipped
    from mulgil.sdk.node import Label
    from mulgil.sdk.operator import BaseOperator
    from mulgil.sdk.operators import (
        BaseBranchOperator,
        BashOperator,
        BranchPythonOperator,
        EmptyOperator,
        PythonOperator,
    )
    from mulgil.sdk.param import Param
    from mulgil.sdk.stored import Connection, Variable
    from mulgil.sdk.task import task
    from mulgil.sdk.task_group import TaskGroup, task_group
    from mulgil.sdk.xcom_arg import XComArg
    from mulgil.timetables.authored import (
        CronDataIntervalTimetable,
        CronTriggerTimetable,
        DeltaDataIntervalTimetable,
        DeltaTriggerTimetable,
        EventsTimetable,
        MultipleCronTriggerTimetable,
    )

__all__ = [
    "DAG",
    "Asset",
    "BaseBranchOperator",
    "BaseOperator",
    "BashOperator",
    "BranchPythonOperator",
    "Connection",
    "Context",
    "CronDataIntervalTimetable",
    "CronTriggerTimetable",
    "Cursor",
    "DeltaDataIntervalTimetable",
    "DeltaTriggerTimetable",
    "EmptyOperator",
    "EventsTimetable",
    "Label",
    "MultipleCronTriggerTimetable",
    "Param",
    "PythonOperator",
    "PythonSource",
    "RowsSource",
    "SqlSource",
    "Table",
    "TaskFailed",
    "TaskGroup",
    "TaskSkipped",
    "Variable",
    "XComArg",
    "chain",
    "checks",
    "cross_downstream",
    "dag",
    "get_current_context",
    "load",
    "task",
    "task_group",
    "transform",
]

_DATA_NAMES = frozenset({"Cursor", "PythonSource", "RowsSource", "SqlSource", "Table", "checks", "load", "transform"})

_TIMETABLES = frozenset(
    {
        "CronDataIntervalTimetable",
        "CronTriggerTimetable",
        "DeltaDataIntervalTimetable",
        "DeltaTriggerTimetable",
        "EventsTimetable",
        "MultipleCronTriggerTimetable",
    }
)


def __getattr__(name: str) -> object:
    """Load a public name at its first use."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = "mulgil.data" if name in _DATA_NAMES else "mulgil.timetables" if name in _TIMETABLES else "mulgil.sdk"
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
