"""Boundaries at the fire times of a cron expression, in a time zone with DST.

cronsim walks the plain calendar here (naive local times); this module decides which instants those
local times are, because that walk has no clock changes to get wrong. (Given a zone, cronsim 2.8 loses
fires around half-hour changes, and its two directions disagree there.) Two rules, after Debian cron:

- The hour is named (`30 2 * * *`): the schedule follows the *clock on the wall*. A time in a gap
  fires at the first instant after the gap, a time in an overlap in the first pass only. Fires that
  fall on one instant count once. So a day has the same fires all year round.
- The hour starts with a star (`*/15 * * * *`, `0 */6 * * *`): the schedule follows *elapsed time*. It
  fires whenever the clocks show a matching time: in both passes of an overlap, and not in a gap.

Debian also counts a starred minute as elapsed time, so that `*/15 2 * * *` would lose its whole day
to the gap; here the hour alone decides.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from mulgil.timetables.cron_expression import normalize_cron
from mulgil.timetables.zone import gap_end, occurrences, overlap_around

_TICK = timedelta(microseconds=1)


class CronBoundaries:
    """The fire times of one cron expression in one zone."""

    def __init__(self, expression: str, zone: ZoneInfo) -> None:
        """Check `expression` and choose the rule that its hour asks for.

        Raises:
            ScheduleError: The expression can't be used.
        """
        self._expression = normalize_cron(expression)
        self._zone = zone
        is_elapsed = self._expression.split()[1].startswith("*")
        self._after: Callable[[datetime], datetime] = self._elapsed_after if is_elapsed else self._wall_after
        self._before: Callable[[datetime], datetime] = self._elapsed_before if is_elapsed else self._wall_before

    def after(self, instant: datetime) -> datetime:
        """Return the first fire later than `instant`."""
        return self._after(instant)

    def before(self, instant: datetime) -> datetime:
        """Return the last fire earlier than `instant`."""
        return self._before(instant)

    def _wall_after(self, instant: datetime) -> datetime:
        for local in self._forward(self._local(instant)):
            fire = self._wall_fire(local)
            if fire > instant:
                return fire
        raise OverflowError

    def _wall_before(self, instant: datetime) -> datetime:
        # In the second pass of an overlap, later local times have already fired: in the first pass.
        overlap = overlap_around(instant, self._zone)
        for local in self._backward(overlap[1] if overlap else self._local(instant)):
            fire = self._wall_fire(local)
            if fire < instant:
                return fire
        raise OverflowError

    def _wall_fire(self, local: datetime) -> datetime:
        instants = occurrences(local, self._zone)
        return instants[0] if instants else gap_end(local, self._zone)

    def _elapsed_after(self, instant: datetime) -> datetime:
        # Clocks only repeat themselves in an overlap: elsewhere the next local time is the next fire.
        fire = self._first_shown(self._local(instant), instant)
        overlap = overlap_around(instant, self._zone)
        return min(fire, self._first_shown(overlap[0] - _TICK, instant)) if overlap else fire

    def _elapsed_before(self, instant: datetime) -> datetime:
        fire = self._last_shown(self._local(instant), instant)
        overlap = overlap_around(instant, self._zone)
        return max(fire, self._last_shown(overlap[1], instant)) if overlap else fire

    def _first_shown(self, local: datetime, instant: datetime) -> datetime:
        """Return the first showing, after `instant`, of the first matching time after `local`."""
        for candidate in self._forward(local):
            for fire in occurrences(candidate, self._zone):
                if fire > instant:
                    return fire
        raise OverflowError

    def _last_shown(self, local: datetime, instant: datetime) -> datetime:
        """Return the last showing, before `instant`, of the last matching time before `local`."""
        for candidate in self._backward(local):
            for fire in reversed(occurrences(candidate, self._zone)):
                if fire < instant:
                    return fire
        raise OverflowError

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(self._zone).replace(tzinfo=None, fold=0)

    def _forward(self, local: datetime) -> Iterator[datetime]:
        return CronSim(self._expression, local)

    def _backward(self, local: datetime) -> Iterator[datetime]:
        return CronSim(self._expression, local, reverse=True)
