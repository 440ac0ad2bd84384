"""One suite over every metadata store: each test gets a fresh one of each kind."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mulgil.ports import MetadataStore
from mulgil.stores.memory import MemoryMetadataStore
from mulgil.stores.sql import SqlMetadataStore, upgrade

sys.path.insert(0, str(Path(__file__).parent))

from store_rows import MirrorCipher


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fresh") / "mulgil.db"
    upgrade(path)
    return path


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MetadataStore]:
    opened: MetadataStore
    if request.param == "memory":
        opened = MemoryMetadataStore()
    else:
        path = tmp_path / "mulgil.db"
        shutil.copyfile(request.getfixturevalue("fresh_database"), path)
        opened = SqlMetadataStore.open(path, cipher=MirrorCipher())
    yield opened
    opened.close()


@pytest.fixture
def epoch(store: MetadataStore) -> int:
    return store.claim("scheduler-1")
