"""The page on tests names the tiers that exist, and every folder of tests is a tier."""

import re

from pages import REPOSITORY

TESTS = REPOSITORY / "tests"


def test_the_table_has_every_tier() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", (TESTS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    folders = {file.relative_to(TESTS).parts[0] for file in TESTS.glob("*/**/test_*.py")}
    assert folders <= set(rows)
    known = re.findall(r'^    "(\w+)": Tier\(', (TESTS / "conftest.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(rows) <= set(known)
