"""What every commit must keep to as far as backfills go: each interval once, in order, within its limits.

It compares a commit with the backfills' rows as they were committed before, and with the mirror's runs.
"""

from typing import TYPE_CHECKING

from mulgil.model import (
    Backfill,
    BackfillAction,
    BackfillChanged,
    BackfillRun,
    BackfillRunState,
    BackfillState,
    DagRunState,
    DataInterval,
    TaskInstance,
)
from mulgil.ports import Batch
from tests.simulation.simulator.mirror import Mirror, RunPlace
from tests.simulation.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulation.simulator.world import World

R = BackfillRunState
_DONE = (R.SUCCESS, R.FAILED, R.SKIPPED)
_STARTS = (BackfillAction.CREATE, BackfillAction.RERUN)


class BackfillRules:
    """Compares a commit with the backfills before it."""

    def __init__(self, world: "World", mirror: Mirror) -> None:
        self._world = world
        self._mirror = mirror
        self._backfills: dict[int, Backfill] = {}
        self._entries: dict[int, dict[int, BackfillRun]] = {}
        self._states: dict[int, BackfillState | None] = {}
        # Intervals whose run a backfill has started: it does that once.
        self._touched: set[RunPlace] = set()
        self._started: set[tuple[int, DataInterval]] = set()

    @property
    def unfinished(self) -> tuple[int, ...]:
        """Which backfills haven't ended."""
        return tuple(number for number, backfill in self._backfills.items() if not backfill.state.is_finished)

    def touched(self, batch: Batch) -> set[RunPlace]:
        """Return the runs that backfills start again in this commit, or end by force."""
        again = {
            (self._dag_id(batch, entry.backfill_id), entry.run_id or "")
            for entry in batch.backfill_runs
            if entry.state is R.RUNNING and entry.action is BackfillAction.RERUN
        }
        return again | self._cancelled(batch)

    def check(self, batch: Batch, cleared: dict[RunPlace, list[TaskInstance]], touched: set[RunPlace]) -> None:
        """Check a commit whose runs are in the mirror; `cleared` are the rows as they were before that.

        `touched` are the runs that somebody has set going again in this very commit.
        """
        self._touched = touched
        for backfill in batch.backfills:
            self._backfills[backfill.backfill_id] = backfill
        for entry in batch.backfill_runs:
            self._entry(entry, cleared)
        self._log(batch)
        for entry in batch.backfill_runs:
            self._limits(entry, has_commands=bool(batch.answers))
        for backfill in batch.backfills:
            self._end(self._backfills[backfill.backfill_id])

    def check_end(self) -> None:
        """Check that each backfill brought about what it was for."""
        for number, backfill in self._backfills.items():
            require(backfill.state.is_finished, f"backfill {number} is {backfill.state} in the end")
            for entry in self._entries[number].values():
                by_plan = entry.reason is not None and entry.reason.code == "backfill.skipped_by_plan"
                if backfill.state is not BackfillState.CANCELLED and not by_plan:
                    require(entry.run_id is not None, f"backfill {number} leaves {entry.data_interval} without a run")

    def _dag_id(self, batch: Batch, number: int) -> str:
        known = self._backfills.get(number) or next(one for one in batch.backfills if one.backfill_id == number)
        return known.dag_id

    def _cancelled(self, batch: Batch) -> set[RunPlace]:
        return {
            (backfill.dag_id, entry.run_id or "")
            for backfill in batch.backfills
            if backfill.state is BackfillState.CANCELLING
            for entry in self._entries[backfill.backfill_id].values()
            if entry.state is R.RUNNING
        }

    def _entry(self, entry: BackfillRun, cleared: dict[RunPlace, list[TaskInstance]]) -> None:
        backfill = self._backfills[entry.backfill_id]
        entries = self._entries.setdefault(entry.backfill_id, {})
        before = entries.get(entry.position)
        name = f"backfill {entry.backfill_id}, {entry.data_interval.start}"
        if before is not None:
            require(not before.state.is_finished, f"{name}: was {before.state} and is {entry.state}")
            require(before.data_interval == entry.data_interval, f"{name}: was another interval")
        entries[entry.position] = entry
        if entry.state is R.RUNNING and entry.action in _STARTS:
            self._check_start(backfill, entry, name, cleared)
        if entry.state in _DONE and entry.run_id is not None:
            run = self._mirror.runs[backfill.dag_id, entry.run_id]
            has_ended = run.state.is_finished or (backfill.dag_id, entry.run_id) in self._touched
            require(has_ended, f"{name}: {entry.state}, and its run is {run.state}")
            expected = {R.SUCCESS: DagRunState.SUCCESS, R.FAILED: DagRunState.FAILED}.get(entry.state)
            is_so = expected in (None, run.state) or (backfill.dag_id, entry.run_id) in self._touched
            require(is_so, f"{name}: {entry.state}, and its run ended as {run.state}")
            require(run.data_interval == entry.data_interval, f"{name}: its run is for {run.data_interval}")
        elif entry.state in (R.SUCCESS, R.FAILED):
            require(False, f"{name}: {entry.state} without a run")

    def _check_start(
        self, backfill: Backfill, entry: BackfillRun, name: str, cleared: dict[RunPlace, list[TaskInstance]]
    ) -> None:
        key = (entry.backfill_id, entry.data_interval)
        require(key not in self._started, f"{name}: started twice")
        self._started.add(key)
        place = (backfill.dag_id, entry.run_id or "")
        require(place in self._mirror.runs, f"{name}: its run is nowhere")
        earlier = [other for other in self._entries[entry.backfill_id].values() if other.position < entry.position]
        waiting = [other.position for other in earlier if other.state is R.WAITING]
        require(not waiting, f"{name}: taken up before {waiting}")
        if entry.action is BackfillAction.RERUN:
            rows = cleared.get(place, [])
            is_needed = any(
                (row.started_at or row.ended_at or backfill.created_at) <= backfill.created_at for row in rows
            )
            require(is_needed, f"{name}: done again although all of it was done since it was asked for")
            self._world.met["run again by a backfill"] += 1

    def _log(self, batch: Batch) -> None:
        for event in batch.events:
            change = event.payload
            if isinstance(change, BackfillChanged):
                known = self._states.get(change.backfill_id)
                require(change.previous is known, f"backfill {change.backfill_id}: was {known}, not {change.previous}")
                self._states[change.backfill_id] = change.state
        for number, backfill in self._backfills.items():
            require(self._states[number] is backfill.state, f"backfill {number}: its row says {backfill.state}")

    def _limits(self, changed: BackfillRun, *, has_commands: bool) -> None:
        number, backfill = changed.backfill_id, self._backfills[changed.backfill_id]
        running = [entry for entry in self._entries[number].values() if entry.state is R.RUNNING]
        require(len(running) <= backfill.max_active, f"backfill {number} has {len(running)} intervals under way")
        active, limit = self._mirror.running(backfill.dag_id), self._world.dag(backfill.dag_id).max_active_runs
        # What a person clears goes on at once, whatever the limit.
        started = changed.state is R.RUNNING and changed.action in _STARTS and not has_commands
        require(not started or active <= limit, f"{active} runs of {backfill.dag_id} at once, by backfill {number}")

    def _end(self, backfill: Backfill) -> None:
        if not backfill.state.is_finished:
            return
        states = [entry.state for entry in self._entries[backfill.backfill_id].values()]
        left = [state for state in states if not state.is_finished]
        require(not left, f"backfill {backfill.backfill_id} ends with {left} to do")
        if backfill.state is not BackfillState.CANCELLED:
            expected = BackfillState.FAILED if R.FAILED in states else BackfillState.SUCCESS
            require(backfill.state is expected, f"backfill {backfill.backfill_id}: {backfill.state} of {states}")
        self._world.met[f"backfill {backfill.state}"] += 1
