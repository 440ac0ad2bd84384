"""What people ask for, by the real `LocalControl`; none waits for an answer."""

from typing import TYPE_CHECKING

from mulgil.messages import Applied
from mulgil.model import Pool, TaskInstanceState
from mulgil.operations import LocalControl
from mulgil.ports import NotFoundError
from tests.simulation.simulator.scenario import POOL, Ask, Wish
from tests.simulation.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulation.simulator.world import World

_ASKS_AGAIN = 0.5


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
        except NotFoundError:
            self._world.agenda.after(_ASKS_AGAIN, lambda: self._ask(wish))
        else:
            self._wishes -= 1

    def _ask_for(self, wish: Wish) -> None:
        control = self._control
        match wish.ask:
            case Ask.TRIGGER:
                interval = self._world.trigger_interval(wish)
                submitted = control.trigger(wish.dag_id, run_id=wish.run_id, data_interval=interval)
                self._triggers.append(submitted.command_id)
            case Ask.CLEAR:
                control.clear(wish.dag_id, wish.run_id, tasks=wish.tasks, downstream=wish.downstream)
            case Ask.PAUSE | Ask.RESUME:
                control.set_paused(wish.dag_id, is_paused=wish.ask is Ask.PAUSE)
            case Ask.REPUBLISH:
                self._world.publish(wish.dag_id)
            case Ask.RESIZE_POOL:
                control.put_pool(Pool(name=POOL, slots=wish.slots))
                self._world.watch.pool_resized(wish.slots)
            case Ask.MARK_SUCCESS:
                control.mark(wish.dag_id, wish.run_id, wish.tasks, TaskInstanceState.SUCCESS)
            case Ask.MARK_FAILED:
                control.mark(wish.dag_id, wish.run_id, wish.tasks, TaskInstanceState.FAILED)
            case Ask.CANCEL:
                control.cancel(wish.dag_id, wish.run_id)
