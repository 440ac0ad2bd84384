"""The names of a write: who made it, whose rows it replaces, what it was made of."""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from mulgil.data.context import WriteContext
from mulgil.data.ledger import STAGE_PREFIX
from mulgil.data.target import Column


def write_id(context: WriteContext) -> str:
    """Return the id that all tries of one task instance's write share; a clear gives a new one."""
    return _json(context.run_uid, context.clear_number, context.task_id, context.map_index, context.ordinal)


def producer(context: WriteContext) -> str:
    """Return whose rows these are, over all runs, run types and installations."""
    interval = context.data_interval
    when = [context.run_id] if interval.is_empty else [interval.start.isoformat(), interval.end.isoformat()]
    return _json(context.dag_id, context.task_id, context.map_index, context.ordinal, *when)


def author(context: WriteContext) -> str:
    """Return the producer in short, as scopes and the column `_mulgil_write` hold it."""
    return _digest(producer(context))[:32]


def build_id(context: WriteContext, *, scope: str, inputs: Sequence[str]) -> str:
    """Return what decides whether a scope's contents are right or stale: the same work gives the same id."""
    return "b1:" + _digest(context.code_version, context.parameters, sorted(inputs), scope)


def stage_name(table_name: str, scopes: Sequence[str], fence: int) -> str:
    """Return where a write stages: no two attempts ever share a place."""
    return f"{STAGE_PREFIX}_{_digest(table_name, sorted(scopes))[:16]}_{fence}"


def schema_hash(columns: Sequence[Column]) -> str:
    """Return a digest of names and types, in the order in which they are staged."""
    return "s1:" + _digest(*([column.name, column.type] for column in columns))[:32]


def _json(*parts: object) -> str:
    return msgspec.json.encode(parts).decode()


def _digest(*parts: object) -> str:
    return sha256(_json(*parts).encode()).hexdigest()
