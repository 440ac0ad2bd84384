"""Starting legs: each in a child of its own, on a world of its own."""

from collections.abc import Sequence
from functools import partial

import msgspec

from mulgil.model import DagRun
from mulgil.proving.child import Running, start_child
from mulgil.proving.playing import Leg, Played, Subject, play_leg, step_folder
from mulgil.proving.world import World

Tables = tuple[tuple[str, str], ...]


class Legs:
    """Makes worlds and plays legs of one subject on them. `tables` are those that the dag declares."""

    def __init__(self, subject: Subject, tables: Tables) -> None:
        """Make everything in the subject's scratch folder."""
        self._subject = subject
        self._tables = tables
        self._worlds = 0
        self.steps = subject.scratch / "steps"

    def world(self, origin: World | None = None) -> World:
        """Return a new world: an empty one, or a copy."""
        self._worlds += 1
        folder = self._subject.scratch / f"world-{self._worlds}"
        return World(folder) if origin is None else origin.copy_to(folder)

    def world_before(self, step: int) -> World:
        """Return a copy of the world as it was before a step of the last run."""
        return self.world(World(step_folder(self.steps, step)))

    def start(self, world: World, runs: Sequence[DagRun], **more: object) -> Running[Played]:
        """Start a leg; `more` are fields of `Leg`."""
        leg = msgspec.structs.replace(Leg(world=world.folder, runs=tuple(runs)), **more)
        return start_child(partial(play_leg, self._subject, leg, self._tables), log=self._subject.log)

    def play(self, world: World, runs: Sequence[DagRun], **more: object) -> Played:
        """Play a leg to its end.

        Raises:
            ProvingError: It died.
        """
        return self.start(world, runs, **more).end().value

    def start_alone(self, world: World, task_id: str, run: DagRun, once: Played, **more: object) -> Running[Played]:
        """Start a leg with one task of a run; the values of the others are those that they had."""
        values = tuple(value for value in once.xcoms if value.run_id == run.run_id and value.task_id != task_id)
        return self.start(world, (run,), tasks=(task_id,), xcoms=values, **more)
