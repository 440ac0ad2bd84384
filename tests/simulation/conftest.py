"""The option that plays given seeds, and quiet logs: what goes wrong here goes wrong on purpose."""

import logging
from collections.abc import Iterator

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--simulation-seed", type=int, action="append", help="play this seed only (may be repeated)")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of warnings of simulated trouble help nobody."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(before)
