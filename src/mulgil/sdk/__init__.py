"""Authoring: dags, tasks, operators, groups, mapping, params, results. Declaration only; loads nothing heavy.

`load_dag_file` imports an author's file, `DAG.to_spec` compiles it into data, `run_task` runs one attempt
through the `TaskRuntime` that the worker implements.
"""

from mulgil.sdk.asset import Asset
from mulgil.sdk.context import Context, build_context, get_current_context
from mulgil.sdk.dag import DAG, dag
from mulgil.sdk.dag_file import LoadedDagFile, load_dag_file
from mulgil.sdk.edge import chain, cross_downstream
from mulgil.sdk.errors import (
    DagDefinitionError,
    DagFileError,
    OutsideTaskError,
    SdkError,
    TaskCallError,
    TaskFailed,
    TaskSkipped,
    TemplateFieldError,
)
from mulgil.sdk.execution import TaskResult, describe_failure, resolve_task, run_task, running_operator, words_of
from mulgil.sdk.node import Label
from mulgil.sdk.operator import BaseOperator, MappedOperator
from mulgil.sdk.operators import (
    BaseBranchOperator,
    BashOperator,
    BranchPythonOperator,
    EmptyOperator,
    PythonOperator,
)
from mulgil.sdk.param import Param
from mulgil.sdk.runtime import NOT_FOUND, TaskRuntime, current_runtime, has_runtime, set_runtime
from mulgil.sdk.scope import DagScope
from mulgil.sdk.stored import Connection, Variable
from mulgil.sdk.task import Task, task
from mulgil.sdk.task_group import TaskGroup, task_group
from mulgil.sdk.task_settings import OperatorArguments, TaskArguments
from mulgil.sdk.template import render_value
from mulgil.sdk.xcom_arg import XComArg

__all__ = [
    "DAG",
    "NOT_FOUND",
    "Asset",
    "BaseBranchOperator",
    "BaseOperator",
    "BashOperator",
    "BranchPythonOperator",
    "Connection",
    "Context",
    "DagDefinitionError",
    "DagFileError",
    "DagScope",
    "EmptyOperator",
    "Label",
    "LoadedDagFile",
    "MappedOperator",
    "OperatorArguments",
    "OutsideTaskError",
    "Param",
    "PythonOperator",
    "SdkError",
    "Task",
    "TaskArguments",
    "TaskCallError",
    "TaskFailed",
    "TaskGroup",
    "TaskResult",
    "TaskRuntime",
    "TaskSkipped",
    "TemplateFieldError",
    "Variable",
    "XComArg",
    "build_context",
    "chain",
    "cross_downstream",
    "current_runtime",
    "dag",
    "describe_failure",
    "get_current_context",
    "has_runtime",
    "load_dag_file",
    "render_value",
    "resolve_task",
    "run_task",
    "running_operator",
    "set_runtime",
    "task",
    "task_group",
    "words_of",
]
