"""A task that does nothing: a joint in the graph."""

from mulgil.sdk.context import Context
from mulgil.sdk.operator import BaseOperator


class EmptyOperator(BaseOperator):
    """Succeeds at once."""

    def execute(self, context: Context) -> None:
        """Do nothing."""
