"""Each rule of the engine, broken: the simulation must turn red within a few seeds. Unbroken, it is green."""

import pytest

from tests.simulation.simulator.mutants import MUTANTS, Mutant
from tests.simulation.simulator.seed import play_seed

# Most are caught by the first ten, all by the first hundred.
SEEDS = 400


@pytest.fixture(autouse=True)
def not_with_given_seeds(request: pytest.FixtureRequest) -> None:
    """With --simulation-seed, leave this out."""
    if request.config.getoption("--simulation-seed", default=None):
        pytest.skip("only the seeds of --simulation-seed are wanted")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_broken_rule_turns_the_simulation_red(
    mutant: Mutant, monkeypatch: pytest.MonkeyPatch, proof: dict[str, float | str | bool]
) -> None:
    _count(proof, "simulation.mutants")
    with monkeypatch.context() as patch:
        mutant.apply(patch)
        caught = _first_red_seed(mutant)
    assert caught is not None, f"{SEEDS} seeds are green although the rule is broken: {mutant.name}"
    # The seed is red because of the mutant, and of nothing else.
    play_seed(caught, emphasis=mutant.emphasis)
    _count(proof, "simulation.mutants_caught")


def test_the_rules_that_the_engine_rests_on_are_among_them() -> None:
    assert sum(mutant.required for mutant in MUTANTS) == 10


def _first_red_seed(mutant: Mutant) -> int | None:
    for seed in range(SEEDS):
        try:
            play_seed(seed, emphasis=mutant.emphasis)
        except Exception:  # noqa: BLE001 - however it shows
            return seed
    return None


def _count(proof: dict[str, float | str | bool], name: str) -> None:
    before = proof.get(name, 0)
    assert isinstance(before, int)
    proof[name] = before + 1
