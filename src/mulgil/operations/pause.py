"""Pause and resume a dag."""

from msgspec.structs import replace

from mulgil.messages import SetDagPaused
from mulgil.model import Dag
from mulgil.operations.effect import ChangeDag, Effect, NoEffect, applied, refuse


def apply_pause(payload: SetDagPaused, *, dag: Dag | None) -> Effect:
    """Stop or resume creating scheduled runs and starting tasks of the dag."""
    if dag is None:
        return refuse("operations.dag_unknown", dag_id=payload.dag_id)
    facts = applied(dag_id=dag.dag_id, is_paused=payload.is_paused)
    if dag.is_paused == payload.is_paused:
        return NoEffect(facts)
    return ChangeDag(replace(dag, is_paused=payload.is_paused), facts)
