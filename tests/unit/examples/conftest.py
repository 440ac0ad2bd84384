"""Makes the scripts of the examples and tools importable, as they are for one another when they run."""

import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
EXAMPLE = REPOSITORY / "examples" / "nyc_flights"

for folder in (EXAMPLE, EXAMPLE / "api", REPOSITORY / "tools"):
    sys.path.append(str(folder))


@pytest.fixture(scope="session")
def flights_folder() -> Path:
    """The folder of the example's Parquet files."""
    return EXAMPLE / "data"
