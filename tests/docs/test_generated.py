"""Pages that are made by a script are what the script makes now."""

import subprocess
import sys

import pytest
from pages import REPOSITORY

GENERATORS = sorted((REPOSITORY / "tools").glob("docs_*.py"))


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda path: path.stem)
def test_page_is_up_to_date(generator: object) -> None:
    done = subprocess.run([sys.executable, str(generator), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
