"""Scratch targets: copies that everything begins with, and nothing real is written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mulgil.inprocess import GivenConfiguration, as_connections
from mulgil.proving.errors import ProvingError
from mulgil.proving.world import Redirected, World
from mulgil.system import SystemClock


def rows(path: str | Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("select * from t").fetchall()


def redirected(tmp_path: Path, world: World, **connections: str) -> Redirected:
    return Redirected(
        GivenConfiguration(as_connections(connections), ()),
        world,
        World(tmp_path / "beginning"),
        home=tmp_path,
        clock=SystemClock(),
        written=frozenset({"app", "lake"}),
    )


def test_each_world_begins_with_what_there_was_first(tmp_path: Path) -> None:
    real = tmp_path / "app.sqlite"
    with closing(sqlite3.connect(real)) as database:
        database.execute("create table t (x)")
        database.execute("insert into t values (1)")
        database.commit()
    one, other = World(tmp_path / "one"), World(tmp_path / "other")
    connection = redirected(tmp_path, one, app="sqlite:app.sqlite").connection("app")
    assert connection is not None
    assert rows(connection.host) == [(1,)]
    for path in (real, Path(connection.host)):
        with closing(sqlite3.connect(path)) as database:
            database.execute("insert into t values (2)")
            database.commit()
    later = redirected(tmp_path, other, app="sqlite:app.sqlite").connection("app")
    assert later is not None
    assert rows(later.host) == [(1,)]
    copy = one.copy_to(tmp_path / "copy")
    assert [target.connection_id for target in copy.targets()] == ["app"]
    assert rows(copy.targets()[0].host) == [(1,), (2,)]


def test_only_targets_are_scratch(tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    config = redirected(tmp_path, world, api="http:http://x", files="files:in", lake="files:out", app="http:http://y")
    assert config.connection("nobody") is None
    for name in ("api", "files"):
        kept = config.connection(name)
        assert kept is not None
        assert kept.host in ("http://x", "in")
    lake = config.connection("lake")
    assert lake is not None
    assert Path(lake.host).parent == world.folder
    with pytest.raises(ProvingError) as refused:
        config.connection("app")
    assert refused.value.text.code == "prove.no_scratch"
