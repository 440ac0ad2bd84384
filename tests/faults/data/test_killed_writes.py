"""Writes killed at every named point, raced, and woken late: readers see only old or new, and a rerun ends right."""

from __future__ import annotations

import importlib.util
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from mulgil.data.fault_point import FaultPoint
from mulgil.data.target import NativeQuery, Target
from mulgil.data.write import collect_garbage

WRITER = Path(__file__).with_name("writer.py")
KINDS = ("duckdb", "files", "sqlite")
OLD, NEW = ("old", 20), ("new", 30)


def _load_writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("faults_data_writer", WRITER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


writer = _load_writer()


class Place:
    """A target with an untouched partition (day 4) and one to fight about (day 5)."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.file = folder / f"place.{kind}"
        self.target: Target = writer.target_of(kind, self.file)
        writer.write_words(self.target, day=4, count=7, word="other", run_uid="day4")
        writer.write_words(self.target, word=OLD[0], count=OLD[1], run_uid="before")

    def words(self, day: int = 5) -> dict[str, int]:
        """Word → rows of one day, from one snapshot."""
        query = NativeQuery(sql=f"SELECT word FROM t WHERE day = {self._day(day)}")
        with self.target.read(query) as found:
            return dict(Counter(word for batch in found.batches for word in batch.column(0).to_pylist()))

    def ledger(self) -> dict[str, tuple[str, int]]:
        """Scope → write id and rows."""
        commits = self.target.read_ledger("t").commits
        return {commit.scope: (commit.write_id, commit.rows) for commit in commits}

    def stages(self) -> list[str]:
        """What stands in the stage's folder, and what publishes that died left beside a table of files."""
        folder = self.file.with_name(self.file.name + ".mulgil-stage")
        if self.kind == "files":
            folder = self.file / ".mulgil" / "stage"
        staged = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
        return staged + (writer.stray_files(self.file) if self.kind == "files" else [])

    def run(self, **given: object) -> subprocess.CompletedProcess[str]:
        """Write in a child."""
        return subprocess.run(self.command(**given), capture_output=True, text=True, timeout=100, check=False)

    def command(self, **given: object) -> list[str]:
        arguments = {"kind": self.kind, "file": str(self.file), "word": NEW[0], "count": NEW[1], **given}
        return [sys.executable, "-W", "error", str(WRITER), json.dumps(arguments)]

    def _day(self, day: int) -> str:
        return f"'2013-01-{day:02}'" if self.kind == "sqlite" else f"DATE '2013-01-{day:02}'"


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(request.param, tmp_path)


class Watcher:
    """Reads over and over while others write, and keeps what it saw."""

    def __init__(self, place: Place, *allowed: tuple[str, int]) -> None:
        self._place = place
        self._allowed = [dict([each]) for each in allowed]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.wrong: list[dict[str, int]] = []
        self.reads = 0

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.003):
            seen = self._place.words()
            self.reads += 1
            if seen not in self._allowed:
                self.wrong.append(seen)


# ── Scenarios: each returns what is wrong ────────────────────────────────────────────────────────────────


def killed_at(place: Place, point: FaultPoint, mutant: str = "") -> list[str]:
    """Kill a write at `point`, look, run it again, look again."""
    is_after = point in (FaultPoint.K6C, FaultPoint.K7, FaultPoint.K8, FaultPoint.K9)
    wrong = []
    with Watcher(place, OLD, NEW) as watcher:
        died = place.run(faults=f"{point.value}:kill", mutant=mutant)
    if died.returncode != -signal.SIGKILL:
        return [f"{point}: the child ended with {died.returncode}: {died.stderr[-500:]}"]
    if place.words() != dict([NEW if is_after else OLD]):
        wrong.append(f"{point}: after the kill {place.words()}")
    knows = place.ledger().get("p:2013-01-05", ("", 0))[0].startswith('["run"')
    if knows != is_after:
        wrong.append(f"{point}: the ledger {'knows' if knows else 'does not know'} the write")
    if not mutant:
        with Watcher(place, OLD, NEW) as again:
            outcome = writer.write_words(place.target, word=NEW[0], count=NEW[1])
        wrong += [f"{point}: a reader saw {seen}" for seen in again.wrong]
        if (outcome.status.value == "already_committed") != is_after:
            wrong.append(f"{point}: the rerun was {outcome.status}")
    else:
        rerun = place.run(mutant=mutant)
        wrong += [f"{point}: the rerun failed: {rerun.stderr[-500:]}"] if rerun.returncode else []
    wrong += [f"{point}: a reader saw {seen}" for seen in watcher.wrong]
    return wrong + _final(place, str(point))


def _final(place: Place, when: str) -> list[str]:
    wrong = []
    if place.words() != dict([NEW]):
        wrong.append(f"{when}: in the end {place.words()}")
    if place.words(4) != {"other": 7}:
        wrong.append(f"{when}: the other partition holds {place.words(4)}")
    if place.ledger().get("p:2013-01-05", ("", 0))[1] != NEW[1]:
        wrong.append(f"{when}: the ledger says {place.ledger()}")
    collect_garbage(place.target)
    if place.stages():
        wrong.append(f"{when}: stages left: {place.stages()}")
    return wrong


