"""Python on a page compiles, and a dag file that is marked `runnable` is a dag file."""

from pathlib import Path

import pytest
from pages import Block, blocks, name_of, pages, without_blocks

from mulgil.sdk import load_dag_file

PYTHON = [
    (page, block)
    for page in pages()
    for block in blocks(page.read_text(encoding="utf-8"))
    if block.info.startswith("python")
]
IDS = [f"{name_of(page)}:{block.line}" for page, block in PYTHON]


@pytest.mark.parametrize(("page", "block"), PYTHON, ids=IDS)
def test_compiles(page: Path, block: Block) -> None:
    compile(block.body, f"{page}:{block.line}", "exec")


@pytest.mark.parametrize(("page", "block"), [(page, block) for page, block in PYTHON if "runnable" in block.info])
def test_runnable_blocks_are_dag_files(page: Path, block: Block, tmp_path: Path) -> None:
    (tmp_path / "sales.py").write_text(block.body, encoding="utf-8")
    loaded = load_dag_file(tmp_path, "sales.py", bundle="docs")
    assert [spec.dag_id for spec in loaded.specs()]


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_code_in_a_sentence_stands_on_one_line(page: Path) -> None:
    lines = without_blocks(page.read_text(encoding="utf-8")).splitlines()
    assert [line for line in lines if line.count("`") % 2] == []
