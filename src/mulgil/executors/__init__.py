"""Where attempts run: one folder each. All are policies over a port; none holds a socket."""

from mulgil.executors.local.executor import LocalExecutor
from mulgil.executors.sequential.executor import SequentialExecutor

__all__ = ["LocalExecutor", "SequentialExecutor"]
