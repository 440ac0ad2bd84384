"""The instants at which one data interval ends and the next begins."""

from datetime import datetime
from typing import Protocol


class Boundaries(Protocol):
    """An endless, strictly ordered sequence of UTC instants, walked from any instant both ways.

    Both walks see the same sequence: `before(after(t)) <= t < after(t)`. An answer that the calendar
    can't hold raises OverflowError.
    """

    def after(self, instant: datetime) -> datetime:
        """Return the first boundary later than `instant`."""
        ...

    def before(self, instant: datetime) -> datetime:
        """Return the last boundary earlier than `instant`."""
        ...
