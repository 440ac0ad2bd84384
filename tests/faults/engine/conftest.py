"""A real installation to shoot at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.installation import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    found = Installation(tmp_path / "home", variables={"STAMPS": str(tmp_path / "stamps")})
    yield found
    found.stop()
