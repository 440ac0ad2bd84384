"""What people ask for, by the real `LocalControl`; none waits for an answer."""

from typing import TYPE_CHECKING

from mulgil.messages import Applied, BackfillChange
from mulgil.model import BackfillState, DeltaTimetable, Pool, TaskInstanceState
from mulgil.operations import InvalidArgumentError, LocalControl
from mulgil.ports import BackfillRequest, NotFoundError
from tests.simulation.simulator.scenario import POOL, Ask, Wish
from tests.simulation.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulation.simulator.world import World

_ASKS_AGAIN = 0.5
_CHANGES = {
    Ask.PAUSE_BACKFILL: BackfillChange.PAUSE,
    Ask.RESUME_BACKFILL: BackfillChange.RESUME,
    Ask.CANCEL_BACKFILL: BackfillChange.CANCEL,
}


class Bell:
    """An `AnswerBell` to whichever scheduler listens now."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def ring(self) -> bool:
        self._world.ring()
        return True

    def wait(self, timeout_seconds: float) -> bool:
        return False


class People:
    """Ask for what the scenario says, at its times, again while what they name isn't there yet."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._control = LocalControl(world.store, Bell(world), world.clock, world.ids, by="kim")
        self._wishes = len(world.scenario.wishes)
        self._triggers: list[str] = []
        for wish in world.scenario.wishes:
            world.agenda.at(wish.at, lambda wish=wish: self._ask(wish))  # type: ignore[misc]

    @property
    def are_done(self) -> bool:
        """Whether everything was asked for and answered."""
        tables = self._world.store._tables
        return not self._wishes and tables.commands.keys() == tables.answers.keys()

    def check_answers(self) -> None:
        """Check that nobody was refused a run."""
        answers = self._world.store._tables.answers
        for command_id in self._triggers:
            require(isinstance(answers[command_id], Applied), f"{command_id}: {answers[command_id]}")

    def _ask(self, wish: Wish) -> None:
        try:
            self._ask_for(wish)
        except (NotFoundError, InvalidArgumentError):
            self._world.agenda.after(_ASKS_AGAIN, lambda: self._ask(wish))
        else:
            self._wishes -= 1

    def _ask_for(self, wish: Wish) -> None:
        control, run_id = self._control, self._world.run_id(wish.dag_id, wish.run_id)
        match wish.ask:
            case Ask.TRIGGER:
                interval = self._world.trigger_interval(wish)
                submitted = control.trigger(wish.dag_id, run_id=wish.run_id, data_interval=interval)
                self._triggers.append(submitted.command_id)
            case Ask.CLEAR:
                control.clear(wish.dag_id, run_id, tasks=wish.tasks, downstream=wish.downstream)
            case Ask.PAUSE | Ask.RESUME:
                control.set_paused(wish.dag_id, is_paused=wish.ask is Ask.PAUSE)
            case Ask.REPUBLISH:
                self._world.publish(wish.dag_id)
            case Ask.RESIZE_POOL:
                control.put_pool(Pool(name=POOL, slots=wish.slots))
                self._world.watch.pool_resized(wish.slots)
            case Ask.MARK_SUCCESS:
                control.mark(wish.dag_id, run_id, wish.tasks, TaskInstanceState.SUCCESS)
            case Ask.MARK_FAILED:
                control.mark(wish.dag_id, run_id, wish.tasks, TaskInstanceState.FAILED)
            case Ask.CANCEL:
                control.cancel(wish.dag_id, run_id)
            case Ask.BACKFILL:
                self._backfill(wish)
            case _:
                self._change_backfill(wish)

    def _change_backfill(self, wish: Wish) -> None:
        backfill = self._control.backfill(wish.number).backfill
        if wish.ask is Ask.RESUME_BACKFILL and backfill.state is BackfillState.RUNNING:
            raise NotFoundError("operations.backfill_unknown", backfill_id=wish.number)
        self._control.change_backfill(wish.number, _CHANGES[wish.ask])

    def _backfill(self, wish: Wish) -> None:
        """Plan a backfill of everything that has ended, and start it; later where a clock was set back too far."""
        covers, dag = wish.backfill, self._world.dag(wish.dag_id)
        assert covers is not None
        assert isinstance(dag.timetable, DeltaTimetable)
        assert dag.start_date is not None
        assert dag.end_date is not None
        request = BackfillRequest(
            dag_id=wish.dag_id,
            range_start=dag.start_date - covers.before * dag.timetable.delta,
            range_end=dag.end_date + dag.timetable.delta,
            is_reverse=covers.is_reverse,
            max_active=covers.max_active,
            rerun=covers.rerun,
        )
        plan = self._control.plan_backfill(request)
        if sum(run.data_interval.end <= dag.start_date for run in plan.runs) < covers.before:
            raise InvalidArgumentError("operations.backfill_nothing_complete", dag_id=dag.dag_id, end="later")
        submitted = self._control.create_backfill(plan)
        self._wishes += 1
        self._world.agenda.after(_ASKS_AGAIN, lambda: self._look(wish, submitted.command_id))

    def _look(self, wish: Wish, command_id: str) -> None:
        """See what became of a backfill; ask again if it was refused."""
        answer = self._world.store._tables.answers.get(command_id)
        if answer is None:
            self._world.agenda.after(_ASKS_AGAIN, lambda: self._look(wish, command_id))
        elif isinstance(answer, Applied):
            self._wishes -= 1
        else:
            require(answer.reason.code == "operations.backfill_schedule_changed", f"{command_id}: {answer}")
            self._ask(wish)
