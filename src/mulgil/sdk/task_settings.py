"""The arguments that every task takes, read and checked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Required, TypedDict

import msgspec

from mulgil.model import DEFAULT_POOL, ExecutorName, Isolation, RetryPolicy, TriggerRule, WeightRule
from mulgil.sdk._values import as_enum, as_float, as_int, as_timedelta
from mulgil.sdk.asset import Asset
from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.origin import Origin


class TaskArguments(TypedDict, total=False):
    """What every task takes besides its id; the meaning and the names are Airflow's."""

    # Tries after the first, the time between them, how it grows (True = 2, or the factor), and its limit.
    retries: int
    retry_delay: timedelta | float
    retry_exponential_backoff: bool | float
    max_retry_delay: timedelta | float | None
    execution_timeout: timedelta | float | None
    pool: str
    pool_slots: int
    priority_weight: int
    weight_rule: WeightRule | str
    trigger_rule: TriggerRule | str
    executor: str | None
    # How the attempt's process comes to be: "fork" of a process that has imported the file, or "spawn".
    isolation: Isolation | str
    do_xcom_push: bool
    # Whether a returned dict is pushed key by key, too.
    multiple_outputs: bool
    doc_md: str
    owner: str
    inlets: Sequence[Asset]
    outlets: Sequence[Asset]
    params: Mapping[str, object]


class OperatorArguments(TaskArguments, total=False):
    """What every operator takes."""

    task_id: Required[str]


COMMON_ARGUMENTS = frozenset(OperatorArguments.__annotations__)


class TaskSettings(msgspec.Struct, frozen=True):
    """The common arguments as values of the model."""

    retry: RetryPolicy
    execution_timeout: timedelta | None
    pool: str
    pool_slots: int
    priority_weight: int
    weight_rule: WeightRule
    trigger_rule: TriggerRule
    executor: str | None
    isolation: Isolation
    do_xcom_push: bool
    multiple_outputs: bool
    doc_md: str
    owner: str
    inlets: tuple[Asset, ...]
    outlets: tuple[Asset, ...]
    params: dict[str, object]

    @classmethod
    def read(cls, given: Mapping[str, object], *, origin: Origin) -> TaskSettings:
        """Check what the author gave and complete it by the defaults.

        Raises:
            DagDefinitionError: A value can't be.
        """
        executor, params = given.get("executor"), given.get("params", {})
        return cls(
            retry=_retry(given, origin),
            execution_timeout=_optional_timedelta(given, "execution_timeout", origin),
            pool=str(given.get("pool", DEFAULT_POOL)),
            pool_slots=as_int(given.get("pool_slots", 1), "pool_slots", origin, least=1),
            priority_weight=as_int(given.get("priority_weight", 1), "priority_weight", origin),
            weight_rule=as_enum(WeightRule, given.get("weight_rule", "downstream"), "weight_rule", origin),
            trigger_rule=as_enum(TriggerRule, given.get("trigger_rule", "all_success"), "trigger_rule", origin),
            executor=None if executor is None else as_enum(ExecutorName, executor, "executor", origin),
            isolation=as_enum(Isolation, given.get("isolation", "fork"), "isolation", origin),
            do_xcom_push=bool(given.get("do_xcom_push", True)),
            multiple_outputs=bool(given.get("multiple_outputs", False)),
            doc_md=str(given.get("doc_md", "")),
            owner=str(given.get("owner", "")),
            inlets=_assets(given.get("inlets", ()), "inlets", origin),
            outlets=_assets(given.get("outlets", ()), "outlets", origin),
            params=dict(params) if isinstance(params, Mapping) else {},
        )


def _retry(given: Mapping[str, object], origin: Origin) -> RetryPolicy:
    return RetryPolicy(
        retries=as_int(given.get("retries", 0), "retries", origin, least=0),
        delay=as_timedelta(given.get("retry_delay", timedelta(minutes=5)), "retry_delay", origin),
        multiplier=_multiplier(given.get("retry_exponential_backoff", False), origin),
        max_delay=_optional_timedelta(given, "max_retry_delay", origin),
    )


def _multiplier(value: object, origin: Origin) -> float:
    if isinstance(value, bool):
        return 2.0 if value else 1.0
    return max(1.0, as_float(value, "retry_exponential_backoff", origin))


def _optional_timedelta(given: Mapping[str, object], name: str, origin: Origin) -> timedelta | None:
    value = given.get(name)
    return None if value is None else as_timedelta(value, name, origin)


def _assets(value: object, name: str, origin: Origin) -> tuple[Asset, ...]:
    found = value if isinstance(value, list | tuple) else (value,)
    for item in found:
        if not isinstance(item, Asset):
            raise DagDefinitionError(
                "sdk.not_an_asset", file=origin.file, line=origin.line, name=name, value=repr(item)[:80]
            )
    return tuple(found)