class Overtaken:
    """Rows whose reading lasts until another write has happened."""

    def __init__(self, rows: object, overtake: Callable[[], object]) -> None:
        self._rows = rows
        self._overtake = overtake

    def open(self):
        from contextlib import contextmanager
        from dataclasses import replace

        @contextmanager
        def opened():
            with self._rows.open() as batches:
                yield replace(batches, batches=self._late(batches.batches))

        return opened()

    def _late(self, batches):
        first = next(batches)
        yield first
        self._overtake()
        yield from batches


def late_zombie(place: Place) -> list[str]:
    """An old attempt wakes after a newer write of its partition has published: it must write nothing."""
    zombie = Overtaken(
        writer.Words(day=5, count=99, word="zombie"),
        lambda: writer.write_words(place.target, word=NEW[0], count=NEW[1], run_uid="newer"),
    )
    wrong = []
    try:
        outcome = writer.write_words(place.target, word="zombie", run_uid="zombie", origin=zombie)
        if outcome.status.value != "superseded":
            wrong.append(f"zombie: {outcome.status}")
    except Exception as error:  # noqa: BLE001 - whatever a broken rule raises is a finding
        wrong.append(f"zombie: {error!r}")
    return wrong + _final(place, "zombie")


# ── Tests ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("point", list(FaultPoint))
def test_a_write_killed_anywhere_is_whole_or_not_there(place, point):
    assert killed_at(place, point) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("point", [FaultPoint.K2, FaultPoint.K6, FaultPoint.K6C])
def test_the_very_first_write_may_be_killed(kind, point, tmp_path):
    place = Place.__new__(Place)
    place.kind, place.file = kind, tmp_path / f"place.{kind}"
    place.target = writer.target_of(kind, place.file)
    assert place.run(faults=f"{point.value}:kill").returncode == -signal.SIGKILL
    outcome = writer.write_words(place.target, word=NEW[0], count=NEW[1])
    assert outcome.status.value == ("already_committed" if point is FaultPoint.K6C else "committed")
    assert place.words() == dict([NEW])
    assert place.stages() == []


def test_a_late_zombie_changes_nothing(place):
    assert late_zombie(place) == []


@pytest.mark.parametrize("place", KINDS, indirect=True)
def test_two_writers_race_and_readers_see_one_or_the_other(place):
    commands = [
        place.command(word=word, count=count, times=1, run_uid=f"{word}-{number}")
        for number in range(2)
        for word, count in (("red", 40), ("blue", 50))
    ]
    with Watcher(place, OLD, ("red", 40), ("blue", 50)) as watcher:
        children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
        told = [json.loads(child.communicate(timeout=100)[0]) for child in children]
    assert [child.returncode for child in children] == [0] * len(children)
    assert watcher.wrong == []
    assert watcher.reads > 0
    fences = [each["fence"] for each in told]
    assert len(set(fences)) == len(fences)
    last = max(range(len(told)), key=fences.__getitem__)
    expected = ("red", 40) if last % 2 == 0 else ("blue", 50)
    assert place.words() == dict([expected])
    assert place.words(4) == {"other": 7}


def test_a_hanging_writer_keeps_its_stage_and_a_dead_one_loses_it(place, tmp_path):
    marker = tmp_path / "hangs"
    with subprocess.Popen(place.command(faults=f"K4:hang,once={marker}")) as child:
        deadline = time.monotonic() + 60
        while not marker.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert collect_garbage(place.target) == ()
        assert place.stages()
        assert writer.write_words(place.target, word="mid", count=5, run_uid="mid").status.value == "committed"
        child.kill()
    writer.write_words(place.target, word=NEW[0], count=NEW[1])
    assert place.stages() == []
    assert place.words() == dict([NEW])


# Where a kill shows that the rule is broken; elsewhere the late zombie does.
SHOWN_BY = {"stage_appended": FaultPoint.K4, "ledger_outside_transaction": FaultPoint.K6}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mutant", writer.MUTANTS)
def test_each_broken_rule_is_seen(kind, mutant, tmp_path, monkeypatch):
    place = Place(kind, tmp_path)
    if mutant in SHOWN_BY:
        assert killed_at(place, SHOWN_BY[mutant], mutant)
    else:
        writer.break_rule(mutant, monkeypatch.setattr)
        assert late_zombie(place)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_kills_at_random_times(kind, tmp_path, proof):
    """A partition is written over and over by children that are killed at seeded random times."""
    place = Place(kind, tmp_path)
    chance = random.Random(20130105)
    kills = 100
    allowed = [OLD, *((f"word{number}", 100 + number) for number in range(kills))]
    with Watcher(place, *allowed) as watcher:
        for number in range(kills):
            word, count = allowed[number + 1]
            command = place.command(word=word, count=count, run_uid=f"run{number}")
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
                time.sleep(chance.uniform(0.15, 0.7))
                child.kill()
    assert watcher.wrong == []
    writer.write_words(place.target, word=NEW[0], count=NEW[1])
    assert _final(place, "random kills") == []
    proof[f"writes.{kind}.random_kills"] = kills
