"""What the worker's tests share: an installation whose processes end with the test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.append(HERE)

from worker_installation import Installation  # noqa: E402 - found by the path above


@pytest.fixture
def installation() -> Iterator[Installation]:
    # Short, because a socket's path may be 108 bytes long.
    with TemporaryDirectory(prefix="mg-") as folder:
        made = Installation(Path(folder))
        yield made
        made.close()
