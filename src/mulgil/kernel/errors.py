"""Errors of the scheduling core.

MulgilError
└── KernelError
    ├── DagStructureError           a dag that can't be: a cycle, an id given twice, an unknown group
    ├── ImpossibleTransitionError   an event that the state tables don't allow: a programming error
    ├── RunMismatchError            stored task instances that don't fit the dag version
    └── UnknownTaskInstanceError    an event names a task instance that the run hasn't
"""

from mulgil.i18n import MulgilError


class KernelError(MulgilError):
    """The scheduling core refused its input."""


class DagStructureError(KernelError):
    """The dag can't be scheduled as it is written; the text names the place and the remedy."""


class ImpossibleTransitionError(KernelError):
    """A state table has no way from this state by this cause."""


class RunMismatchError(KernelError):
    """The task instances of a stored run are not those of its dag version."""


class UnknownTaskInstanceError(KernelError):
    """The run has no such task instance."""
