"""Random scenarios with random faults, from seeds: every invariant holds in each of them.

    python -m pytest tests/simulation/test_seeds.py --simulation-seed 4711

plays one seed again, exactly.
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.simulator.chronicle import SeedFailedError, play_seeds
from tests.simulation.simulator.mutants import MUTANTS
from tests.simulation.simulator.seed import play_seed

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHUNK, CHUNKS = 250, 10
LONG_CHUNK, LONG_CHUNKS = 800, 10
FIRST_LONG_SEED = 1_000_000
# What must have been met on the way: a simulation in which nothing goes wrong shows nothing.
MET = (
    "scheduler died",
    "scheduler superseded",
    "commit failed",
    "word of a commit lost",
    "daemon died",
    "daemon drained",
    "connection broke",
    "task killed",
    "zygote killed",
    "clock jumped",
    "process stopped",
    "message repeated",
    "ring lost",
    "attempt lost",
    "attempt died",
    "attempt cancelled",
    "commit resolved after a death",
    "import failed",
    "run ended by force",
    "assignment dropped as known",
    "report taken over from a dead daemon",
    "end foretold",
    "backfill success",
    "backfill failed",
    "backfill cancelled",
    "run again by a backfill",
    "journal lost",
)


def known_seeds() -> list[int]:
    """Return the seeds that once failed."""
    lines = (HERE / "seeds.txt").read_text().splitlines()
    return [int(line.split()[0]) for line in lines if line.strip() and not line.startswith("#")]


@pytest.fixture(autouse=True)
def only_wanted(request: pytest.FixtureRequest) -> None:
    """With --simulation-seed, leave out everything else."""
    wanted = request.config.getoption("--simulation-seed", default=None)
    if wanted and request.node.originalname != "test_given_seeds":
        pytest.skip("only the seeds of --simulation-seed are wanted")


def test_given_seeds(request: pytest.FixtureRequest) -> None:
    play_seeds(request.config.getoption("--simulation-seed", default=None) or ())


def test_seeds_that_once_failed(proof: dict[str, float | str | bool]) -> None:
    seeds = known_seeds()
    play_seeds(seeds)
    _add(proof, "simulation.seeds", len(seeds))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_seeds(chunk: int, proof: dict[str, float | str | bool]) -> None:
    met = play_seeds(range(chunk * CHUNK, (chunk + 1) * CHUNK))
    _add(proof, "simulation.seeds", CHUNK)
    missing = [name for name in MET if not met[name]]
    assert not missing, f"none of {CHUNK} seeds met {missing}"


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(LONG_CHUNKS))
def test_many_seeds(chunk: int, proof: dict[str, float | str | bool]) -> None:
    first = FIRST_LONG_SEED + chunk * LONG_CHUNK
    play_seeds(range(first, first + LONG_CHUNK))
    _add(proof, "simulation.long_seeds", LONG_CHUNK)


def test_a_seed_does_the_same_whatever_the_order_of_hashes() -> None:
    program = (
        "import logging, hashlib; logging.disable(logging.CRITICAL)\n"
        "from tests.simulation.simulator.seed import play_seed\n"
        "digest = hashlib.sha256()\n"
        "for seed in range(12): play_seed(seed, tell=lambda line: digest.update(line.encode()))\n"
        "print(digest.hexdigest())"
    )
    digests = Counter(
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    )
    assert len(digests) == 1


def test_a_seed_does_the_same_twice() -> None:
    traces: list[list[str]] = [[], []]
    for trace in traces:
        play_seed(7, tell=trace.append)
    assert traces[0] == traces[1]


def test_a_seed_that_fails_says_how_to_see_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = next(mutant for mutant in MUTANTS if mutant.name == "XComs outside the transaction")
    broken.apply(monkeypatch)
    with pytest.raises(SeedFailedError) as caught:
        play_seeds(range(20))
    words = str(caught.value)
    assert "commit of epoch" in words
    assert "Replay: python -m pytest tests/simulation/test_seeds.py --simulation-seed" in words
    assert "Played again" not in words


def _add(proof: dict[str, float | str | bool], name: str, count: int) -> None:
    before = proof.get(name, 0)
    assert isinstance(before, int)
    proof[name] = before + count
