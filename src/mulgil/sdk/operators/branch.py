"""Tasks that choose which of their downstream tasks run; the others are skipped."""

from __future__ import annotations

from collections.abc import Sequence

from mulgil.sdk.context import Context
from mulgil.sdk.operator import BaseOperator
from mulgil.sdk.operators.python import PythonOperator


class BaseBranchOperator(BaseOperator):
    """Subclasses say in `choose_branch` which downstream tasks or task groups are followed."""

    is_branch = True

    def choose_branch(self, context: Context) -> str | Sequence[str] | None:
        """Return the ids of the tasks or task groups to follow; None follows none."""
        raise NotImplementedError(f"{type(self).__name__} has no choose_branch()")

    def execute(self, context: Context) -> object:
        """Return the choice."""
        return self.choose_branch(context)


class BranchPythonOperator(PythonOperator):
    """Calls a function that returns the ids of the downstream tasks or task groups to follow."""

    is_branch = True
