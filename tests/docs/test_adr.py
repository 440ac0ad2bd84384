"""Decision records have one form, consecutive numbers, and a line in the index."""

import re
from pathlib import Path

import pytest
from pages import ADR, name_of

RECORDS = sorted(ADR.glob("[0-9]*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "A change violates this when …", "Enforced by"]


@pytest.mark.parametrize("record", RECORDS, ids=name_of)
def test_has_the_five_parts_in_order(record: Path) -> None:
    assert re.findall(r"^## (.+)$", record.read_text(encoding="utf-8"), re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("record", RECORDS, ids=name_of)
def test_every_part_says_something(record: Path) -> None:
    parts = re.split(r"^## .+$", record.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert all(part.strip() for part in parts)


@pytest.mark.parametrize("record", RECORDS, ids=name_of)
def test_title_carries_the_number_of_the_file(record: Path) -> None:
    assert record.read_text(encoding="utf-8").startswith(f"# {record.name[:4]} ")


def test_numbers_are_consecutive() -> None:
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


def test_the_index_lists_every_record_by_its_title() -> None:
    index = (ADR / "README.md").read_text(encoding="utf-8")
    titles = {record.name: record.read_text(encoding="utf-8").partition("\n")[0] for record in RECORDS}
    missing = [
        name
        for name, title in titles.items()
        if f"| [{name[:4]}]({name}) | {title.removeprefix(f'# {name[:4]} ')} |" not in index
    ]
    assert not missing
