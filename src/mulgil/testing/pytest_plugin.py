"""Fixtures for pytest. In your `conftest.py`: `pytest_plugins = ["mulgil.testing.pytest_plugin"]`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from mulgil.inprocess import Result
from mulgil.testing.simulation import simulate


@pytest.fixture
def mulgil_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home of this test's own, which `dag.test()` uses, too."""
    home = tmp_path / "mulgil-home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("MULGIL_HOME", str(home))
    return home


@pytest.fixture
def play_dag(mulgil_home: Path) -> Callable[..., Result]:
    """`mulgil.testing.simulate`, with relative paths of connections in a home of this test's own."""
    return partial(simulate, home=mulgil_home)
