"""The house's names: what `make names` checks holds in the tree as it stands."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from check_names import all_findings


def test_every_name_and_spelling_is_the_houses() -> None:
    assert [str(finding) for finding in all_findings()] == []
