"""The installation of tests/integration/worker, here to be shot at."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

FOLDER = str(Path(__file__).resolve().parents[2] / "integration" / "worker")
if FOLDER not in sys.path:
    sys.path.append(FOLDER)

from worker_installation import Installation  # noqa: E402 - found by the path above


@pytest.fixture
def installation() -> Iterator[Installation]:
    with TemporaryDirectory(prefix="mg-") as folder:
        made = Installation(Path(folder))
        yield made
        made.close()
