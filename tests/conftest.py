"""What every tier shares: its time limit, what it may touch, and the record of what was proven.

The first folder under tests/ is a test's tier; the table below is the tier's contract (tests/README.md says
what belongs where).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import disable_socket, enable_socket

TESTS = Path(__file__).parent


@dataclass(frozen=True)
class Tier:
    """One test's time limit in seconds, and whether sockets work."""

    limit: int
    sockets: bool


TIERS = {
    "unit": Tier(10, sockets=False),
    "property": Tier(120, sockets=False),
    "simulation": Tier(600, sockets=False),
    "contract": Tier(120, sockets=True),
    "integration": Tier(120, sockets=True),
    "faults": Tier(300, sockets=True),
    "migration": Tier(60, sockets=False),
    "compat": Tier(10, sockets=False),
    "e2e": Tier(240, sockets=True),
    "docs": Tier(120, sockets=True),
    "typing": Tier(120, sockets=False),
    "arch": Tier(60, sockets=False),
}
LONG_LIMIT = 1800

# Slow shared machines must not turn a property red; what a property takes is bounded by its tier's limit.
settings.register_profile("mulgil", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mulgil")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proof", metavar="FILE", help="merge what the tests measured into this flat JSON object")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        tier = _tier_of(item)
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LONG_LIMIT if item.get_closest_marker("long") else tier.limit))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if _tier_of(item).sockets:
        enable_socket()
    else:
        disable_socket(allow_unix_socket=False)


def _tier_of(item: pytest.Item) -> Tier:
    name = item.path.relative_to(TESTS).parts[0]
    try:
        return TIERS[name]
    except KeyError:
        raise pytest.UsageError(f"{item.path} is in no known tier; the tiers are {', '.join(TIERS)}") from None


_facts = pytest.StashKey[dict[str, float | str | bool]]()
_started = pytest.StashKey[float]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_facts] = {}
    config.stash[_started] = time.monotonic()


@pytest.fixture
def proof(request: pytest.FixtureRequest) -> dict[str, float | str | bool]:
    """A flat record of what this session proved; tests add keys such as `simulation.seeds`."""
    return request.config.stash[_facts]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    facts = config.stash[_facts]
    path = config.getoption("--proof")
    if path is None:
        return
    if "not long" in config.getoption("markexpr"):
        stats = terminalreporter.stats
        facts["tests.passed"] = len(stats.get("passed", ()))
        facts["tests.skipped"] = len(stats.get("skipped", ()))
        facts["tests.wall_s"] = round(time.monotonic() - config.stash[_started], 1)
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(dict(sorted({**known, **facts}.items())), indent=2) + "\n")
    terminalreporter.write_line(f"proof: {json.dumps(facts, sort_keys=True)}")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Every test starts and ends with English messages."""
    from mulgil.i18n import Language, set_language

    set_language(Language.ENGLISH)
    yield
    set_language(Language.ENGLISH)
