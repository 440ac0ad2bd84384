"""What `load` and `transform` take from where they are called: an unused task id, tables by name."""

import sys
from collections.abc import Iterable
from types import FrameType

from mulgil.data.table import Table
from mulgil.sdk.scope import current_scope


def task_id_for(table: object) -> str:
    """Return a task id that the open dag doesn't have yet."""
    # What is no Table is refused by the operator, which knows where it stands.
    name = table.name.replace(".", "_") if isinstance(table, Table) else "into"
    scope = current_scope()
    if scope is None:
        return name
    prefix = scope.qualify("")
    return scope.root.unused_id(scope.qualify(name)).removeprefix(prefix)


def tables_in_scope(names: Iterable[str]) -> dict[str, Table]:
    """Return the tables that the author's code, where it calls us, knows under these names."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller's names
    while frame is not None and frame.f_globals.get("__name__", "").startswith("mulgil."):
        frame = frame.f_back
    if frame is None:
        return {}
    known = {**frame.f_globals, **frame.f_locals}
    return {name: known[name] for name in names if isinstance(known.get(name), Table)}
