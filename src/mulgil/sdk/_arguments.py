"""Which arguments an operator class takes, and where the ones that are missing come from."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from mulgil.sdk._suggestion import listed, nearest
from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.origin import Origin

# Known from Airflow, but not in this version: told apart from typing errors.
NOT_YET = frozenset(
    {
        "allow_nested_operators",
        "depends_on_past",
        "email",
        "email_on_failure",
        "email_on_retry",
        "executor_config",
        "ignore_first_depends_on_past",
        "map_index_template",
        "max_active_tis_per_dag",
        "max_active_tis_per_dagrun",
        "post_execute",
        "pre_execute",
        "queue",
        "resources",
        "retry_policy",
        "run_as_user",
        "sla",
        "wait_for_downstream",
        "wait_for_past_depends_before_skipping",
    }
)

CALLBACKS = frozenset(
    {
        "on_execute_callback",
        "on_failure_callback",
        "on_retry_callback",
        "on_skipped_callback",
        "on_success_callback",
        "sla_miss_callback",
    }
)


class Accepted(NamedTuple):
    """The arguments of a class: every name it takes, and those that can be given by position, in order."""

    names: frozenset[str]
    positional: tuple[str, ...]


@cache
def accepted_arguments(operator: type, common: frozenset[str]) -> Accepted:
    """Return what `operator(...)` takes, following `**kwargs` up its base classes to `common`."""
    names: set[str] = set()
    positional: tuple[str, ...] | None = None
    for cls in operator.__mro__:
        init = cls.__dict__.get("__init__")
        if init is None:
            continue
        parameters = list(inspect.signature(init).parameters.values())[1:]
        if positional is None:
            positional = tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)
        names |= {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        rest = next((p for p in parameters if p.kind is p.VAR_KEYWORD), None)
        if rest is None:
            break
        if rest.name == "operator_arguments":
            names |= common
            break
    return Accepted(frozenset(names), positional or ())


def with_defaults(
    accepted: Accepted, given: Mapping[str, object], *, positional: int, defaults: Mapping[str, object]
) -> tuple[dict[str, object], set[str]]:
    """Return the arguments completed by `default_args`, and the names of defaults that this class knows."""
    by_position = set(accepted.positional[:positional])
    known = {name for name in defaults if name in accepted.names}
    added = {name: defaults[name] for name in defaults if name in known and name not in by_position}
    return {**added, **given}, known


def check_names(
    given: Mapping[str, object], accepted: Accepted, *, operator: str, task_id: object, origin: Origin
) -> None:
    """Refuse arguments that the operator doesn't take, naming the nearest one that it does.

    Raises:
        DagDefinitionError: There is such an argument.
    """
    for name in given:
        if name not in accepted.names:
            raise unknown_argument(name, accepted.names, operator=operator, task_id=str(task_id), origin=origin)


def unknown_argument(
    name: str, known: frozenset[str], *, operator: str, task_id: str, origin: Origin
) -> DagDefinitionError:
    """Return the error for an argument that `operator` doesn't take."""
    where: dict[str, str | int] = {"file": origin.file, "line": origin.line}
    what: dict[str, str] = {"name": name, "operator": operator, "task_id": task_id}
    if name in CALLBACKS:
        return DagDefinitionError("sdk.callback_not_yet", **what, **where)
    if name in NOT_YET:
        return DagDefinitionError("sdk.argument_not_yet", **what, **where)
    guess = nearest(name, known)
    if guess is not None:
        return DagDefinitionError("sdk.unknown_argument_guess", **what, **where, guess=guess)
    return DagDefinitionError("sdk.unknown_argument", **what, **where, known=listed(known))
