"""The fixtures that the testing kit ships."""

from collections.abc import Callable
from pathlib import Path

from mulgil.sdk import DAG, Connection, task
from mulgil.testing import Result
from mulgil.testing.pytest_plugin import mulgil_home, play_dag

__all__ = ["mulgil_home", "play_dag"]


def make() -> DAG:
    with DAG("fixtures", schedule=None) as dag:

        @task
        def look() -> str:
            return Connection.get("app").host

        look()
    return dag


def test_a_home_of_the_tests_own(mulgil_home: Path, play_dag: Callable[..., Result]) -> None:
    assert list(mulgil_home.iterdir()) == []
    result = play_dag(make(), connections={"app": "sqlite:app.sqlite"})
    assert result.value("look") == "app.sqlite"
    # What tests don't give isn't found in anybody's real home.
    assert not make().test(quiet=True).succeeded
