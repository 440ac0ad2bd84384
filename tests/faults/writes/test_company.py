"""What the matrix has no cell for: the very first write killed, several writers at once, one that hangs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mulgil.data.fault_point import FaultPoint
from mulgil.data.write import collect_garbage
from tests.faults.writes.place import Place, Watcher
from tests.faults.writes.scenario import MODES, contested_write, setup_writes, table_after
from tests.faults.writes.writer import KINDS

WRITERS = 4


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_very_first_write_may_be_killed(kind, mode, tmp_path):
    made = contested_write(mode)
    for point in (FaultPoint.K2, FaultPoint.K6, FaultPoint.K6C):
        root = tmp_path / point.value
        root.mkdir()
        place = Place(kind, mode, root)
        assert place.start(place.job(made, faults=f"{point.value}:kill")).end() == "killed"
        expected = "already_committed" if point is FaultPoint.K6C else "committed"
        assert place.start(place.job(made)).end() == expected
        assert place.table() == table_after(mode, [made])
        assert place.stages() == []


@pytest.mark.parametrize("kind", KINDS)
def test_writers_race_and_readers_see_one_or_another(kind, tmp_path):
    mode = "replace_partition"
    place = Place.prepared(kind, mode, tmp_path / "place")
    racers = [replace(contested_write(mode), word=f"racer{number}") for number in range(WRITERS)]
    before = list(setup_writes(mode))
    possible = [table_after(mode, before), *(table_after(mode, [*before, racer]) for racer in racers)]
    with Watcher(place, possible) as watcher:
        children = [place.start(place.job(racer)) for racer in racers]
        told = [child.end() for child in children]
    assert set(told) <= {"committed", "superseded"}
    assert watcher.wrong == []
    assert watcher.reads > 0
    (owner,) = [owner for owner in place.owners() if owner != "other"]
    assert place.table() == possible[1 + [racer.run_uid for racer in racers].index(owner)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_hanging_writer_keeps_its_stage_and_a_dead_one_loses_it(kind, tmp_path):
    mode = "replace_partition"
    place = Place.prepared(kind, mode, tmp_path / "place")
    hanging = place.start(place.job(contested_write(mode)), held_at="K4")
    hanging.wait_until_held()
    kept = place.stages()
    collect_garbage(place.target)
    assert place.stages() == kept != []
    middle = replace(contested_write(mode), word="middle")
    assert place.start(place.job(middle)).end() == "committed"
    assert place.stages() == kept
    hanging.kill()
    assert hanging.end() == "killed"
    assert place.start(place.job(contested_write(mode))).end() == "committed"
    assert place.stages() == []
    assert place.table() == table_after(mode, [*setup_writes(mode), contested_write(mode)])
