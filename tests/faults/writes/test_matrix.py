"""Every fault point, on every target, in every mode, alone and in company: old or new, never between.

`make test` plays a diagonal of the matrix and breaks every rule; `make prove` plays all cells, kills at
random times besides, and fills a real disk.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mulgil.data.fault_point import FaultPoint
from mulgil.data.write import collect_garbage
from tests.faults.writes.cases import Case, matrix, play
from tests.faults.writes.mutants import MUTANTS, SEEN_IN
from tests.faults.writes.place import Place, Watcher
from tests.faults.writes.scenario import MODES, Write, contested_write, setup_writes, table_after
from tests.faults.writes.writer import KINDS

KILLS_PER_MODE = 34
DISK_MEBIBYTES = 4


def wrong_in(cases: list[Case], template: Place, folder: Path) -> list[str]:
    found = []
    for number, case in enumerate(cases):
        found += [f"{case}: {wrong}" for wrong in play(case, template.copied(folder / f"case{number}"))]
    return found


def diagonal(kind: str, mode: str) -> list[Case]:
    """Return a few cases of a target and mode, other ones for each."""
    first = KINDS.index(kind) + 3 * MODES.index(mode)
    return list(matrix(kind, mode))[first % 7 :: 7]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_diagonal_of_the_matrix(kind, mode, tmp_path):
    template = Place.prepared(kind, mode, tmp_path / "template")
    assert wrong_in(diagonal(kind, mode), template, tmp_path) == []


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_matrix(kind, mode, tmp_path, proof):
    template = Place.prepared(kind, mode, tmp_path / "template")
    cases = list(matrix(kind, mode))
    wrong = wrong_in(cases, template, tmp_path)
    failed = {each.partition(":")[0] for each in wrong}
    proof["writes.fault_cases"] = proof.get("writes.fault_cases", 0) + len(cases)
    proof["writes.fault_cases_ok"] = proof.get("writes.fault_cases_ok", 0) + len(cases) - len(failed)
    assert wrong == []


# ── Rules, broken one at a time ──────────────────────────────────────────────────────────────────────────


def test_every_mutant_has_a_case():
    assert SEEN_IN.keys() == MUTANTS.keys()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_broken_rule_is_seen(kind, mutant, tmp_path, proof):
    mode, point, company = SEEN_IN[mutant]
    place = Place.prepared(kind, mode, tmp_path / "place")
    proof["writes.mutants"] = proof.get("writes.mutants", 0) + 1
    assert play(Case(kind, mode, FaultPoint(point), company), place, mutant=mutant)
    proof["writes.mutants_caught"] = proof.get("writes.mutants_caught", 0) + 1


# ── Kills at any instant ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_kills_at_random_times(kind, mode, tmp_path, proof):
    """A scope is written over and over by children that are killed at seeded random times."""
    place = Place.prepared(kind, mode, tmp_path / "place")
    chance = random.Random(f"{kind} {mode}")
    writes = [*setup_writes(mode)]
    wrong = []
    kills = 0
    span = timed_write(place, writes)
    with Watcher(place, [table_after(mode, writes)]) as watcher:
        while kills < KILLS_PER_MODE:
            made = replace(contested_write(mode), word=f"word{len(writes)}-{kills}")
            after = table_after(mode, [*writes, made])
            watcher.allowed.add(after)
            child = place.start(place.job(made))
            time.sleep(chance.uniform(0, span))
            child.kill()
            kills += child.end() == "killed"
            if place.table() == after:
                writes.append(made)
            elif place.table() != table_after(mode, writes):
                wrong.append(f"kill {kills}: {place.table()[:3]}")
    last = contested_write(mode)
    assert place.start(place.job(last)).end() == "committed"
    assert wrong + watcher.wrong == []
    assert watcher.reads > 0
    assert place.table() == table_after(mode, [*writes, last])
    collect_garbage(place.target)
    assert place.stages() == []
    proof["writes.random_kills"] = proof.get("writes.random_kills", 0) + kills
    proof[f"writes.{kind}.random_kills"] = proof.get(f"writes.{kind}.random_kills", 0) + kills


def timed_write(place: Place, writes: list[Write]) -> float:
    """Make a whole write and return how long it took, with something on top."""
    made = replace(contested_write(place.mode), word="timed")
    began = time.monotonic()
    assert place.start(place.job(made)).end() == "committed"
    writes.append(made)
    return 1.2 * (time.monotonic() - began)


# ── A real full disk ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few MiB of its own."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEBIBYTES}m", "none", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_is_really_full(kind, mode, small_disk):
    """Every byte that is free, and fewer and fewer: the write fails whole, and succeeds when there is room again."""
    place = Place.prepared(kind, mode, small_disk / "place")
    before = place.table()
    made = replace(contested_write(mode), ids=tuple(range(5, 3000)), gone=())
    ballast = small_disk / "ballast"
    told = []
    for left_kibibytes in (0, 8, 32, 64, 96, 128, 256):
        fill(ballast, small_disk, left_kibibytes)
        ended = place.start(place.job(made)).end()
        ballast.unlink()
        told.append(ended)
        if ended == "committed":
            break
        assert place.table() == before, ended
        assert place.stages() == [], ended
    assert any("committed" not in each for each in told)
    assert place.start(place.job(made)).end() in ("committed", "already_committed"), told
    assert place.table() == table_after(mode, [*setup_writes(mode), made])


def fill(ballast: Path, disk: Path, left_kibibytes: int) -> None:
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast.write_bytes(b"x" * max(0, free - left_kibibytes * 1024))
